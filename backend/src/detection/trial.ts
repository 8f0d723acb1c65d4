import type { DetectorEvent } from "@pnmlab/pnm-analysis";
import { StreamDetectors } from "./stream-detectors.ts";
import { analysedFrameOf } from "./wire-frame.ts";
import type { JudgeOptions, TrialResult } from "./worker-messages.ts";

/** Events that a trial gives back. */
const MOST_EVENTS = 100;

/**
 * Detectors over a recording, fed piece by piece so that its length costs no memory: what `wouldHaveFired` of
 * `@pnmlab/pnm-analysis` tells of frames that are all there.
 */
export class Trial {
  #options: JudgeOptions;
  readonly #wantedKind: string | undefined;
  #detectors: StreamDetectors;
  #frames = 0;
  #lastS = Number.NEGATIVE_INFINITY;
  #lastId = 0;
  readonly #counts: Record<string, number> = {};
  readonly #events = new Map<string, DetectorEvent>();

  /** @param wantedKind kind of the events to give back; all unless given */
  constructor(options: JudgeOptions, wantedKind?: string) {
    this.#options = options;
    this.#wantedKind = wantedKind;
    this.#detectors = this.#newDetectors();
  }

  /** Other channels or settings from the next frame on. */
  change(options: JudgeOptions): void {
    this.#update();
    this.#options = options;
    this.#detectors = this.#newDetectors();
  }

  /** @throws PnmLabError `FRAME_INVALID` */
  feed(bytes: ArrayBuffer): void {
    const frame = analysedFrameOf(bytes, this.#options);
    frame.timeS = Math.max(frame.timeS, this.#lastS);
    this.#lastS = frame.timeS;
    this.#frames += 1;
    for (const { type, event } of this.#detectors.feed(frame)) {
      const { id, kind } = event;
      if (type === "raised") this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
      const isWanted = this.#wantedKind === undefined || this.#wantedKind === kind;
      if (this.#events.has(id) || (isWanted && this.#events.size < MOST_EVENTS)) this.#events.set(id, event);
    }
  }

  result(): TrialResult {
    this.#update();
    return { frames: this.#frames, counts: this.#counts, events: [...this.#events.values()] };
  }

  /** Events as they stand now, as far as the detectors still know them. */
  #update(): void {
    for (const event of this.#detectors.events)
      if (this.#events.has(event.id)) this.#events.set(event.id, event);
  }

  #newDetectors(): StreamDetectors {
    const nextId = () => {
      this.#lastId += 1;
      return `trial-${this.#lastId}`;
    };
    return new StreamDetectors(this.#options, nextId);
  }
}
