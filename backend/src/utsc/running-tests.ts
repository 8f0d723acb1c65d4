import { indexOf, MeasStatus, type MibObject, utscCfg, utscStatus } from "@pnmlab/docsis-mib";
import type { RequestClass, SnmpTarget } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { integerOf, textOf } from "../snmp/values.ts";
import { type OwnFileName, parseOwnFileName } from "./file-name.ts";
import { markOf } from "./row-mark.ts";

const WALK_DEADLINE_MS = 3000;

/** A row of docsPnmCmtsUtscCfgTable whose test is busy. */
export interface RunningTest {
  rfPortIfIndex: number;
  cfgIndex: number;
  fileName: string | null;
  /** Which session has marked the row; undefined where none has. */
  mark: OwnFileName | undefined;
}

/** Every test that a CMTS runs: one walk of the status, and where any is busy one of each column that names it. */
export async function readRunningTests(
  snmp: SnmpGateway,
  target: SnmpTarget,
  priority: RequestClass = "interactive",
): Promise<RunningTest[]> {
  const walk = async (object: MibObject) => {
    const varbinds = await snmp.walk(target, object.oid, {
      deadlineMs: WALK_DEADLINE_MS,
      class: priority,
    });
    return new Map(varbinds.map(({ oid, value }) => [indexOf(object, oid)?.join(".") ?? "", value]));
  };
  const statuses = await walk(utscStatus.measStatus);
  const busy = [...statuses].filter(([, value]) => integerOf(value) === MeasStatus.busy);
  if (busy.length === 0) return [];
  const [names, minislotCounts, sids] = await Promise.all([
    walk(utscCfg.filename),
    walk(utscCfg.minislotCount),
    walk(utscCfg.sid),
  ]);
  return busy.map(([index]) => {
    const [rfPortIfIndex = 0, cfgIndex = 0] = index.split(".").map(Number);
    const fileName = textOf(names.get(index)) || null;
    const minislotCount = integerOf(minislotCounts.get(index));
    const sid = integerOf(sids.get(index));
    const columns = minislotCount === undefined || sid === undefined ? {} : { minislotCount, sid };
    return {
      rfPortIfIndex,
      cfgIndex,
      fileName,
      mark: parseOwnFileName(fileName ?? "") ?? markOf(columns),
    };
  });
}
