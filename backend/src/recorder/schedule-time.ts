import type { RecordingSchedule } from "@pnmlab/protocol";

const DAY_MS = 86_400_000;
const PERIOD_DAYS = { daily: 1, weekly: 7 } as const;

/**
 * When a schedule next begins, at or after `fromMs`; null where it does not any more. The time of day is kept in the
 * zone of this machine: a day on which its clocks are changed has 23 or 25 hours. A time that such a day leaves out
 * is an hour later on it, one that it has twice is the first.
 */
export function nextStartMs(
  { startsAt, repeat, enabled }: Pick<RecordingSchedule, "startsAt" | "repeat" | "enabled">,
  fromMs: number,
): number | null {
  if (!enabled) return null;
  const firstMs = Date.parse(startsAt);
  if (firstMs >= fromMs) return firstMs;
  if (repeat === "once") return null;
  const days = PERIOD_DAYS[repeat];
  const least = Math.max(0, Math.floor((fromMs - firstMs) / (days * DAY_MS)) - 1);
  for (let period = least; ; period += 1) {
    const at = new Date(firstMs);
    at.setDate(at.getDate() + period * days);
    if (at.getTime() >= fromMs) return at.getTime();
  }
}
