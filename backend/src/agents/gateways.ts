import { PnmLabError } from "@pnmlab/kit";
import type { LeaseGateway, RequestOptions, SnmpGateway } from "../contracts.ts";
import type { AgentConnection } from "./connection.ts";
import type { AgentRegistry } from "./registry.ts";

/** How long the agent may take for an answer where the caller does not say. */
const DEFAULT_DEADLINE_MS = 5000;

/** SNMP through the agent that is connected. */
export function createSnmpGateway(registry: AgentRegistry): SnmpGateway {
  return {
    get: async (target, oids, options) => {
      const { requests } = requireAgent(registry);
      return (await requests.request("snmp.get", { target, oids }, limits(options))).varbinds;
    },
    set: async (target, varbinds, options) => {
      const { requests } = requireAgent(registry);
      return (await requests.request("snmp.set", { target, varbinds }, limits(options))).varbinds;
    },
    walk: async (target, oid, options) => {
      const { requests } = requireAgent(registry);
      return (await requests.request("snmp.walk", { target, oid }, limits(options))).varbinds;
    },
    get available() {
      return registry.connection !== undefined;
    },
    get sentence() {
      return registry.sentence;
    },
    onAvailabilityChange: (listener) => registry.on("availability", listener),
  };
}

/** Leases on the agent that is connected. */
export function createLeaseGateway(registry: AgentRegistry): LeaseGateway {
  return {
    grant: async (lease) => {
      await requireAgent(registry).requests.request("lease.grant", lease, limits());
    },
    release: async (leaseId) => {
      await requireAgent(registry).requests.request("lease.release", { leaseId }, limits());
    },
    onExpired: (listener) =>
      registry.on("lease-expired", ({ leaseId, atMs, aborted }) => listener({ leaseId, atMs, aborted })),
  };
}

function requireAgent(registry: AgentRegistry): AgentConnection {
  const { connection } = registry;
  if (connection) return connection;
  throw new PnmLabError("AGENT_UNAVAILABLE", registry.sentence, { retryable: true });
}

function limits(options: RequestOptions = {}) {
  return {
    deadlineMs: options.deadlineMs ?? DEFAULT_DEADLINE_MS,
    ...(options.signal && { signal: options.signal }),
  };
}
