import { frequencyOfBin } from "../measure/bins.ts";
import { median } from "../measure/quantile.ts";
import { dbOfPower } from "../units.ts";
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
/** Looks of one mean of the floor: bins of it spread by less than 0.1 dB. It is renewed by parts. */
const MEAN_LOOKS = 2000;
const MEAN_PARTS = 4;
/** Quiet bins are put together, by their median, so that lines do not count, to so many values or fewer. */
const MOST_GROUPS = 16;
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
  #floor: FloorMean | undefined;
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
    const isUsable = view.quiet.length >= 5 * GROUP_BINS && !view.isSpoilt && !Number.isNaN(view.quietPower);
    if (!isUsable) return undefined;
    this.#floor ??= new FloorMean(view);
    const powers = this.#floor.add(view);
    if (!powers) return undefined;
    if (!this.#reference) {
      this.#reference = powers;
      this.#floor = new FloorMean(view);
      return undefined;
    }
    const { thresholds } = this.#context;
    const reference = this.#reference;
    const { frequencies } = this.#floor;
    const rise = powers.map((power, g) => power - reference[g]!);
    const template = secondOrderTemplate(this.#downstream, frequencies);
    const fit = fitTemplate(rise, template);
    // Noise that falls steeper has the same shape, but only with a constant that takes off what the template adds.
    const share = (fit.factor * median(template)) / median(rise);
    const riseDb = median(powers.map((power, g) => dbOfPower(power / reference[g]!)));
    const isHit =
      riseDb > thresholds.d4NoiseDb &&
      fit.explained > thresholds.d4NoiseShare &&
      share > thresholds.d4NoiseShare &&
      share < 1 / thresholds.d4NoiseShare;
    const { frame } = view;
    const [lowestHz, highestHz] = [frequencies[0]!, frequencies.at(-1)!];
    return this.#noise.step(
      isHit ? riseDb - thresholds.d4NoiseDb : -thresholds.hysteresisDb - 1,
      isHit
        ? {
            f0Hz: (lowestHz + highestHz) / 2,
            bwHz: highestHz - lowestHz,
            levelDbmv: dbOfPower(median(rise)),
            channels: [],
            statistic: "floor rise in the shape of second-order products, dB",
            value: riseDb,
            threshold: thresholds.d4NoiseDb,
            severity: "minor",
            // The shape is smooth: other causes may look alike, so it is a hint to be confirmed on site.
            confidence: 0.5,
            figures: { explainedPct: 100 * fit.explained, templateSharePct: 100 * share },
          }
        : undefined,
      frame.timeS,
      frame.sequence,
    );
  }
}

/** A quarter of a mean: of each quiet bin the power in all frames that have a level there, and how many they are. */
interface MeanPart {
  sum: Float64Array;
  known: Uint32Array;
}

function emptyPart(bins: number): MeanPart {
  return { sum: new Float64Array(bins), known: new Uint32Array(bins) };
}

/** Mean power of the quiet bins in groups over the last 2,000 looks, told anew with every quarter of them. */
class FloorMean {
  /** Middle of each group. */
  readonly frequencies: Float64Array;
  readonly #groupBins: number;
  readonly #framesPerPart: number;
  #parts: MeanPart[] = [];
  #part: MeanPart;
  #frames = 0;

  constructor({ quiet, frame, looks }: FrameView) {
    this.#framesPerPart = Math.ceil(MEAN_LOOKS / MEAN_PARTS / looks);
    this.#part = emptyPart(quiet.length);
    this.#groupBins = Math.max(GROUP_BINS, Math.floor(quiet.length / MOST_GROUPS));
    this.frequencies = Float64Array.from({ length: Math.floor(quiet.length / this.#groupBins) }, (_, g) => {
      const bins = quiet.subarray(g * this.#groupBins, (g + 1) * this.#groupBins);
      return frequencyOfBin(frame, bins.reduce((sum, k) => sum + k, 0) / bins.length);
    });
  }

  /** The power of each group, NaN of one without any level, where this frame ends a part and there are enough of them. */
  add({ quiet, powers }: FrameView): Float64Array | undefined {
    const { sum, known } = this.#part;
    for (let i = 0; i < quiet.length; i += 1) {
      const power = powers[quiet[i]!]!;
      if (Number.isNaN(power)) continue;
      sum[i]! += power;
      known[i]! += 1;
    }
    this.#frames += 1;
    if (this.#frames < this.#framesPerPart) return undefined;
    this.#parts.push(this.#part);
    if (this.#parts.length > MEAN_PARTS) this.#parts.shift();
    this.#part = emptyPart(quiet.length);
    this.#frames = 0;
    if (this.#parts.length < MEAN_PARTS) return undefined;
    const total = (of: (part: MeanPart) => number) => this.#parts.reduce((sum, part) => sum + of(part), 0);
    return this.frequencies.map((_, g) => {
      const bins = Array.from({ length: this.#groupBins }, (__, i) => g * this.#groupBins + i);
      return median(bins.map((i) => total((part) => part.sum[i]!) / total((part) => part.known[i]!)));
    });
  }
}
