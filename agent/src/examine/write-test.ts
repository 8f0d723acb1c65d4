import {
  bulkDataTransferCfg,
  ccapBulkDataControl,
  utscCfg,
  utscStatus,
  valueNumber,
} from "@pnmlab/docsis-mib";
import { isPnmLabError, messageOf } from "@pnmlab/kit";
import type { Varbind } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { auditedSet, type Policy } from "../policy/index.ts";
import { isWithin, type SnmpEndpoint, type SnmpEngine, SnmpError } from "../snmp/index.ts";
import type { Row } from "./rows.ts";

const DEADLINE_MS = 4_000;

/** docsPnmBulkDestPath, a scalar of cable modems. */
const BULK_DEST_PATH = "1.3.6.1.4.1.4491.2.1.27.1.1.1.3";

/** Writable objects whose value has no effect of its own, in the order in which they are tried. */
const CANDIDATES = [
  BULK_DEST_PATH,
  bulkDataTransferCfg.destPort.oid,
  ccapBulkDataControl.destPath.oid,
  utscCfg.destinationIndex.oid,
] as const;

/** What a device answers to a SET that it would allow, were it not for the value or the moment (RFC 3416 4.2.5). */
const NOT_ABOUT_PERMISSION = ["inconsistentValue", "wrongValue", "resourceUnavailable", "badValue"];

export interface WriteTestContext {
  policy: Policy;
  engine: SnmpEngine;
  endpoint: SnmpEndpoint;
  log: AgentLog;
}

/**
 * Proves that the endpoint's credentials may write, by writing one value back as it is, and reads it again.
 * Objects outside of the agent's own policy are not tried.
 */
export async function proveWriting(context: WriteTestContext): Promise<Row> {
  const { policy, engine, endpoint, log } = context;
  const name = "write";
  let before: Varbind | undefined;
  try {
    before = await harmlessValue(context);
    if (!before) {
      const message = "the device has no value yet that could be written back as it is";
      return { name, state: "not reached", message, fix: "repeat after the first capture" };
    }
    policy.checkSet([before]);
    const limits = { deadlineMs: DEADLINE_MS };
    await auditedSet(engine, log, { requestId: 0 }, endpoint, [before], limits);
    const [after] = await engine.get(endpoint, [before.oid], limits);
    const isSame = JSON.stringify(after?.value) === JSON.stringify(before.value);
    return isSame
      ? { name, state: "ok", message: `${before.oid} was written back as it is, and reads the same` }
      : {
          name,
          state: "failed",
          message: `${before.oid} was written back as it was, and reads otherwise now: another system writes it too`,
          fix: "find out who else configures this device",
        };
  } catch (error) {
    return refusedRow(name, error);
  }
}

function refusedRow(name: string, error: unknown): Row {
  const message = messageOf(error);
  if (error instanceof SnmpError) {
    const { code, details } = error;
    if (NOT_ABOUT_PERMISSION.includes(String(details?.errorStatusName))) {
      return { name, state: "ok", message: `writing is permitted; at this moment ${message}` };
    }
    if (isPnmLabError(error, "SNMP_SET_REFUSED")) {
      return { name, state: "not reached", message, fix: "widen that setting where the agent is to write" };
    }
    if (code === "SNMP_PERMISSION") {
      return {
        name,
        state: "failed",
        message,
        fix: "give the profile a write community, the agent the permission",
      };
    }
  }
  return {
    name,
    state: "failed",
    message,
    fix: "give the device the write community of the profile, or its user the right to write, and let the view include 1.3.6.1.4.1.4491.2.1.27",
  };
}

/** The first value of the candidates that nothing makes use of at the moment. */
async function harmlessValue({ engine, endpoint }: WriteTestContext): Promise<Varbind | undefined> {
  for (const root of CANDIDATES) {
    const value = await firstBelow(engine, endpoint, root);
    if (value && !(await isMeasuring(engine, endpoint, root, value.oid))) return value;
  }
  return undefined;
}

async function firstBelow(
  engine: SnmpEngine,
  endpoint: SnmpEndpoint,
  root: string,
): Promise<Varbind | undefined> {
  try {
    const [next] = await engine.getNext(endpoint, [root], { deadlineMs: DEADLINE_MS });
    return next && next.value.type !== "endOfMibView" && isWithin(root, next.oid) ? next : undefined;
  } catch (error) {
    if (isPnmLabError(error, "SNMP_ERROR_STATUS")) return undefined;
    throw error;
  }
}

/** Whether a capture runs by the row that `oid` belongs to; unknown counts as running. */
async function isMeasuring(
  engine: SnmpEngine,
  endpoint: SnmpEndpoint,
  root: string,
  oid: string,
): Promise<boolean> {
  if (root !== utscCfg.destinationIndex.oid) return false;
  const statusOid = `${utscStatus.measStatus.oid}${oid.slice(root.length)}`;
  const [status] = await engine.get(endpoint, [statusOid], { deadlineMs: DEADLINE_MS });
  const resting = ["inactive", "sampleReady"].map((word) => valueNumber(utscStatus.measStatus, word));
  return !(status?.value.type === "Integer" && resting.includes(status.value.value));
}
