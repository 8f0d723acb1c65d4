import { PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, Varbind } from "@pnmlab/protocol";
import type { LeaseGateway, RequestOptions, SnmpGateway } from "../contracts.ts";
import type { AgentConnection } from "./connection.ts";
import type { AgentRegistry } from "./registry.ts";

/** How long the agent may take for an answer where the caller does not say. */
const DEFAULT_DEADLINE_MS = 5000;

/** SNMP through the agent that reaches the target. */
export function createSnmpGateway(registry: AgentRegistry): SnmpGateway {
  return {
    get: async (target, oids, options) => {
      const { requests } = requireAgent(registry, target).connection;
      return (await requests.request("snmp.get", { target, oids, ...classOf(options) }, limits(options)))
        .varbinds;
    },
    set: async (target, varbinds, options) => {
      const { requests } = requireAgent(registry, target).connection;
      return (await requests.request("snmp.set", { target, varbinds }, limits(options))).varbinds;
    },
    walk: async (target, oid, options) => {
      const { requests } = requireAgent(registry, target).connection;
      // In chunks and not as one answer: a table may be longer than one message, and others wait behind it.
      const params = { target, oid, class: options?.class ?? "interactive" } as const;
      const rows: Varbind[] = [];
      for await (const some of requests.stream("snmp.walkStream", params, limits(options))) {
        for (const row of some) rows.push(row);
      }
      return rows;
    },
    reach: (target) => {
      const { connection, sentence } = registry.agentFor(target);
      return { available: connection !== undefined, sentence };
    },
    get available() {
      return registry.connected.length > 0;
    },
    get sentence() {
      return registry.sentence;
    },
    onAvailabilityChange: (listener) => registry.on("availability", listener),
  };
}

/** Leases on the agent that reaches the target. */
export function createLeaseGateway(registry: AgentRegistry): LeaseGateway {
  const holders = new Map<string, string>();
  const releaseAt = async (name: string, leaseId: string) => {
    const holder = registry.connected.find((agent) => agent.name === name);
    await holder?.connection.requests.request("lease.release", { leaseId }, limits());
  };
  registry.on("lease-expired", ({ name, leaseId }) => {
    // One that has handed its test over tells of a lease that another agent holds by now.
    if (holders.get(leaseId) === name) holders.delete(leaseId);
  });
  return {
    grant: async (lease) => {
      const { name, connection } = requireAgent(registry, lease.target);
      await connection.requests.request("lease.grant", lease, limits());
      const before = holders.get(lease.leaseId);
      holders.set(lease.leaseId, name);
      // Another agent has taken over: the first one must not end the test when its lease runs out.
      if (before !== undefined && before !== name) await releaseAt(before, lease.leaseId);
    },
    release: async (leaseId) => {
      const holder = holders.get(leaseId);
      holders.delete(leaseId);
      if (registry.connected.length === 0) {
        throw new PnmLabError("AGENT_UNAVAILABLE", registry.sentence, { retryable: true });
      }
      // After a restart of this backend nobody knows who holds it, and releasing an unknown one is no error.
      const names = holder === undefined ? registry.connected.map(({ name }) => name) : [holder];
      await Promise.all(names.map((name) => releaseAt(name, leaseId)));
    },
  };
}

function requireAgent(
  registry: AgentRegistry,
  target: SnmpTarget,
): { name: string; connection: AgentConnection } {
  const best = registry.agentFor(target);
  const { name, connection } = best;
  if (connection) return { name, connection };
  throw new PnmLabError("AGENT_UNAVAILABLE", best.sentence, { retryable: true });
}

function classOf({ class: priority }: RequestOptions = {}) {
  return priority === undefined ? {} : { class: priority };
}

function limits(options: RequestOptions = {}) {
  return {
    deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
    ...(options.signal && { signal: options.signal }),
  };
}
