import { frequencyOfBin } from "../measure/bins.ts";
import { median } from "../measure/quantile.ts";
import { Alarm } from "./alarm.ts";
import { type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice } from "./event.ts";
import { type FrameView, WARM_UP_FRAMES } from "./frame-view.ts";

/** Frames that a single impulse or line must not move. */
const SMOOTHED_FRAMES = 5;
/** What the median over hundreds of bins is good for: a rise of just the threshold counts. */
const TOLERANCE_DB = 0.3;

/**
 * D2: rise of the noise in the quiet bands over the floor at the start of the session, or over a given one (for
 * example the median of the same hour of the last seven days). The median over the quiet bins tells it frame by
 * frame, where a quantile over time would take most of its window.
 */
export class NoiseRiseDetector implements Detector {
  readonly id = "D2";
  readonly #alarm: Alarm;
  readonly #context: DetectorContext;
  #baselineDbmv: number | undefined;
  readonly #start: number[] = [];
  readonly #recent: number[] = [];

  /** @param baselineDbmv mean noise power of a quiet bin in times without disturbance */
  constructor(context: DetectorContext, baselineDbmv?: number) {
    this.#context = context;
    this.#baselineDbmv = baselineDbmv;
    const { thresholds, journal } = context;
    this.#alarm = new Alarm("D2", "noiseRise", journal, {
      ...timingOf(thresholds),
      holdS: thresholds.d2HoldS,
      // Clear halfway down to the baseline: the whole hysteresis would reach below it.
      hysteresisDb: Math.min(thresholds.hysteresisDb, thresholds.d2WarnDb / 2),
    });
  }

  get baselineDbmv(): number | undefined {
    return this.#baselineDbmv;
  }

  /** Takes another baseline, unless a rise over the present one is raised: that ends where it began. */
  changeBaseline(baselineDbmv: number): void {
    if (!this.#alarm.isRaised) this.#baselineDbmv = baselineDbmv;
  }

  feed(view: FrameView): DetectorNotice[] {
    if (view.isSpoilt || Number.isNaN(view.quietDbmv)) return [];
    if (this.#baselineDbmv === undefined) {
      this.#start.push(view.quietDbmv);
      if (this.#start.length === WARM_UP_FRAMES) this.#baselineDbmv = median(this.#start);
      return [];
    }
    this.#recent.push(view.quietDbmv);
    if (this.#recent.length > SMOOTHED_FRAMES) this.#recent.shift();
    const riseDb = median(this.#recent) - this.#baselineDbmv;
    const { thresholds } = this.#context;
    const warnDb = thresholds.d2WarnDb - TOLERANCE_DB;
    const { frame } = view;
    const lowerHz = frequencyOfBin(frame, view.quiet[0]!);
    const upperHz = frequencyOfBin(frame, view.quiet.at(-1)!);
    return noticesOf(
      this.#alarm.step(
        riseDb - warnDb,
        {
          f0Hz: (lowerHz + upperHz) / 2,
          bwHz: upperHz - lowerHz,
          levelDbmv: view.quietDbmv,
          channels: view.channelsAt(lowerHz, upperHz),
          statistic: "rise of the noise in dB",
          value: riseDb,
          threshold: warnDb,
          severity: riseDb >= thresholds.d2AlarmDb - TOLERANCE_DB ? "major" : "minor",
          figures: { baselineDbmv: this.#baselineDbmv },
        },
        frame.timeS,
        frame.sequence,
      ),
    );
  }
}
