import {
  FALSE,
  instanceOid,
  RowStatus,
  rowStatus as rowStatusNames,
  TRUE,
  utscCfg,
  utscCtrl,
} from "@pnmlab/docsis-mib";
import { isPnmLabError, PnmLabError, sleep } from "@pnmlab/kit";
import type { Varbind } from "@pnmlab/protocol";
import { type ColumnWrite, varbindOf, writeText } from "../snmp/values.ts";
import { type Device, setColumns } from "./device.ts";
import { readRowState, type UtscRowState } from "./row.ts";
import { errorStatusOf, refusalText } from "./snmp-words.ts";
import { givenName } from "./vendor-file-name.ts";

/** How long a CMTS may take to become idle after its test was aborted. */
const IDLE_DEADLINE_MS = 10_000;
const FIRST_IDLE_POLL_MS = 20;
const MAX_IDLE_POLL_MS = 500;

/** One row of a port under this session's control. */
export interface ControlledRow {
  rfPortIfIndex: number;
  cfgIndex: number;
}

/** The SET that ends a test; also what the agent's lease carries out. */
export function abortVarbinds(row: ControlledRow): Varbind[] {
  return [varbindOf(initiate(row, FALSE))];
}

/**
 * Starts the row's test: looks at the row in the same breath, clears what is left of the run before, since not
 * every CMTS clears itself, looks again, then initiates, and reads back. A row that says there is nothing to clear gets the
 * start alone: a clearing could end a test that another user has started since the look, a start of a busy row
 * is refused. A refusal that comes because the test is already busy, after an answer that was lost, is none.
 *
 * @param requireOurs throws where the row as just read is not to be started
 * @throws PnmLabError `UTSC_START_REFUSED` with the CMTS's error; `UTSC_ROW_REVERTED` where the row is no
 *   longer active; `UTSC_ROW_GONE`; what `requireOurs` throws
 */
export async function startTest(
  device: Device,
  row: ControlledRow,
  requireOurs: (state: UtscRowState) => void,
): Promise<UtscRowState> {
  const { measStatus, initiateTest, ...before } = await readState(device, row);
  requireOurs({ measStatus, initiateTest, ...before });
  if (measStatus !== "inactive" || initiateTest !== FALSE) {
    await set(device, initiate(row, FALSE), "UTSC_START_REFUSED");
    requireOurs(await readState(device, row));
  }
  try {
    await set(device, initiate(row, TRUE), "UTSC_START_REFUSED");
  } catch (error) {
    if (!isPnmLabError(error, "UTSC_START_REFUSED")) throw error;
    const state = await readState(device, row);
    if (state.measStatus === "busy") return state;
    if (state.rowStatus !== undefined && state.rowStatus !== RowStatus.active)
      throw reverted(row, state.rowStatus, error);
    throw error;
  }
  return readState(device, row);
}

/** State of the row. @throws PnmLabError `UTSC_ROW_GONE` where it is absent */
export async function readState(device: Device, row: ControlledRow): Promise<UtscRowState> {
  const { snmp, target, signal } = device;
  const state = await readRowState(snmp, target, row.rfPortIfIndex, row.cfgIndex, { signal });
  device.onStatus?.(state?.measStatus);
  if (state === undefined) {
    throw new PnmLabError(
      "UTSC_ROW_GONE",
      `the CMTS no longer has row ${row.rfPortIfIndex}.${row.cfgIndex} of docsPnmCmtsUtscCfgTable`,
      { retryable: true },
    );
  }
  return state;
}

/**
 * Aborts the row's test and waits until the CMTS is idle. Looks at the row right before: a test that somebody
 * else has started there since it was read is not ended.
 *
 * @param before the row as it was read when it was decided to end its test
 * @throws PnmLabError `UTSC_NOT_IDLE` after 10 s of busy; `UTSC_CHANGED_HANDS`; `UTSC_ABORT_REFUSED`; `UTSC_ROW_GONE`
 */
export async function abortTest(
  device: Device,
  row: ControlledRow,
  before: Pick<UtscRowState, "fileName" | "mark">,
): Promise<void> {
  requireSameHands(row, before, await readState(device, row));
  await set(device, initiate(row, FALSE), "UTSC_ABORT_REFUSED");
  const deadlineMs = performance.now() + IDLE_DEADLINE_MS;
  for (let delayMs = FIRST_IDLE_POLL_MS; ; delayMs = Math.min(MAX_IDLE_POLL_MS, delayMs * 2)) {
    const state = await readState(device, row);
    // What runs there now is not what was aborted, and nothing that may be waited for or cleared.
    requireSameHands(row, before, state);
    if (state.measStatus !== "busy") return;
    if (performance.now() > deadlineMs) {
      throw new PnmLabError(
        "UTSC_NOT_IDLE",
        `the CMTS still says busy ${IDLE_DEADLINE_MS / 1000} s after ${writeText(initiate(row, FALSE))}`,
        { retryable: true },
      );
    }
    await sleep(delayMs, device.signal);
  }
}

/**
 * Removes a row and reads that it is gone.
 *
 * @throws PnmLabError `UTSC_DESTROY_REFUSED`
 */
export async function destroyRow(device: Device, row: ControlledRow): Promise<void> {
  const { snmp, target, signal } = device;
  const write: ColumnWrite = {
    object: utscCfg.rowStatus,
    index: [row.rfPortIfIndex, row.cfgIndex],
    value: RowStatus.destroy,
  };
  await set(device, write, "UTSC_DESTROY_REFUSED");
  const left = await readRowState(snmp, target, row.rfPortIfIndex, row.cfgIndex, { signal });
  device.onStatus?.(left?.measStatus);
  if (left === undefined) return;
  throw new PnmLabError(
    "UTSC_DESTROY_REFUSED",
    `row ${instanceOid(utscCfg.rowStatus, ...write.index)} is still there after ${writeText(write)}`,
    { retryable: true },
  );
}

function requireSameHands(
  row: ControlledRow,
  before: Pick<UtscRowState, "fileName" | "mark">,
  { fileName, mark }: UtscRowState,
): void {
  // Where a CMTS names the files itself, the name changes with every file and a mark does not.
  const isMarked = mark !== undefined && mark.sessionId === before.mark?.sessionId;
  if (
    isMarked ||
    (mark === undefined && before.mark === undefined && givenName(fileName) === givenName(before.fileName))
  )
    return;
  throw new PnmLabError(
    "UTSC_CHANGED_HANDS",
    `another user has taken row ${row.rfPortIfIndex}.${row.cfgIndex} while its test was ended`,
    { retryable: true },
  );
}

function reverted({ rfPortIfIndex, cfgIndex }: ControlledRow, status: number, cause: unknown): PnmLabError {
  const reads = rowStatusNames[status] ?? status;
  return new PnmLabError(
    "UTSC_ROW_REVERTED",
    `row ${rfPortIfIndex}.${cfgIndex} was activated, but reads ${reads}: one of the parameters is outside of what the CMTS carries out`,
    { cause },
  );
}

function initiate({ rfPortIfIndex, cfgIndex }: ControlledRow, value: number): ColumnWrite {
  return { object: utscCtrl.initiateTest, index: [rfPortIfIndex, cfgIndex], value };
}

async function set(device: Device, write: ColumnWrite, code: string): Promise<void> {
  try {
    await setColumns(device, [write]);
  } catch (error) {
    if (errorStatusOf(error) === undefined) throw error;
    throw new PnmLabError(code, `the CMTS refused ${writeText(write)} with ${refusalText(error)}`, {
      cause: error,
      retryable: true,
    });
  }
}
