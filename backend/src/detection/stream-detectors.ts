import {
  type DetectorEvent,
  type DetectorNotice,
  DetectorSet,
  type LevelCheck,
  type MaskState,
  MaskWatch,
  type SpectrumFrame,
  type WatchedMask,
} from "@pnmlab/pnm-analysis";
import type { JudgeOptions } from "./worker-messages.ts";

/** What judges the frames of one stream: the detectors, and the masks of its port. */
export class StreamDetectors {
  readonly #detectors: DetectorSet;
  readonly #masks: MaskWatch;

  /** @param nextId ids of events, of detectors and masks together */
  constructor(options: JudgeOptions, nextId: () => string) {
    this.#detectors = new DetectorSet({ ...options, nextId });
    this.#masks = new MaskWatch({
      ...options,
      nextId,
      dBcAt: (frequencyHz, levelDbmv) => this.#detectors.dBcAt(frequencyHz, levelDbmv),
    });
  }

  feed(frame: SpectrumFrame): DetectorNotice[] {
    return [...this.#detectors.feed(frame), ...this.#masks.feed(frame)];
  }

  /** Other masks from the next frame on. */
  changeMasks(masks: readonly WatchedMask[]): DetectorNotice[] {
    return this.#masks.change(masks);
  }

  changeNoiseBaseline(noiseBaselineDbmv: number): void {
    this.#detectors.changeNoiseBaseline(noiseBaselineDbmv);
  }

  get events(): readonly DetectorEvent[] {
    return [...this.#detectors.events, ...this.#masks.events];
  }

  get raised(): readonly DetectorEvent[] {
    return [...this.#detectors.raised, ...this.#masks.raised];
  }

  get quietDbmv(): number | undefined {
    return this.#detectors.quietDbmv;
  }

  get levelCheck(): LevelCheck | undefined {
    return this.#detectors.levelCheck;
  }

  get maskStates(): MaskState[] {
    return this.#masks.states;
  }
}
