import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { EventStore } from "../storage/index.ts";

const HOUR_MS = 3_600_000;

/** Events that are kept at most; a plant that raises more has said what it has to say. */
const MOST_EVENTS = 50_000;

export interface EventRetentionOptions {
  store: Pick<EventStore, "prune">;
  keepDays: number;
  log: Logger;
  now: () => number;
}

/** Removes events that ended too long ago, and the oldest of too many, at once and then hourly. */
export function keepEventsWithin({ store, keepDays, log, now }: EventRetentionOptions): Disposable {
  const prune = () => {
    try {
      const removed = store.prune(now() - keepDays * 24 * HOUR_MS, MOST_EVENTS);
      if (removed > 0)
        log.info(`${removed} events were older than ${keepDays} days or beyond ${MOST_EVENTS} and are gone`);
    } catch (error) {
      log.warn(`old events could not be removed: ${messageOf(error)}`);
    }
  };
  prune();
  const timer = setInterval(prune, HOUR_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
