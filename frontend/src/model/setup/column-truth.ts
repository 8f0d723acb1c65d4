import type { UtscFieldOption, UtscFieldValue, UtscSession } from "@pnmlab/protocol";
import { readableValue } from "./units.ts";

/** What became of one column of a session. */
export interface ColumnTruth {
  accepted: string | null;
  observed: string | null;
  /** The CMTS took another value than was asked for. */
  acceptedDiffers: boolean;
  /** The files show another value than the CMTS says. */
  observedDiffers: boolean;
}

/** Measured values are taken as different only beyond this share, so that jitter stays quiet. */
const TOLERANCE = 0.02;

/** One column of a session as asked for, as read back and as its files show it, in the engineer's unit. */
export function columnTruth(session: UtscSession | undefined, option: UtscFieldOption): ColumnTruth {
  const { field } = option;
  const of = (values: object | null | undefined) =>
    (values as Partial<Record<string, UtscFieldValue>> | null | undefined)?.[field];
  const requested = of(session?.requested);
  const accepted = of(session?.accepted);
  const observed = of(session?.observed);
  const text = (value: UtscFieldValue | undefined) =>
    value === undefined ? null : readableValue(roundedFor(value, option), option);
  const reference = accepted ?? requested;
  return {
    accepted: text(accepted),
    observed: text(observed),
    acceptedDiffers: requested !== undefined && accepted !== undefined && requested !== accepted,
    observedDiffers:
      reference !== undefined && observed !== undefined && contradicts(field, observed, reference),
  };
}

/** Whether files contradict a column: they may hold fewer captures than the most, and 0 sets no limit. */
export function contradicts(
  field: UtscFieldOption["field"],
  observed: UtscFieldValue,
  reference: UtscFieldValue,
): boolean {
  if (field === "maxResultsPerFile") return reference !== 0 && observed > reference;
  return isFar(observed, reference);
}

/** Whether a measured value is another one, jitter aside. */
function isFar(observed: UtscFieldValue, reference: UtscFieldValue): boolean {
  if (typeof observed === "number" && typeof reference === "number") {
    return Math.abs(observed - reference) > Math.abs(reference) * TOLERANCE;
  }
  return observed !== reference;
}

/** Intervals are measured to a fraction of a microsecond that says nothing. */
function roundedFor(value: UtscFieldValue, { unit }: UtscFieldOption): UtscFieldValue {
  return typeof value === "number" && unit === "us" ? Math.round(value / 100) * 100 : value;
}
