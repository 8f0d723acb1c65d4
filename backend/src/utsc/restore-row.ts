import { RowStatus, type UtscProfile, utscCfg } from "@pnmlab/docsis-mib";
import type { Device } from "./device.ts";
import { runSteps } from "./execute.ts";
import { planActivation, planRow } from "./plan.ts";
import { readRows, type UtscRow } from "./row.ts";

/** What a restoration goes by. */
export interface RowsBefore {
  rfPortIfIndex: number;
  sessionId: string;
  profile: UtscProfile;
  /** The port's rows as they were read before the session. */
  rows: readonly UtscRow[];
}

/**
 * Gives the row that a settled session found on its port the parameters back that it had. A row that is busy
 * or that no longer bears the session's mark is left alone. Answers how many rows were written.
 *
 * @throws PnmLabError `UTSC_ROW_REFUSED`; transport errors as they come
 */
export async function restoreRow(
  device: Device,
  { rfPortIfIndex, sessionId, profile, rows }: RowsBefore,
): Promise<number> {
  const { snmp, target, signal } = device;
  const present = await readRows(snmp, target, rfPortIfIndex, { signal });
  const mine = present.filter(
    ({ mark, measStatus }) => mark?.sessionId === sessionId && measStatus !== "busy",
  );
  let restored = 0;
  for (const row of mine) {
    const before = rows.find(({ cfgIndex }) => cfgIndex === row.cfgIndex);
    if (before === undefined) continue;
    const wanted = { profile, values: before.values, requested: {}, fileName: before.fileName ?? "" };
    const steps = planRow(rfPortIfIndex, row, wanted);
    await runSteps(
      device,
      steps.map((step) => ({ ...step, refusal: "tolerate" as const })),
      "UTSC_ROW_REFUSED",
    );
    await runSteps(device, statusSteps(rfPortIfIndex, row, before), "UTSC_ROW_REFUSED");
    restored += 1;
  }
  return restored;
}

function statusSteps(rfPortIfIndex: number, row: UtscRow, before: UtscRow) {
  if (before.rowStatus === RowStatus.active) {
    const activation = planActivation(rfPortIfIndex, row);
    return activation === undefined ? [] : [activation];
  }
  // Some CMTSs read a row that is out of service as createAndWait.
  const index = [rfPortIfIndex, row.cfgIndex];
  const write = { object: utscCfg.rowStatus, index, value: RowStatus.notInService };
  return [{ writes: [write], refusal: "tolerate" as const }];
}
