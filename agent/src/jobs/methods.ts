import { KeyedQueue, PnmLabError } from "@pnmlab/kit";
import type { AGENT_METHODS, AgentMethod, AgentResult } from "@pnmlab/protocol";
import type { LeaseKeeper } from "../leases/index.ts";
import type { AgentLog } from "../log.ts";
import { auditedSet, type Policy } from "../policy/index.ts";
import type { Polling } from "../polling/index.ts";
import {
  type Deadline,
  endpointKey,
  type SnmpEndpoint,
  type SnmpEngine,
  SnmpError,
  targetText,
} from "../snmp/index.ts";
import { runQueued } from "./run-queued.ts";

/** What every method works with. */
export interface MethodServices {
  policy: Policy;
  engine: SnmpEngine;
  leases: LeaseKeeper;
  /** Absent where the agent has no folder to poll into. */
  polling?: Pick<Polling, "setPlans" | "acknowledged"> | undefined;
  log: AgentLog;
}

/** One request as it runs. */
export interface JobContext {
  requestId: number;
  /** Counts from the arrival of the request; waiting for a turn is part of it. */
  deadline: Deadline;
  signal: AbortSignal;
}

export type ParsedParams<M extends AgentMethod> = ReturnType<(typeof AGENT_METHODS)[M]["params"]["parse"]>;

export type Methods = {
  readonly [M in AgentMethod]: (params: ParsedParams<M>, context: JobContext) => Promise<AgentResult<M>>;
};

const MAX_REQUESTS = 64;
const MAX_REQUESTS_PER_TARGET = 4;

/** The methods of the agent, with the queues that keep it from flooding a device. */
export function createMethods({
  policy,
  engine,
  leases,
  polling,
  log,
}: MethodServices): Methods & Disposable {
  const requests = new KeyedQueue({ maxTotal: MAX_REQUESTS, maxPerKey: MAX_REQUESTS_PER_TARGET });
  /** A device takes one SET at a time: two at once would race for the same row. */
  const sets = new KeyedQueue({ maxTotal: Number.POSITIVE_INFINITY, maxPerKey: 1 });

  function inTurn<T>(
    queue: KeyedQueue,
    endpoint: SnmpEndpoint,
    { deadline, signal }: JobContext,
    job: () => Promise<T>,
  ): Promise<T> {
    return runQueued(queue, endpointKey(endpoint), job, {
      signal,
      maxWaitMs: Math.max(0, deadline.leftMs),
      tooLong: () =>
        new SnmpError(
          "SNMP_TIMEOUT",
          `the request to ${targetText(endpoint)} was never sent: it waited ${Math.round(deadline.elapsedMs)} ms behind others`,
          { retryable: true, details: { attempts: 0 } },
        ),
    });
  }

  const limitsOf = ({ deadline, signal }: JobContext) => ({
    deadlineMs: Math.max(1, deadline.leftMs),
    signal,
  });

  return {
    "snmp.get": async ({ target, oids }, job) => {
      const endpoint = await policy.endpointOf(target, job.deadline.leftMs);
      return inTurn(requests, endpoint, job, async () => ({
        varbinds: await engine.get(endpoint, oids, limitsOf(job)),
      }));
    },
    "snmp.set": async ({ target, varbinds }, job) => {
      policy.checkSet(varbinds);
      const endpoint = await policy.endpointOf(target, job.deadline.leftMs);
      return inTurn(sets, endpoint, job, () =>
        inTurn(requests, endpoint, job, async () => ({
          varbinds: await auditedSet(
            engine,
            log,
            { requestId: job.requestId },
            endpoint,
            varbinds,
            limitsOf(job),
          ),
        })),
      );
    },
    "snmp.walk": async ({ target, oid, maxRows }, job) => {
      const endpoint = await policy.endpointOf(target, job.deadline.leftMs);
      return inTurn(requests, endpoint, job, async () => ({
        varbinds: await engine.walk(endpoint, oid, maxRows, limitsOf(job)),
      }));
    },
    "lease.grant": async (params, job) => {
      await leases.grant(params, limitsOf(job));
      return {};
    },
    "lease.release": async ({ leaseId }) => {
      await leases.release(leaseId);
      return {};
    },
    "polling.plans": async (plans) => {
      requirePolling(polling).setPlans(plans);
      return {};
    },
    "polling.ack": async (ack) => {
      requirePolling(polling).acknowledged(ack);
      return {};
    },
    [Symbol.dispose]: () => {
      sets.close();
      requests.close();
    },
  };
}

function requirePolling<T>(polling: T | undefined): T {
  if (polling) return polling;
  throw new PnmLabError("AGENT_NO_POLLING", "this agent does not poll: it has no folder for readings");
}
