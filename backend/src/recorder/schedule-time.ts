import type { RecordingSchedule } from "@pnmlab/protocol";

const DAY_MS = 86_400_000;
const PERIOD_MS = { daily: DAY_MS, weekly: 7 * DAY_MS } as const;

/**
 * When a schedule next begins, at or after `fromMs`; null where it does not any more. Days have 24 hours: the
 * time of day is kept in UTC, and moves by an hour where local time is changed.
 */
export function nextStartMs(
  { startsAt, repeat, enabled }: Pick<RecordingSchedule, "startsAt" | "repeat" | "enabled">,
  fromMs: number,
): number | null {
  if (!enabled) return null;
  const firstMs = Date.parse(startsAt);
  if (firstMs >= fromMs) return firstMs;
  if (repeat === "once") return null;
  const periodMs = PERIOD_MS[repeat];
  return firstMs + Math.ceil((fromMs - firstMs) / periodMs) * periodMs;
}
