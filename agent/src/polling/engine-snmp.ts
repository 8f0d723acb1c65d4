import type { Policy } from "../policy/index.ts";
import type { SnmpEngine } from "../snmp/index.ts";
import type { PollLimits, PollSnmp } from "./reader.ts";

/** Polling through the agent's engine, within what its policy allows, behind the requests of users. */
export function pollSnmp(
  policy: Pick<Policy, "endpointOf">,
  engine: Pick<SnmpEngine, "get" | "walk">,
): PollSnmp {
  const batch = (limits: PollLimits) => ({ ...limits, priority: "batch" as const });
  return {
    get: async (target, oids, limits) =>
      engine.get(await policy.endpointOf(target, limits.deadlineMs), oids, batch(limits)),
    walk: async (target, oid, maxRows, limits) =>
      engine.walk(await policy.endpointOf(target, limits.deadlineMs), oid, maxRows, batch(limits)),
  };
}
