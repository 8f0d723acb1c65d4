import type { Device } from "./device.ts";
import { readRows, type UtscRow } from "./row.ts";
import { abortTest, destroyRow } from "./test-control.ts";

/** How long the end of the program may wait for a CMTS. */
const CLOSING_MS = 2000;

export interface SessionRow {
  rfPortIfIndex: number;
  sessionId: string;
  /** The row as this process knows it, where it does. */
  cfgIndex: number | undefined;
  /** A row that was made and not yet marked by a file name. */
  unmarkedCfgIndex: number | undefined;
}

/**
 * Ends a session's test on the CMTS, waits until it is idle, and removes the row where the session had
 * created it. Only a row that carries this session's file name is touched. Says whether the row it once
 * had is now in another user's hands.
 *
 * @throws PnmLabError of `abortTest` and `destroyRow`; transport errors as they come
 */
export async function clearPort(device: Device, session: SessionRow): Promise<"clear" | "foreign"> {
  const { rfPortIfIndex } = session;
  const { snmp, target, signal } = device;
  const rows = await readRows(snmp, target, rfPortIfIndex, { signal });
  for (const row of rows) {
    const rowCreated = createdBySession(row, session);
    if (rowCreated === undefined) continue;
    const controlled = { rfPortIfIndex, cfgIndex: row.cfgIndex };
    await abortTest(device, controlled, row);
    if (rowCreated) await destroyRow(device, controlled);
    return "clear";
  }
  const taken = rows.some((row) => row.cfgIndex === session.cfgIndex && row.fileName);
  return taken ? "foreign" : "clear";
}

/**
 * Removes a row that was made and not yet marked, before this program ends: the next one could not tell whose it
 * is. What cannot be reached in time is left.
 */
export async function clearUnmarked(
  device: Pick<Device, "snmp" | "target">,
  session: Omit<SessionRow, "cfgIndex">,
): Promise<void> {
  if (session.unmarkedCfgIndex === undefined || !device.snmp.available) return;
  const signal = AbortSignal.timeout(CLOSING_MS);
  await clearPort({ ...device, signal }, { ...session, cfgIndex: undefined });
}

/** Whether the session created the row; undefined where the row is not the session's. */
function createdBySession(row: UtscRow, session: SessionRow): boolean | undefined {
  if (row.mark?.sessionId === session.sessionId) return row.mark.rowCreated;
  const isUnmarked = row.cfgIndex === session.unmarkedCfgIndex && !row.fileName && row.mark === undefined;
  return isUnmarked ? true : undefined;
}
