/** A stretch of time, Unix milliseconds. */
export interface TimeSpan {
  fromMs: number;
  toMs: number;
}

/** What a dragged stretch has at least. */
const LEAST_MS = 100;

/** The first or the last seconds of what there is. */
export function endOf(bounds: TimeSpan, end: "first" | "last", seconds: number): TimeSpan {
  const lengthMs = Math.min(seconds * 1000, bounds.toMs - bounds.fromMs);
  return end === "first"
    ? { fromMs: bounds.fromMs, toMs: bounds.fromMs + lengthMs }
    : { fromMs: bounds.toMs - lengthMs, toMs: bounds.toMs };
}

/** The stretch between two places, in shares of what there is from 0 to 1; undefined where it is too short. */
export function spanOfShares(bounds: TimeSpan, a: number, b: number): TimeSpan | undefined {
  const at = (share: number) =>
    bounds.fromMs + Math.min(1, Math.max(0, share)) * (bounds.toMs - bounds.fromMs);
  const span = { fromMs: at(Math.min(a, b)), toMs: at(Math.max(a, b)) };
  return span.toMs - span.fromMs < LEAST_MS ? undefined : span;
}

/** Why two moments make no stretch of what there is; undefined where they do. */
export function spanFault(bounds: TimeSpan, { fromMs, toMs }: TimeSpan): string | undefined {
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs))
    return "Give date and time of both ends, as in 2026-11-21 21:30:27.1.";
  if (toMs <= fromMs) return "The end has to lie after the beginning.";
  if (toMs <= bounds.fromMs || fromMs >= bounds.toMs) return "The recording holds nothing of that time.";
  return undefined;
}

/** Local time to the tenth of a second in 24 hours, whatever the browser's language: `2026-11-21 21:30:27.1`. */
export function fieldOfTime(timeMs: number): string {
  const local = timeMs - new Date(timeMs).getTimezoneOffset() * 60_000;
  return new Date(Math.round(local / 100) * 100).toISOString().slice(0, 21).replace("T", " ");
}

const DATE_AND_TIME =
  /^(?:(\d{4})-(\d\d)-(\d\d)[T ]\s*)?([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?$/;

/**
 * Reads it back, with or without its date and its seconds; NaN where it is no such time.
 *
 * @param dayMs a moment of the day that a time without a date is of
 */
export function timeOfField(text: string, dayMs: number): number {
  const [, year, month, day, hours, minutes, seconds = 0] = DATE_AND_TIME.exec(text.trim()) ?? [];
  if (hours === undefined) return Number.NaN;
  const date = year === undefined ? new Date(dayMs) : new Date(Number(year), Number(month) - 1, Number(day));
  // Such as 30 February or a 13th month, which roll over.
  const isRolled = date.getMonth() !== Number(month) - 1 || date.getDate() !== Number(day);
  if (year !== undefined && isRolled) return Number.NaN;
  return date.setHours(Number(hours), Number(minutes), 0, Math.round(Number(seconds) * 1000));
}
