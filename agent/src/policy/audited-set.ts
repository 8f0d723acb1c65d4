import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { SnmpValue, Varbind } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { type RequestLimits, type SnmpEndpoint, type SnmpEngine, targetText } from "../snmp/index.ts";

/** Who wanted a SET: the backend's request, or the end of a lease. */
export type SetOrigin = { requestId: number } | { leaseId: string };

/** A SET whose target, OIDs, values and outcome are in the log, whatever the outcome. */
export async function auditedSet(
  engine: SnmpEngine,
  log: AgentLog,
  origin: SetOrigin,
  endpoint: SnmpEndpoint,
  varbinds: readonly Varbind[],
  limits: RequestLimits,
): Promise<Varbind[]> {
  const record = {
    audit: "snmp-set",
    ...origin,
    target: targetText(endpoint),
    profile: endpoint.profile.name,
    varbinds: varbinds.map(({ oid, value }) => `${oid} = ${valueText(value)}`),
  };
  const startMs = performance.now();
  const durationMs = () => Math.round(performance.now() - startMs);
  try {
    const answered = await engine.set(endpoint, varbinds, limits);
    log.info({ ...record, outcome: "accepted", durationMs: durationMs() }, "SNMP SET accepted");
    return answered;
  } catch (error) {
    const outcome = error instanceof PnmLabError ? error.code : "cancelled";
    log.info(
      { ...record, outcome, reason: messageOf(error), durationMs: durationMs() },
      "SNMP SET not accepted",
    );
    throw error;
  }
}

function valueText(value: SnmpValue): string {
  return "value" in value ? `${value.type} ${value.value}` : value.type;
}
