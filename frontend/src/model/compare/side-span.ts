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
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs)) return "Give date and time of both ends.";
  if (toMs <= fromMs) return "The end has to lie after the beginning.";
  if (toMs <= bounds.fromMs || fromMs >= bounds.toMs) return "The recording holds nothing of that time.";
  return undefined;
}

/** Local time to the tenth of a second, as a field of date and time holds it. */
export function fieldOfTime(timeMs: number): string {
  const local = timeMs - new Date(timeMs).getTimezoneOffset() * 60_000;
  return new Date(Math.round(local / 100) * 100).toISOString().slice(0, 21);
}

/** Reads it back; NaN where the field is empty. */
export function timeOfField(text: string): number {
  return new Date(text).getTime();
}
