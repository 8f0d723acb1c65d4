import type { SnmpTarget } from "@pnmlab/protocol";
import type { Policy } from "../policy/index.ts";
import type { SnmpEngine } from "../snmp/index.ts";
import type { PollLimits, PollSnmp } from "./reader.ts";

/** Polling through the agent's engine, within what its policy allows, behind the requests of users. */
export function pollSnmp(
  policy: Pick<Policy, "checkRead" | "endpointOf">,
  engine: Pick<SnmpEngine, "get" | "walk">,
): PollSnmp {
  const batch = (limits: PollLimits) => ({ ...limits, priority: "batch" as const });
  const endpointOf = (target: SnmpTarget, { deadlineMs, signal }: PollLimits) => {
    policy.checkRead();
    return policy.endpointOf(target, deadlineMs, signal);
  };
  return {
    get: async (target, oids, limits) => engine.get(await endpointOf(target, limits), oids, batch(limits)),
    walk: async (target, oid, maxRows, limits) =>
      engine.walk(await endpointOf(target, limits), oid, maxRows, batch(limits)),
  };
}
