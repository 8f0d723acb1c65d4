import type { UtscColumnTruth, UtscFieldValue, UtscOptions, UtscSession } from "@pnmlab/protocol";
import { contradicts } from "./setup/column-truth.ts";
import { fieldLabel, shortColumn } from "./setup/fields.ts";
import { isInForce } from "./setup/judge.ts";
import { readableValue, unitOfField } from "./setup/units.ts";
import { AVERAGING_NOTE, OWN_WINDOW_NOTE, ownWindowOf, ownWindowWords } from "./truth.ts";

/** One column of a running session as the Truth tab shows it. */
export interface ColumnRow {
  field: UtscColumnTruth["field"];
  label: string;
  /** Name in the MIB, without its prefix. */
  mib: string;
  requested: string;
  accepted: string;
  observed: string;
  acceptedDiffers: boolean;
  observedDiffers: boolean;
  /** The CMTS alters what a frame is: its averaging is not none. */
  isNotable: boolean;
  /** Why a value is another one, as far as anything tells; undefined where all agree. */
  reason: string | undefined;
}

/** The columns that a session has written or that its files show; those it has left alone are only named. */
export function columnRows(
  columns: readonly UtscColumnTruth[],
  session: UtscSession,
  options: UtscOptions | undefined,
): { rows: ColumnRow[]; leftAlone: string[] } {
  const isConcerned = ({ field, requested, written, accepted, observed, verdict }: UtscColumnTruth) =>
    requested !== null ||
    written !== null ||
    observed !== null ||
    verdict === "refused" ||
    (field === "averaging" && accepted !== null);
  return {
    rows: columns.filter(isConcerned).map((truth) => rowOf(truth, session, options)),
    leftAlone: columns.filter((truth) => !isConcerned(truth)).map(({ field }) => fieldLabel(field, true)),
  };
}

function rowOf(truth: UtscColumnTruth, session: UtscSession, options: UtscOptions | undefined): ColumnRow {
  const { field, column, requested, written, accepted, observed, verdict } = truth;
  const text = (value: UtscFieldValue) => readableValue(roundedFor(value, field), shapeOf(field, value));
  const reference = accepted ?? written ?? requested;
  const acceptedDiffers = verdict === "changed" || verdict === "refused";
  const observedDiffers = observed !== null && reference !== null && contradicts(field, observed, reference);
  const own = field === "window" ? ownWindowOf(session) : undefined;
  const isNotable = field === "averaging" && accepted !== null && accepted !== 0;
  return {
    field,
    label: fieldLabel(field, true),
    mib: shortColumn(column),
    requested:
      requested !== null ? text(requested) : written !== null ? `default ${text(written)}` : "not asked",
    accepted: accepted === null ? (verdict === "refused" ? "refused" : "not read") : text(accepted),
    observed: own ? ownWindowWords(own) : observed === null ? "not seen" : text(observed),
    acceptedDiffers,
    observedDiffers,
    isNotable,
    reason:
      reasonOf(truth, acceptedDiffers, observedDiffers, session, options) ??
      (own ? OWN_WINDOW_NOTE : isNotable ? AVERAGING_NOTE : undefined),
  };
}

function reasonOf(
  { field, verdict, note }: UtscColumnTruth,
  acceptedDiffers: boolean,
  observedDiffers: boolean,
  session: UtscSession,
  options: UtscOptions | undefined,
): string | undefined {
  if (note !== null) return note;
  if (acceptedDiffers) {
    const known = options?.fields.find((option) => option.field === field);
    const situation = {
      triggerMode: session.accepted?.triggerMode ?? "freeRunning",
      outputFormat: session.accepted?.outputFormat ?? "",
      channelKind: undefined,
    };
    const adjustments = known?.adjustments.filter(({ when }) => isInForce(when, situation)) ?? [];
    if (adjustments.length > 0) {
      return adjustments.map(({ text, source }) => `${text} (${source.name})`).join(" ");
    }
    if (known?.reason) return known.reason;
    return verdict === "changed"
      ? "The CMTS took the write and reads back another value; its profile tells no reason."
      : undefined;
  }
  return observedDiffers ? "The files show another value than the CMTS reads back." : undefined;
}

/** Intervals are measured to a fraction of a microsecond that says nothing. */
function roundedFor(value: UtscFieldValue, field: UtscColumnTruth["field"]): UtscFieldValue {
  return typeof value === "number" && unitOfField(field) === "us" ? Math.round(value / 100) * 100 : value;
}

function shapeOf(field: UtscColumnTruth["field"], value: UtscFieldValue) {
  const isName = typeof value === "string" && field !== "fileName" && field !== "cmMacAddr";
  return { kind: isName ? ("enumeration" as const) : ("integer" as const), unit: unitOfField(field) };
}
