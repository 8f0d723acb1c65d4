import { type DetectorEvent, type Severity, type SeverityLimits, severityOfDbc } from "./event.ts";

/** Events that are kept at most; the oldest leave first. */
const MOST_EVENTS = 1000;

/** Events of one set of detectors as they stand now: an open one goes on to change. */
export class EventJournal {
  readonly nextId: () => string;
  readonly #limits: SeverityLimits;
  readonly #events: DetectorEvent[] = [];

  /**
   * @param limits thresholds, of which it takes those of the severity
   * @param nextId ids of new events; counts from 1 unless given
   */
  constructor(limits: SeverityLimits, nextId?: () => string) {
    let count = 0;
    this.#limits = limits;
    this.nextId =
      nextId ??
      (() => {
        count += 1;
        return `event-${count}`;
      });
  }

  /** Severity of an event at this distance to its channel. */
  severityOf(dBc: number | undefined): Severity {
    return severityOfDbc(dBc, this.#limits);
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
