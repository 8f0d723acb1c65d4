import { frequencyOfBin } from "../measure/bins.ts";
import { correlation } from "../measure/correlation.ts";
import { median, quantileOf } from "../measure/quantile.ts";
import { BinClass } from "../plant/band-plan.ts";
import { dbOfPower, powerOfDb } from "../units.ts";
import { Alarm } from "./alarm.ts";
import { carriersOf, type Product, productsSeen } from "./clipping-products.ts";
import { AT_ONCE, type Detector, type DetectorContext, noticesOf, timingOf } from "./detector.ts";
import type { DetectorNotice, Sighting } from "./event.ts";
import { type FrameView, WARM_UP_FRAMES } from "./frame-view.ts";
import { isLeaky, Leakage } from "./leakage.ts";

const WINDOW_FRAMES = 100;
const EVALUATE_FRAMES = 10;
/** Frames of the window that must have a level where a witness looks. */
const LEAST_KNOWN = WINDOW_FRAMES / 2;
const LEAST_BINS = 20;
/** How far energy beyond the edge must exceed what leaks there, for a window that leaks. */
const LEAK_FACTOR = 4;
/** A line, or the region below the band, stands this far over the quiet bins: what rises with them is noise. */
const LINE_DB = 20;
const REGION_DB = 10;
/** Noise over the whole band stays this far under the power in it, else that power varies with the noise. */
const NOISE_DB = -10;
/** A line is named rather than the region that it lies in, though the region correlates a little better. */
const LINE_FIRST = 0.1;

/** A series over the last frames, the same slots in all of a detector's; NaN in frames without a level there. */
type Series = Float64Array;

/** Where there may be no energy, and how much was there. */
interface Witness {
  name: string;
  series: Series;
  /** Of the first frames, then their lower quartile: clipping that is there from the start comes and goes. */
  start: number[];
  baseline: number;
  bins: Int32Array;
}

/** What may drive a laser or an amplifier into its limit. */
interface Cause {
  words: string;
  series: Series;
  /** Of a single carrier. */
  frequencyHz?: number;
}

/**
 * D5: laser clipping or overload. Energy beyond the band edge, or between the channels, comes and goes with what drives
 * the return path into its limit: the power in the band, what lies below the band, or one strong carrier. What a
 * rectangular window smears beyond the edge does the same and is taken out first; between the channels it hides all.
 */
export class ClippingDetector implements Detector {
  readonly id = "D5";
  readonly #context: DetectorContext;
  readonly #alarm: Alarm;
  #witnesses: Witness[] | undefined;
  readonly #inBand = new Float64Array(WINDOW_FRAMES);
  readonly #below = new Float64Array(WINDOW_FRAMES);
  readonly #line = new Float64Array(WINDOW_FRAMES);
  readonly #lineHz = new Float64Array(WINDOW_FRAMES);
  /** Quiet bins, mean power of one. */
  readonly #quiet = new Float64Array(WINDOW_FRAMES);
  #leak: Float64Array | undefined;
  #products: Product[] = [];
  /** Power in the band where much is sent; NaN before enough frames. */
  #busy = Number.NaN;
  #frames = 0;

  constructor(context: DetectorContext) {
    this.#context = context;
    this.#alarm = new Alarm("D5", "clipping", context.journal, {
      ...timingOf(context.thresholds),
      ...AT_ONCE,
    });
  }

  feed(view: FrameView): DetectorNotice[] {
    this.#witnesses ??= witnessesOf(view);
    if (this.#witnesses.length === 0) return [];
    const line = strongestLine(view);
    const quiet = Number.isNaN(view.quietDbmv) ? meanOf(view.powers, view.above) : powerOfDb(view.quietDbmv);
    if (!this.#isUsable(view, line.power, quiet)) return [];
    this.#leak ??= leakage(view);
    const slot = this.#frames % WINDOW_FRAMES;
    let below = 0;
    let inBand = 0;
    let leaked = 0;
    for (let k = 0; k < view.powers.length; k += 1) {
      const value = view.map.classes[k]!;
      if (value === BinClass.above || Number.isNaN(view.powers[k]!)) continue;
      leaked += view.powers[k]! * this.#leak[k]!;
      if (value === BinClass.below) below += view.powers[k]!;
      else inBand += view.powers[k]!;
    }
    this.#inBand[slot] = inBand;
    this.#below[slot] = below;
    this.#line[slot] = line.power;
    this.#lineHz[slot] = line.frequencyHz;
    this.#quiet[slot] = quiet;
    for (const witness of this.#witnesses) {
      const seen = witness.bins === view.above ? meanOf(view.powers, view.above) : quiet;
      witness.series[slot] = witness.bins === view.above ? Math.max(0, seen - LEAK_FACTOR * leaked) : seen;
      if (witness.start.length < WARM_UP_FRAMES) witness.start.push(seen);
    }
    this.#frames += 1;
    if (this.#frames % EVALUATE_FRAMES === 0 && this.#frames >= 2 * EVALUATE_FRAMES) {
      const seen = Math.min(this.#frames, WINDOW_FRAMES);
      // Of the quieter half of the frames: what noise adds in the others is no traffic.
      const usualQuiet = median(this.#quiet.subarray(0, seen));
      const calm = this.#inBand.subarray(0, seen).filter((_, i) => this.#quiet[i]! <= usualQuiet);
      const isFirst = Number.isNaN(this.#busy);
      this.#busy = quantileOf(calm, 0.95);
      if (isFirst) {
        // These frames were taken as they came: what counts begins after them.
        this.#frames = 0;
        for (const witness of this.#witnesses) witness.start.length = 0;
        return [];
      }
    }
    this.#lookForProducts(view);
    if (this.#frames < WARM_UP_FRAMES) return [];
    if (this.#frames === WARM_UP_FRAMES) {
      for (const witness of this.#witnesses) witness.baseline = quantileOf(witness.start, 0.25);
      return [];
    }
    if (this.#frames % EVALUATE_FRAMES !== 0) return [];
    return noticesOf(this.#judge(view));
  }

  /**
   * A strong impulse raises the power in the band as well and would pass for its own cause. Noise that is weak against
   * that power does not, nor does it where a strong carrier stands.
   */
  #isUsable(view: FrameView, linePower: number, quiet: number): boolean {
    if ((view.frame.clippedShare ?? 0) > this.#context.thresholds.d9ClippedShare) return false;
    if (Number.isNaN(this.#busy)) return !view.isSpoilt;
    const inBandBins = view.powers.length - view.above.length - view.below.length;
    const isCarrier = linePower >= this.#leastCarrier && linePower >= powerOfDb(LINE_DB) * quiet;
    return isCarrier || quiet * inBandBins <= powerOfDb(NOISE_DB) * this.#busy;
  }

  get #leastCarrier(): number {
    return powerOfDb(this.#context.thresholds.d5CarrierDb) * this.#busy;
  }

  #lookForProducts(view: FrameView): void {
    if (!view.block) return;
    const least = this.#leastCarrier;
    const { levelsDbmv, excessDb } = view.block;
    const lines = carriersOf(view.frame, levelsDbmv, excessDb, this.#context.thresholds.d1AverageDb);
    const carriers = lines.filter(({ power }) => power >= least).slice(0, 3);
    if (carriers.length > 0) this.#products = productsSeen(carriers, lines, view.frame);
  }

  #causes({ plan, below: belowBins }: FrameView): Cause[] {
    const causes: Cause[] = [{ words: "the power in the band", series: this.#inBand }];
    const least = this.#leastCarrier;
    const quiet = quantileOf(this.#quiet, 0.95);
    const below = quantileOf(this.#below, 0.95);
    if (below >= least && below >= powerOfDb(REGION_DB) * quiet * belowBins.length) {
      const edge = `${(plan.lowerEdgeHz ?? 5e6) / 1e6} MHz`;
      causes.push({ words: `what lies below ${edge}`, series: this.#below });
    }
    const line = quantileOf(this.#line, 0.95);
    if (line >= least && line >= powerOfDb(LINE_DB) * quiet) {
      const frequencyHz = this.#lineHz[this.#line.indexOf(Math.max(...this.#line))]!;
      const words = `the carrier at ${(frequencyHz / 1e6).toFixed(3)} MHz`;
      causes.push({ words, series: this.#line, frequencyHz });
    }
    return causes;
  }

  #judge(view: FrameView): DetectorNotice | undefined {
    const { thresholds } = this.#context;
    const causes = this.#causes(view);
    const found = (this.#witnesses ?? []).flatMap((witness) => {
      const slots = knownSlots(witness.series);
      if (slots.length < LEAST_KNOWN) return [];
      const known = (series: Series) => slots.map((slot) => series[slot]!);
      const riseDb = dbOfPower(Math.max(1e-30, meanKnown(witness.series)) / witness.baseline);
      if (!(riseDb >= thresholds.d5RiseDb)) return [];
      const likely = causes
        .map((cause) => ({
          witness,
          cause,
          riseDb,
          rho: correlation(known(witness.series), known(cause.series)),
        }))
        .filter(({ rho }) => rho > thresholds.d5Correlation);
      const rank = ({ rho, cause }: (typeof likely)[number]) =>
        rho + (cause.frequencyHz === undefined ? 0 : LINE_FIRST);
      return likely.toSorted((x, y) => rank(y) - rank(x)).slice(0, 1);
    });
    // Nothing belongs beyond the band edge: what is seen there tells most.
    const [best] = found;
    const { frame } = view;
    return this.#alarm.step(
      best ? best.riseDb - thresholds.d5RiseDb : -thresholds.hysteresisDb - 1,
      best && this.#sightingOf(view, best),
      frame.timeS,
      frame.sequence,
    );
  }

  #sightingOf(
    view: FrameView,
    { witness, cause, rho, riseDb }: { witness: Witness; cause: Cause; rho: number; riseDb: number },
  ): Sighting {
    const lowerHz = frequencyOfBin(view.frame, witness.bins[0]!);
    const upperHz = frequencyOfBin(view.frame, witness.bins.at(-1)!);
    const products = this.#products.map(
      ({ name, frequencyHz }) => `${name} ${(frequencyHz / 1e6).toFixed(2)}`,
    );
    return {
      f0Hz: (lowerHz + upperHz) / 2,
      bwHz: upperHz - lowerHz,
      levelDbmv: dbOfPower(meanKnown(witness.series)),
      channels: view.plan.channels.map(({ id }) => id),
      statistic: `rise ${witness.name} in dB`,
      value: riseDb,
      threshold: this.#context.thresholds.d5RiseDb,
      severity: "major",
      classification: [
        `follows ${cause.words}`,
        ...(products.length === 0 ? [] : [`products at ${products.join(", ")} MHz`]),
      ].join(", "),
      figures: {
        correlation: rho,
        medianInBandDbmv: dbOfPower(median(this.#inBand)),
        ...(cause.frequencyHz === undefined
          ? {}
          : {
              causeHz: cause.frequencyHz,
              causeDbmv: dbOfPower(quantileOf(this.#line, 0.95) / view.enbwBins),
            }),
        ...(products.length === 0 ? {} : { products: products.length }),
      },
    };
  }
}

function knownSlots(series: Series): number[] {
  return [...series.keys()].filter((slot) => !Number.isNaN(series[slot]!));
}

function meanKnown(series: Series): number {
  const slots = knownSlots(series);
  return slots.reduce((sum, slot) => sum + series[slot]!, 0) / slots.length;
}

function witnessesOf({ above, quiet, enbwBins }: FrameView): Witness[] {
  const witness = (name: string, bins: Int32Array): Witness => ({
    name,
    bins,
    series: new Float64Array(WINDOW_FRAMES),
    start: [],
    baseline: Number.NaN,
  });
  return [
    ...(above.length < LEAST_BINS ? [] : [witness("beyond the band edge", above)]),
    ...(quiet.length < LEAST_BINS || isLeaky(enbwBins) ? [] : [witness("between the channels", quiet)]),
  ];
}

/** The strongest line of a frame outside of channels and under the band's end, with the power of its main lobe. */
function strongestLine({ frame, powers, map, enbwBins }: FrameView): { power: number; frequencyHz: number } {
  let peak = -1;
  for (let k = 0; k < powers.length; k += 1) {
    const value = map.classes[k];
    if (value !== BinClass.quiet && value !== BinClass.below) continue;
    if (powers[k]! > (powers[peak] ?? 0)) peak = k;
  }
  if (peak < 0) return { power: 0, frequencyHz: Number.NaN };
  const reach = Math.ceil(enbwBins);
  let power = 0;
  let moment = 0;
  for (let k = Math.max(0, peak - reach); k <= Math.min(powers.length - 1, peak + reach); k += 1) {
    if (Number.isNaN(powers[k]!)) continue;
    power += powers[k]!;
    moment += k * powers[k]!;
  }
  return { power, frequencyHz: frequencyOfBin(frame, moment / power) };
}

function meanOf(powers: Float64Array, bins: Int32Array): number {
  let sum = 0;
  let known = 0;
  for (const k of bins) {
    if (Number.isNaN(powers[k]!)) continue;
    sum += powers[k]!;
    known += 1;
  }
  return sum / known;
}

/** Share of each bin's power that a leaky window puts into a bin beyond the edge, on average over those. */
function leakage({ above, powers, enbwBins }: FrameView): Float64Array {
  const shares = new Float64Array(powers.length);
  if (above.length === 0 || !isLeaky(enbwBins)) return shares;
  // The kernel is even: what the bins beyond would leak to k is what k leaks to them.
  for (const k of above) shares[k] = 1 / above.length;
  return new Leakage(powers.length).of(shares);
}
