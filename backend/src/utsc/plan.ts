import {
  RowStatus,
  type UtscField,
  type UtscFieldValue,
  type UtscProfile,
  type UtscValues,
  utscCfg,
  utscFields,
} from "@pnmlab/docsis-mib";
import type { UtscAccepted } from "@pnmlab/protocol";
import { wireValue } from "./columns.ts";
import { type OwnFileName, parseOwnFileName } from "./file-name.ts";
import type { PlanStep } from "./plan-step.ts";
import type { UtscRow } from "./row.ts";
import { markValues } from "./row-mark.ts";

/** Of docsPnmCmtsUtscCfgRepeatPeriod, by the MIB. */
const DEFAULT_REPEAT_PERIOD_US = 100_000;

/** docsPnmCmtsUtscCfgQualifyThrshld that lets every spectrum pass: -100 dB, in tenths. */
const QUALIFY_OFF_TENTH_DB = -1000;
/** The MIB's default, which its text takes for -100 dB although the column counts tenths. */
const QUALIFY_DEFAULT_TENTH_DB = -100;

/** Whether a threshold of docsPnmCmtsUtscCfgQualifyThrshld keeps spectra back. */
export function isSquelch(thresholdTenthDb: number | undefined): boolean {
  const threshold = thresholdTenthDb ?? QUALIFY_DEFAULT_TENTH_DB;
  return threshold !== QUALIFY_DEFAULT_TENTH_DB && threshold > QUALIFY_OFF_TENTH_DB;
}

export interface WantedRow {
  profile: UtscProfile;
  /** What is written: the user's parameters and defaults. */
  values: UtscValues;
  /** What the user asked for; a refusal of anything else can be borne. */
  requested: UtscValues;
  fileName: string;
}

/** One column of a row: what is wanted and what is there. */
export interface PlannedColumn extends PlanStep {
  field: UtscField;
  value: UtscFieldValue;
  current: UtscFieldValue | undefined;
  /** False where the row says so already: then nothing is sent. */
  changes: boolean;
}

/**
 * The row to use on a port that has several: one that names our own files, else one of the trigger mode that
 * is wanted (some CMTSs bind a row to its mode), else the first.
 */
export function chooseRow(
  rows: readonly UtscRow[],
  isOwn: (mark: OwnFileName | undefined) => boolean,
  triggerMode: UtscFieldValue | undefined,
): UtscRow | undefined {
  return (
    rows.find((row) => isOwn(row.mark)) ??
    rows.find((row) => row.values.triggerMode === triggerMode) ??
    rows[0]
  );
}

/** Makes a row: as one that waits for its columns, or at once, as the CMTS knows it. */
export function planCreation(rfPortIfIndex: number, cfgIndex: number, { row }: UtscProfile): PlanStep {
  const [writes, otherwise] = row.creation.map((way) => [
    { object: utscCfg.rowStatus, index: [rfPortIfIndex, cfgIndex], value: RowStatus[way] },
  ]);
  return { writes: writes ?? [], ...(otherwise ? { otherwise } : {}), refusal: "stop" };
}

/** Steps that make `row` say what is wanted; columns that say it already are left alone, see `planColumns`. */
export function planRow(rfPortIfIndex: number, row: UtscRow, wanted: WantedRow): PlannedColumn[] {
  return planColumns(rfPortIfIndex, row, wanted).filter(({ changes }) => changes);
}

/**
 * Every column that is wanted, in the vendor's order, one SET each. A column that says what is wanted is not
 * written, because some CMTSs refuse any write to a column that they fix.
 */
export function planColumns(rfPortIfIndex: number, row: UtscRow, wanted: WantedRow): PlannedColumn[] {
  const { profile, requested, fileName } = wanted;
  const index = [rfPortIfIndex, row.cfgIndex];
  const own = parseOwnFileName(fileName);
  const values: UtscValues = {
    ...clearedInheritance(row),
    ...wanted.values,
    fileName,
    ...(own !== undefined && profile.fileNaming === "vendor" ? markValues(own) : {}),
  };
  return writeOrder(row, wanted).flatMap((field) => {
    const value = values[field];
    if (value === undefined || profile.closed[field] !== undefined) return [];
    const current = field === "fileName" ? row.fileName : row.values[field];
    return {
      field,
      value,
      current,
      changes: current !== value,
      writes: [{ object: utscFields[field].object, index, value: wireValue(field, value) }],
      refusal: isDispensable(field, value, requested) ? ("tolerate" as const) : ("postpone" as const),
    };
  });
}

/** Puts the row into service; nothing where it is active. */
export function planActivation(rfPortIfIndex: number, row: UtscRow): PlanStep | undefined {
  if (row.rowStatus === RowStatus.active) return undefined;
  return {
    writes: [{ object: utscCfg.rowStatus, index: [rfPortIfIndex, row.cfgIndex], value: RowStatus.active }],
    refusal: "stop",
  };
}

/** What another user's capture would leave behind in ours: averages of theirs, and a squelch. */
function clearedInheritance(row: UtscRow): UtscValues {
  const { averaging, qualifyThresholdTenthDb: threshold } = row.values;
  return {
    ...(averaging !== undefined && averaging !== 0 ? { averaging: 0 } : {}),
    ...(typeof threshold === "number" && isSquelch(threshold)
      ? { qualifyThresholdTenthDb: QUALIFY_OFF_TENTH_DB }
      : {}),
  };
}

/** What marks the row as ours comes before all else, so that others see whose it is. */
function marksFirst({ writeOrder, fileNaming }: UtscProfile): UtscField[] {
  const marks = fileNaming === "vendor" ? MARKS : (["fileName"] as const);
  const first = marks.filter((field) => writeOrder.includes(field));
  return [...first, ...writeOrder.filter((field) => !first.includes(field as never))];
}

/** The vendor's order, with the timing columns in the order that the check of the one against the other allows. */
function writeOrder(row: UtscRow, { profile, values }: WantedRow): UtscField[] {
  const order = marksFirst(profile);
  const duration = order.indexOf("freeRunDurationMs");
  const period = order.indexOf("repeatPeriodUs");
  if (duration < 0 || period < 0) return order;
  const presentPeriodUs = Number(row.values.repeatPeriodUs ?? DEFAULT_REPEAT_PERIOD_US);
  const durationFirst = Number(values.freeRunDurationMs) * 1000 >= presentPeriodUs;
  if (durationFirst !== duration < period) {
    order[duration] = "repeatPeriodUs";
    order[period] = "freeRunDurationMs";
  }
  return order;
}

/** What a capture can do without where the CMTS does not take it. */
const DISPENSABLE: ReadonlySet<UtscField> = new Set([
  "fileName",
  // Where they are operands they are asked for, and looked at there.
  "minislotCount",
  "sid",
  "averaging",
  "qualifyCenterFrequencyHz",
  "qualifyBandwidthHz",
  "qualifyThresholdTenthDb",
  "maxResultsPerFile",
  "destinationIndex",
]);

function isDispensable(field: UtscField, value: UtscFieldValue, requested: UtscValues): boolean {
  if (DISPENSABLE.has(field)) return requested[field] === undefined || !OPERANDS.has(field);
  if (field === "window") return requested.window === undefined;
  return field === "logicalChIfIndex" && value === 0;
}

/** Columns that mark a row whose file name cannot be written. */
const MARKS = ["sid", "minislotCount"] as const;

const OPERANDS: ReadonlySet<UtscField> = new Set(["minislotCount", "sid"]);

/** Columns that a CMTS may hold otherwise without another capture coming of it. */
const BESIDE_THE_POINT: ReadonlySet<UtscField> = new Set([...DISPENSABLE, "freeRunDurationMs"]);

/** Whether an active row says what is wanted to the letter, so that its test can simply go on. */
export function rowSays(row: UtscRow, wanted: UtscValues): boolean {
  return (
    row.rowStatus === RowStatus.active &&
    Object.entries(wanted).every(
      ([field, value]) =>
        value === undefined ||
        BESIDE_THE_POINT.has(field as UtscField) ||
        row.values[field as UtscField] === value,
    )
  );
}

/** Whether an active row still reads as it was accepted. */
export function rowStillSays(row: UtscRow, accepted: UtscAccepted): boolean {
  const { readAt: _readAt, fileName: _fileName, window: _window, ...values } = accepted;
  return rowSays(row, values);
}
