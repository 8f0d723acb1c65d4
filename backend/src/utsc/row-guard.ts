import { PnmLabError } from "@pnmlab/kit";
import type { Device } from "./device.ts";
import { baseNameOf, type OwnFileName } from "./file-name.ts";
import type { UtscRow, UtscRowState } from "./row.ts";
import { readState } from "./test-control.ts";

export interface GuardedRow {
  rfPortIfIndex: number;
  rfPortName: string;
  sessionId: string;
  /** The name that is being written into the row. */
  fileName: string;
  /** The row as it was when it was chosen, or made. */
  before: UtscRow;
  /** Whether this configuration has made the row. */
  isMade: boolean;
  isOwn(mark: OwnFileName | undefined): boolean;
}

/**
 * A look at RowStatus, Filename and MeasStatus, before each SET of a row and after the last: SNMP locks no row,
 * so another manager can take it in the middle of its configuration, and the next look is where it shows.
 *
 * @throws PnmLabError `UTSC_BUSY` where another user's test runs there; `UTSC_TAKEN_OVER` where the row bears a
 *   name that neither was there nor is ours; `UTSC_ROW_GONE`; transport errors as they come
 */
export async function requireStillOurs(device: Device, guarded: GuardedRow): Promise<void> {
  const { rfPortIfIndex, rfPortName, before } = guarded;
  const state = await readState(device, { rfPortIfIndex, cfgIndex: before.cfgIndex });
  if (isOurs(state, guarded)) return;
  const named = state.fileName ? `, whose files are named "${state.fileName}"` : "";
  if (state.measStatus === "busy") {
    throw new PnmLabError(
      "UTSC_BUSY",
      `${rfPortName} is busy with a test that another user started while it was configured${named}; it was left alone`,
      { details: { fileName: state.fileName ?? "", cfgIndex: before.cfgIndex } },
    );
  }
  if (isAsBefore(state, guarded)) return;
  throw new PnmLabError(
    "UTSC_TAKEN_OVER",
    `another user has configured ${rfPortName} at the same time${named}; the row was left to that user`,
  );
}

function isOurs({ mark, fileName }: UtscRowState, { sessionId, isOwn, before, isMade }: GuardedRow): boolean {
  if (mark?.sessionId === sessionId) return true;
  // A name of an own session before this one stands there until it is written over.
  if (mark !== undefined && isOwn(mark) && mark.sessionId === before.mark?.sessionId) return true;
  return isMade && !fileName && mark === undefined;
}

/** Nobody has named the row since, as far as it tells: some CMTSs keep the name that they have, or a part of ours. */
function isAsBefore(
  { mark, fileName = "" }: UtscRowState,
  { before, fileName: wanted }: GuardedRow,
): boolean {
  if (mark !== undefined) return before.mark !== undefined && baseNameOf(mark) === baseNameOf(before.mark);
  return fileName === (before.fileName ?? "") || wanted.includes(fileName);
}
