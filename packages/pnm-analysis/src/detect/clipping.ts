import { frequencyOfBin } from "../measure/bins.ts";
import { median } from "../measure/quantile.ts";
import { BinClass } from "../plant/band-plan.ts";
import { dbOfPower } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice } from "./event.ts";
import { type FrameView, WARM_UP_FRAMES } from "./frame-view.ts";
import { isLeaky, Leakage } from "./leakage.ts";

const WINDOW_FRAMES = 100;
const EVALUATE_FRAMES = 10;
const LEAST_BINS = 20;
/** How far energy beyond the edge must exceed what leaks there, for a window that leaks. */
const LEAK_FACTOR = 4;

/**
 * D5: laser clipping or overload, energy beyond the band edge that comes and goes with the power in the band. What a
 * rectangular window smears there from the channels does the same and is taken out first.
 */
export class ClippingDetector implements Detector {
  readonly id = "D5";
  readonly #context: DetectorContext;
  readonly #alarm: Alarm;
  readonly #above = new Float64Array(WINDOW_FRAMES);
  readonly #inBand = new Float64Array(WINDOW_FRAMES);
  readonly #start: number[] = [];
  #baseline: number | undefined;
  #leak: Float64Array | undefined;
  #frames = 0;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#alarm = new Alarm("D5", "clipping", context.journal, {
      ...timingOf(context.thresholds),
      ...AT_ONCE,
    });
  }

  feed(view: FrameView): DetectorNotice[] {
    const { above, powers, map } = view;
    if (above.length < LEAST_BINS || view.isSpoilt) return [];
    this.#leak ??= leakage(view);
    let beyond = 0;
    for (const k of above) beyond += powers[k]!;
    beyond /= above.length;
    let inBand = 0;
    let leaked = 0;
    for (let k = 0; k < powers.length; k += 1) {
      if (map.classes[k] === BinClass.above || map.classes[k] === BinClass.below) continue;
      inBand += powers[k]!;
      leaked += powers[k]! * this.#leak[k]!;
    }
    const own = Math.max(0, beyond - LEAK_FACTOR * leaked);
    const slot = this.#frames % WINDOW_FRAMES;
    this.#above[slot] = own;
    this.#inBand[slot] = inBand;
    this.#frames += 1;
    if (this.#baseline === undefined) {
      this.#start.push(beyond);
      if (this.#start.length === WARM_UP_FRAMES) {
        // The lower quartile: clipping that is there from the start comes and goes with the traffic.
        this.#baseline = this.#start.toSorted((a, b) => a - b)[this.#start.length >> 2]!;
      }
      return [];
    }
    if (this.#frames % EVALUATE_FRAMES !== 0) return [];
    return noticesOf(this.#judge(view, this.#baseline));
  }

  #judge(view: FrameView, baseline: number): ReturnType<Alarm["step"]> {
    const { thresholds } = this.#context;
    const { frame, above } = view;
    const mean = this.#above.reduce((sum, power) => sum + power, 0) / WINDOW_FRAMES;
    const riseDb = dbOfPower(Math.max(1e-30, mean) / baseline);
    const rho = correlation(this.#above, this.#inBand);
    const isHit = riseDb >= thresholds.d5RiseDb && rho > thresholds.d5Correlation;
    const lowerHz = frequencyOfBin(frame, above[0]!);
    const upperHz = frequencyOfBin(frame, above.at(-1)!);
    return this.#alarm.step(
      isHit ? riseDb - thresholds.d5RiseDb : -thresholds.hysteresisDb - 1,
      isHit
        ? {
            f0Hz: (lowerHz + upperHz) / 2,
            bwHz: upperHz - lowerHz,
            levelDbmv: dbOfPower(mean),
            channels: view.plan.channels.map(({ id }) => id),
            statistic: "rise beyond the band edge in dB",
            value: riseDb,
            threshold: thresholds.d5RiseDb,
            severity: "major",
            figures: { correlation: rho, medianInBandDbmv: dbOfPower(median(this.#inBand)) },
          }
        : undefined,
      frame.timeS,
      frame.sequence,
    );
  }
}

/** Share of each bin's power that a leaky window puts into a bin beyond the edge, on average over those. */
function leakage({ above, powers, enbwBins }: FrameView): Float64Array {
  const shares = new Float64Array(powers.length);
  if (!isLeaky(enbwBins)) return shares;
  // The kernel is even: what the bins beyond would leak to k is what k leaks to them.
  for (const k of above) shares[k] = 1 / above.length;
  return new Leakage(powers.length).of(shares);
}

/** Pearson's correlation; 0 where one side does not vary. */
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < n; i += 1) {
    meanA += a[i]! / n;
    meanB += b[i]! / n;
  }
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let i = 0; i < n; i += 1) {
    aa += (a[i]! - meanA) ** 2;
    bb += (b[i]! - meanB) ** 2;
    ab += (a[i]! - meanA) * (b[i]! - meanB);
  }
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}
