import type { TimeSpan } from "../../api/recordings-client.ts";
import { within } from "./transport.ts";

/**
 * Where a text leads: a number is a frame, `09:38`, `09:38:12.4` a time of the day that is looked at,
 * anything else a date. Undefined where it is none of them.
 */
export function readPlace(
  text: string,
  nearMs: number,
  bounds: TimeSpan | undefined,
): { frame: number } | { timeMs: number } | undefined {
  const plain = text.trim();
  if (/^[\d\s\u2009]+$/.test(plain)) return { frame: Math.max(1, Number(plain.replace(/\D/g, ""))) };
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/.exec(plain);
  if (clock) {
    const [, hours, minutes, seconds = "0"] = clock;
    const day = new Date(nearMs);
    day.setHours(Number(hours), Number(minutes), 0, 0);
    const timeMs = day.getTime() + Number(seconds) * 1000;
    return { timeMs: bounds ? nearestDay(timeMs, bounds) : timeMs };
  }
  const date = Date.parse(plain);
  return Number.isNaN(date) ? undefined : { timeMs: date };
}

/** Where in a recording, and how long it is: `3:35 / 12:04`, with hours where the whole has some. */
export function formatPlace(placeMs: number, wholeMs: number): string {
  const hasHours = wholeMs >= 3_600_000;
  const clock = (timeMs: number) => {
    const seconds = Math.floor(timeMs / 1000);
    const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
    return hasHours
      ? `${Math.floor(seconds / 3600)}:${parts.join(":")}`
      : `${Math.floor(seconds / 60)}:${parts[1]}`;
  };
  return `${clock(placeMs)} / ${clock(wholeMs)}`;
}

const DAY_MS = 86_400_000;

/** The same time of another day where only that lies in the recording. */
function nearestDay(timeMs: number, bounds: TimeSpan): number {
  const isInside = (moment: number) => moment >= bounds.fromMs && moment <= bounds.toMs;
  const days = [timeMs, timeMs - DAY_MS, timeMs + DAY_MS];
  return days.find(isInside) ?? within(bounds, timeMs);
}
