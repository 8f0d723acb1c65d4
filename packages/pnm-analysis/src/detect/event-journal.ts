import type { DetectorEvent } from "./event.ts";

/** Events that are kept at most; the oldest leave first. */
const MOST_EVENTS = 1000;

/** Events of one set of detectors as they stand now: an open one goes on to change. */
export class EventJournal {
  readonly nextId: () => string;
  readonly #events: DetectorEvent[] = [];

  /** @param nextId ids of new events; counts from 1 unless given */
  constructor(nextId?: () => string) {
    let count = 0;
    this.nextId =
      nextId ??
      (() => {
        count += 1;
        return `event-${count}`;
      });
  }

  add(event: DetectorEvent): void {
    this.#events.push(event);
    if (this.#events.length > MOST_EVENTS) this.#events.shift();
  }

  /** Copies of all events, or of those that are wanted, the oldest first. */
  snapshots(isWanted: (event: DetectorEvent) => boolean = () => true): DetectorEvent[] {
    return this.#events.filter(isWanted).map(snapshotOf);
  }
}

export function snapshotOf(event: DetectorEvent): DetectorEvent {
  return { ...event, evidence: { ...event.evidence, frames: [...event.evidence.frames] } };
}
