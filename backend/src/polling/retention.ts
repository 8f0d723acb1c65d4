import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { SeriesStore } from "../storage/series.ts";

const HOUR_MS = 3_600_000;

export interface SeriesRetentionOptions {
  series: SeriesStore;
  keepDays: number;
  log: Logger;
  now: () => number;
}

/** Removes readings that are too old, hourly and one line after the other, so that nobody waits for it. */
export function keepSeriesWithin(options: SeriesRetentionOptions): Disposable {
  let isOver = false;
  let isRunning = false;
  const prune = async () => {
    if (isRunning) return;
    isRunning = true;
    try {
      const removed = await pruneSeries(options, () => isOver);
      if (removed > 0) {
        options.log.info(`${removed} readings were older than ${options.keepDays} days and are gone`);
      }
    } catch (error) {
      options.log.warn(`old readings could not be removed: ${messageOf(error)}`);
    }
    isRunning = false;
  };
  const timer = setInterval(() => void prune(), HOUR_MS);
  void prune();
  return {
    [Symbol.dispose]: () => {
      isOver = true;
      clearInterval(timer);
    },
  };
}

/** Removes what is older than `keepDays`; returns how many readings there were. */
export async function pruneSeries(
  { series, keepDays, now }: Pick<SeriesRetentionOptions, "series" | "keepDays" | "now">,
  isOver: () => boolean = () => false,
): Promise<number> {
  const oldestMs = now() - keepDays * 24 * HOUR_MS;
  let removed = 0;
  series.removeEventsBefore(oldestMs);
  for (const id of series.lineIds()) {
    await nextTurn();
    if (isOver()) break;
    removed += series.removeBefore(id, oldestMs);
  }
  return removed;
}
