import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { EventStore } from "../storage/index.ts";
import { COOLING_MS } from "./event-book.ts";

const HOUR_MS = 3_600_000;
const EVERY_MS = 600_000;

/** Events that are kept at most; a plant that raises more has said what it has to say. */
const MOST_EVENTS = 50_000;
/** Evidence that is removed at a time, and the pause after it, in which everything else goes on. */
const BATCH = 50;
const PAUSE_MS = 20;
/** Whoever returns within its time is the same event, and has its evidence still. */
const MAY_RETURN_MS = 2 * COOLING_MS;

export interface EventRetentionOptions {
  store: Pick<EventStore, "prune" | "removeEvidence">;
  keepDays: number;
  /** Room that the evidence of all events may take, in MB. */
  evidenceMaxMb: number;
  log: Logger;
  now: () => number;
}

/**
 * Removes events that ended too long ago, the oldest of too many, and the oldest evidence where all of it takes too
 * much, at once and then every ten minutes.
 */
export function keepEventsWithin(options: EventRetentionOptions): Disposable {
  const { store, keepDays, log, now } = options;
  let next: NodeJS.Timeout | undefined;
  const prune = () => {
    try {
      const removed = store.prune(now() - keepDays * 24 * HOUR_MS, MOST_EVENTS);
      if (removed > 0)
        log.info(`${removed} events were older than ${keepDays} days or beyond ${MOST_EVENTS} and are gone`);
    } catch (error) {
      log.warn(`old events could not be removed: ${messageOf(error)}`);
    }
    clearTimeout(next);
    boundEvidence(0);
  };
  const boundEvidence = (before: number) => {
    let removed = 0;
    try {
      removed = removeEvidence(options);
    } catch (error) {
      log.warn(`evidence of old events could not be removed: ${messageOf(error)}`);
    }
    const all = before + removed;
    if (removed === BATCH) next = setTimeout(boundEvidence, PAUSE_MS, all);
    else if (all > 0)
      log.info(
        `the evidence of ${all} events was removed: all of it took more than the ${options.evidenceMaxMb} MB of PNMLAB_EVENT_EVIDENCE_MAX_MB`,
      );
  };
  prune();
  const timer = setInterval(prune, EVERY_MS);
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      clearTimeout(next);
    },
  };
}

function removeEvidence({ store, evidenceMaxMb, now }: EventRetentionOptions): number {
  const day = new Date(now()).toISOString().slice(0, 10);
  const bound = {
    maxBytes: evidenceMaxMb * 1e6,
    endedBeforeMs: now() - MAY_RETURN_MS,
    why: `Its frames were removed on ${day}: the evidence of all events took more than the ${evidenceMaxMb} MB of PNMLAB_EVENT_EVIDENCE_MAX_MB.`,
  };
  return store.removeEvidence(bound, BATCH);
}
