import { RowStatus, utscCfg, valueNumber } from "@pnmlab/docsis-mib";
import type { UtscAccepted, UtscRequest, UtscWindow } from "@pnmlab/protocol";
import type { ColumnValue } from "../snmp/values.ts";
import type { PlanStep } from "./plan-step.ts";
import type { UtscRow } from "./row.ts";

/**
 * Length of one free run. 60 s is the longest that an E6000 lets run for results in files (its watchdog),
 * and within what the other CMTSs take except Casa, which wants 120 to 300 s and says so. Longer captures
 * are made of runs, one armed after the other.
 */
export const FREE_RUN_DURATION_MS = 60_000;

/** The configuration set that every CCAP has (docsPnmCmtsUtscCfgIndex). */
const FIRST_CFG_INDEX = 1;

/** Of docsPnmCmtsUtscCfgRepeatPeriod, by the MIB. */
const DEFAULT_REPEAT_PERIOD_US = 100_000;

export interface WantedRow {
  request: UtscRequest;
  window: UtscWindow;
  fileName: string;
  destinationIndex: number;
}

/**
 * The row to use on a port that has several: one that names our own files, else one that is already in
 * free-running mode (some CMTSs bind a row to its trigger mode), else the first.
 */
export function chooseRow(
  rows: readonly UtscRow[],
  isOwn: (fileName: string | undefined) => boolean,
): UtscRow | undefined {
  const freeRunning = valueNumber(utscCfg.triggerMode, "freeRunning");
  return (
    rows.find((row) => isOwn(row.fileName)) ?? rows.find((row) => row.triggerMode === freeRunning) ?? rows[0]
  );
}

/** Makes the row: as a row that waits for its columns, or at once where the CMTS knows only that. */
export function planCreation(rfPortIfIndex: number): { cfgIndex: number; step: PlanStep } {
  const index = [rfPortIfIndex, FIRST_CFG_INDEX];
  return {
    cfgIndex: FIRST_CFG_INDEX,
    step: {
      writes: [{ object: utscCfg.rowStatus, index, value: RowStatus.createAndWait }],
      otherwise: [{ object: utscCfg.rowStatus, index, value: RowStatus.createAndGo }],
      refusal: "stop",
    },
  };
}

/**
 * Steps that make `row` say what is wanted, one SET for each column that differs; columns that say it
 * already are left alone, because some CMTSs refuse any write to a column that they fix. The file name
 * comes first: it marks the row as ours should anything break off.
 */
export function planRow(rfPortIfIndex: number, row: UtscRow, wanted: WantedRow): PlanStep[] {
  const { request, window } = wanted;
  const index = [rfPortIfIndex, row.cfgIndex];
  const steps: PlanStep[] = [];
  const add = (
    object: (typeof utscCfg)[keyof typeof utscCfg],
    is: ColumnValue | undefined,
    value: ColumnValue,
    refusal: PlanStep["refusal"],
  ) => {
    if (is !== value) steps.push({ writes: [{ object, index, value }], refusal });
  };
  const number = valueNumber;

  add(utscCfg.filename, row.fileName, wanted.fileName, "tolerate");
  add(utscCfg.triggerMode, row.triggerMode, number(utscCfg.triggerMode, "freeRunning"), "postpone");
  add(utscCfg.logicalChIfIndex, row.logicalChIfIndex, 0, "tolerate");
  // The format comes before span and bins: which of these a CMTS takes can depend on it.
  add(utscCfg.outputFormat, row.outputFormat, number(utscCfg.outputFormat, request.outputFormat), "postpone");
  add(utscCfg.centerFreqHz, row.centerFrequencyHz, request.centerFrequencyHz, "postpone");
  add(utscCfg.spanHz, row.spanHz, request.spanHz, "postpone");
  add(utscCfg.numBins, row.bins, request.bins, "postpone");
  add(
    utscCfg.window,
    row.window,
    number(utscCfg.window, window),
    request.window === undefined ? "tolerate" : "postpone",
  );
  // A CMTS refuses a duration under the period it has, and a period over the duration it has.
  const durationFirst = FREE_RUN_DURATION_MS * 1000 >= (row.repeatPeriodUs ?? DEFAULT_REPEAT_PERIOD_US);
  const addDuration = () =>
    add(utscCfg.freeRunDurationMs, row.freeRunDurationMs, FREE_RUN_DURATION_MS, "postpone");
  if (durationFirst) addDuration();
  add(utscCfg.repeatPeriodUs, row.repeatPeriodUs, request.repeatPeriodUs, "postpone");
  if (!durationFirst) addDuration();
  // Each capture becomes a file of its own.
  add(utscCfg.maxResultsPerFile, row.maxResultsPerFile, 1, "tolerate");
  add(utscCfg.destinationIndex, row.destinationIndex, wanted.destinationIndex, "tolerate");
  return steps;
}

/** Puts the row into service; nothing where it is active. */
export function planActivation(rfPortIfIndex: number, row: UtscRow): PlanStep | undefined {
  if (row.rowStatus === RowStatus.active) return undefined;
  return {
    writes: [{ object: utscCfg.rowStatus, index: [rfPortIfIndex, row.cfgIndex], value: RowStatus.active }],
    refusal: "stop",
  };
}

/** Whether an active row says what is wanted to the letter, so that its test can simply go on. */
export function rowSays(row: UtscRow, request: UtscRequest, window: UtscWindow): boolean {
  return (
    row.rowStatus === RowStatus.active &&
    row.triggerMode === valueNumber(utscCfg.triggerMode, "freeRunning") &&
    row.centerFrequencyHz === request.centerFrequencyHz &&
    row.spanHz === request.spanHz &&
    row.bins === request.bins &&
    row.repeatPeriodUs === request.repeatPeriodUs &&
    row.outputFormat === valueNumber(utscCfg.outputFormat, request.outputFormat) &&
    row.window === valueNumber(utscCfg.window, window)
  );
}

/** Whether an active row still reads as it was accepted. */
export function rowStillSays(row: UtscRow, accepted: UtscAccepted): boolean {
  return (
    row.rowStatus === RowStatus.active &&
    row.triggerMode === valueNumber(utscCfg.triggerMode, accepted.triggerMode) &&
    row.centerFrequencyHz === accepted.centerFrequencyHz &&
    row.spanHz === accepted.spanHz &&
    row.bins === accepted.bins &&
    row.repeatPeriodUs === accepted.repeatPeriodUs &&
    row.outputFormat === valueNumber(utscCfg.outputFormat, accepted.outputFormat)
  );
}
