import { KeyedQueue, PnmLabError } from "@pnmlab/kit";
import type { AGENT_METHODS, AgentMethod, AgentResult, RequestClass, SnmpTarget } from "@pnmlab/protocol";
import type { LeaseKeeper } from "../leases/index.ts";
import type { AgentLog } from "../log.ts";
import { auditedSet, type Policy } from "../policy/index.ts";
import type { Polling } from "../polling/index.ts";
import {
  type Deadline,
  endpointKey,
  normalOid,
  type SnmpEndpoint,
  type SnmpEngine,
  SnmpError,
  targetText,
} from "../snmp/index.ts";
import type { ChunkSender } from "./chunk-sender.ts";
import { runQueued } from "./run-queued.ts";
import { streamRows, sweep } from "./snmp-streams.ts";

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
  /** Sends chunks as the answer's beginning; the caller ends and disposes of it. */
  openStream<Chunk extends unknown[]>(
    newChunk: () => Chunk,
    isFull: (chunk: Chunk) => boolean,
  ): ChunkSender<Chunk>;
  /** Streams of the same connection, by the id of their request. */
  streams: ReadonlyMap<number, Pick<ChunkSender<unknown[]>, "consumed">>;
}

export type ParsedParams<M extends AgentMethod> = ReturnType<(typeof AGENT_METHODS)[M]["params"]["parse"]>;

export type Methods = {
  readonly [M in AgentMethod]: (params: ParsedParams<M>, context: JobContext) => Promise<AgentResult<M>>;
};

/** The methods of the agent, as the backend may call them. */
export function createMethods({
  policy,
  engine,
  leases,
  polling,
  log,
}: MethodServices): Methods & Disposable {
  /** A device takes one SET at a time: two at once would race for the same row. */
  const sets = new KeyedQueue({ maxTotal: Number.POSITIVE_INFINITY, maxPerKey: 1 });

  function afterOtherSets<T>(
    endpoint: SnmpEndpoint,
    { deadline, signal }: JobContext,
    job: () => Promise<T>,
  ): Promise<T> {
    return runQueued(sets, endpointKey(endpoint), job, {
      signal,
      maxWaitMs: Math.max(0, deadline.leftMs),
      tooLong: () =>
        new SnmpError(
          "SNMP_TIMEOUT",
          `the SET on ${targetText(endpoint)} was never sent: it waited ${Math.round(deadline.elapsedMs)} ms behind others`,
          { retryable: true, details: { attempts: 0 } },
        ),
    });
  }

  const limitsOf = ({ deadline, signal }: JobContext, priority: RequestClass = "interactive") => ({
    deadlineMs: Math.max(1, deadline.leftMs),
    signal,
    priority,
  });

  /** The device to read from, where policy allows it. */
  const readable = (target: SnmpTarget, { deadline, signal }: JobContext) => {
    policy.checkRead();
    return policy.endpointOf(target, deadline.leftMs, signal);
  };

  return {
    "snmp.get": async ({ target, oids, class: priority }, job) => {
      const endpoint = await readable(target, job);
      return { varbinds: await engine.get(endpoint, oids, limitsOf(job, priority)) };
    },
    "snmp.getNext": async ({ target, oids, class: priority }, job) => {
      const endpoint = await readable(target, job);
      return { varbinds: await engine.getNext(endpoint, oids, limitsOf(job, priority)) };
    },
    "snmp.getBulk": async ({ target, oids, class: priority, ...size }, job) => {
      const endpoint = await readable(target, job);
      return { varbinds: await engine.getBulk(endpoint, oids, size, limitsOf(job, priority)) };
    },
    "snmp.set": async ({ target, varbinds }, job) => {
      policy.checkSet(varbinds);
      const endpoint = await policy.endpointOf(target, job.deadline.leftMs, job.signal);
      return afterOtherSets(endpoint, job, async () => ({
        varbinds: await auditedSet(
          engine,
          log,
          { requestId: job.requestId },
          endpoint,
          varbinds,
          limitsOf(job),
        ),
      }));
    },
    "snmp.walk": async ({ target, oid, maxRows, class: priority }, job) => {
      const endpoint = await readable(target, job);
      return { varbinds: await engine.walk(endpoint, oid, maxRows, limitsOf(job, priority)) };
    },
    "snmp.walkStream": async ({ target, oid, maxRows, class: priority = "batch" }, job) => {
      const endpoint = await readable(target, job);
      return streamRows(job, normalOid(oid), (sink) =>
        engine.walkStream(endpoint, oid, maxRows, sink, limitsOf(job, priority)),
      );
    },
    "snmp.table": async ({ target, entryOid, columns, maxRows, class: priority = "batch" }, job) => {
      const endpoint = await readable(target, job);
      return streamRows(job, normalOid(entryOid), (sink) =>
        engine.table(endpoint, entryOid, columns, maxRows, sink, limitsOf(job, priority)),
      );
    },
    "snmp.sweep": (params, job) => {
      policy.checkRead();
      return sweep({ policy, engine }, params, job);
    },
    "stream.consumed": async ({ stream, chunks }, { streams }) => {
      streams.get(stream)?.consumed(chunks);
      return {};
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
    [Symbol.dispose]: () => sets.close(),
  };
}

function requirePolling<T>(polling: T | undefined): T {
  if (polling) return polling;
  throw new PnmLabError("AGENT_NO_POLLING", "this agent does not poll: it has no folder for readings");
}
