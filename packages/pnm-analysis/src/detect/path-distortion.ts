import { frequencyOfBin } from "../measure/bins.ts";
import { median } from "../measure/quantile.ts";
import { dbOfPower, powerOfDb } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { type BeatGrid, beatGridsOf, type DownstreamCarrier } from "./beat-grid.ts";
import { type CombResult, combTest } from "./comb.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice } from "./event.ts";
import type { FrameView } from "./frame-view.ts";
import { fitTemplate, secondOrderTemplate } from "./product-template.ts";

/** Taken for the downstream where its channels are not known. */
const FULL_DOWNSTREAM: readonly DownstreamCarrier[] = [{ lowerHz: 108e6, upperHz: 1002e6 }];
const AVERAGED_LOOKS = 8;
/** Frames of one floor estimate, and bins that are put together against its spread. */
const FLOOR_FRAMES = 300;
const GROUP_BINS = 20;

/**
 * D4: common path distortion. As a comb: lines where the downstream's carriers beat with each other, which are multiples
 * of their spacing, in averages of 8 looks and more. As noise: a floor rise in the shape of the all-digital downstream's
 * second-order products.
 */
export class PathDistortionDetector implements Detector {
  readonly id = "D4";
  readonly #context: DetectorContext;
  readonly #comb: Alarm;
  readonly #noise: Alarm;
  readonly #downstream: readonly DownstreamCarrier[];
  readonly #grids: readonly BeatGrid[];
  #spacingHz = Number.NaN;
  #offsetHz = 0;
  #frames = 0;
  #reference: Float64Array | undefined;

  /** @param downstream channels of the downstream; none where they are not known */
  constructor(context: DetectorContext, downstream: readonly DownstreamCarrier[] = []) {
    this.#context = context;
    this.#downstream = downstream.length > 0 ? downstream : FULL_DOWNSTREAM;
    this.#grids = beatGridsOf(downstream);
    const timing = { ...timingOf(context.thresholds), ...AT_ONCE };
    this.#comb = new Alarm("D4", "cpdComb", context.journal, timing);
    this.#noise = new Alarm("D4", "cpdNoise", context.journal, timing);
  }

  /** `true` for a frequency that a raised comb explains. */
  explains(frequencyHz: number, reachHz: number): boolean {
    if (!this.#comb.isRaised) return false;
    const inGridHz = frequencyHz - this.#offsetHz;
    const beside = Math.abs(inGridHz - this.#spacingHz * Math.round(inGridHz / this.#spacingHz));
    return beside <= reachHz;
  }

  feed(view: FrameView): DetectorNotice[] {
    this.#frames += 1;
    const averaged = view.looks >= AVERAGED_LOOKS ? view.excessDb : view.block?.excessDb;
    return noticesOf(averaged && this.#judgeComb(view, averaged), this.#judgeNoise(view));
  }

  #judgeComb(view: FrameView, excessDb: Float32Array): DetectorNotice | undefined {
    const { thresholds } = this.#context;
    const results = this.#grids.flatMap(({ spacingHz, offsetsHz }) =>
      offsetsHz.map((offsetHz) => {
        const others = offsetsHz.filter((other) => other !== offsetHz);
        return combTest(excessDb, view.frame, spacingHz, [offsetHz, ...others]);
      }),
    );
    const isHit = ({ z, teeth, share }: CombResult) =>
      z >= thresholds.d4Z && teeth >= thresholds.d4Teeth && share >= thresholds.d4ToothShare;
    const best = results.filter(isHit).sort((a, b) => b.z - a.z)[0];
    const { frame } = view;
    if (best) {
      this.#spacingHz = best.spacingHz;
      this.#offsetHz = best.offsetHz;
    }
    const lowerHz = frequencyOfBin(frame, view.quiet[0] ?? 0);
    const upperHz = frequencyOfBin(frame, view.quiet.at(-1) ?? 0);
    return this.#comb.step(
      best ? best.z - thresholds.d4Z : -thresholds.hysteresisDb - 1,
      best && {
        f0Hz: best.spacingHz,
        bwHz: upperHz - lowerHz,
        channels: view.channelsAt(lowerHz, upperHz),
        statistic: "comb over random offsets in standard deviations",
        value: best.z,
        threshold: thresholds.d4Z,
        severity: "major",
        classification: `comb of ${best.spacingHz / 1e6} MHz${
          best.offsetHz === 0 ? "" : `, ${best.offsetHz / 1e6} MHz above its multiples`
        }`,
        figures: {
          spacingHz: best.spacingHz,
          ...(best.offsetHz === 0 ? {} : { offsetHz: best.offsetHz }),
          teeth: best.teeth,
          strongSharePct: 100 * best.share,
        },
      },
      frame.timeS,
      frame.sequence,
    );
  }

  #judgeNoise(view: FrameView): DetectorNotice | undefined {
    if (this.#frames % FLOOR_FRAMES !== 0 || view.quiet.length < 5 * GROUP_BINS) return undefined;
    const { thresholds } = this.#context;
    const floor = view.floor.levelsDbmv();
    const groups = Math.floor(view.quiet.length / GROUP_BINS);
    const frequencies = new Float64Array(groups);
    const levels = Float64Array.from({ length: groups }, (_, g) => {
      const bins = view.quiet.subarray(g * GROUP_BINS, (g + 1) * GROUP_BINS);
      frequencies[g] = frequencyOfBin(view.frame, bins[GROUP_BINS >> 1]!);
      return median(Array.from(bins, (k) => floor[k]!));
    });
    if (!this.#reference) {
      this.#reference = levels;
      return undefined;
    }
    const reference = this.#reference;
    const rise = levels.map((level, g) => powerOfDb(level) - powerOfDb(reference[g]!));
    const fit = fitTemplate(rise, secondOrderTemplate(this.#downstream, frequencies));
    const riseDb = median(levels.map((level, g) => level - reference[g]!));
    const isHit = riseDb > thresholds.d4NoiseDb && fit.explained > thresholds.d4NoiseShare;
    const { frame } = view;
    return this.#noise.step(
      isHit ? riseDb - thresholds.d4NoiseDb : -thresholds.hysteresisDb - 1,
      isHit
        ? {
            f0Hz: (frequencies[0]! + frequencies[groups - 1]!) / 2,
            bwHz: frequencies[groups - 1]! - frequencies[0]!,
            levelDbmv: dbOfPower(median(rise)),
            channels: [],
            statistic: "floor rise in the shape of second-order products, dB",
            value: riseDb,
            threshold: thresholds.d4NoiseDb,
            severity: "minor",
            // The shape is smooth: other causes may look alike, so it is a hint to be confirmed on site.
            confidence: 0.5,
            figures: { explainedPct: 100 * fit.explained },
          }
        : undefined,
      frame.timeS,
      frame.sequence,
    );
  }
}
