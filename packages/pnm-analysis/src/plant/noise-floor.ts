import { median } from "../measure/quantile.ts";
import { leastSquaresLine } from "../measure/slope.ts";
import { noiseQuantile } from "../noise-statistics.ts";
import { LevelHistogram } from "../traces/level-histogram.ts";
import { dbOfPower } from "../units.ts";

/** Quantile that the floor is taken from: low enough to see between bursts. */
const FLOOR_SHARE = 0.2;
/** Beyond this share of the idle frames the quantile comes too close to the bursts: a lower one is taken. */
const MOST_IDLE_SHARE = 0.7;
const BUSY_IDLE_SHARE = 0.4;
/** Idle less often than this, a channel shows only a bound. */
const LEAST_IDLE = 0.05;
/** Idle frames that make a floor known, and frames after which a channel with fewer is called busy. */
const KNOWN_IDLE_FRAMES = 8;
const KNOWN_FRAMES = 100;

/** A bin whose middle lies less than this share of what noise has over its low quantile holds a steady signal. */
const LEAST_SPREAD = 0.5;
/** A steady signal of more bins is bridged by no floor; beside it so many bins are taken on either side. */
const MOST_STEADY_BINS = 40;
const BESIDE_BINS = 8;

/**
 * `statistical`: between bursts. `underBurst`: the channel sends too often to look between, the floor is a bound.
 * `unknown`: too few frames yet.
 */
export type FloorSource = "statistical" | "underBurst" | "unknown";

/**
 * Noise floor per bin: the 20 % quantile of the last `frames` spectra over what noise has there,
 * `N = Q / c(looks, q')` with `q' = q / (1 - u)`: the low tail belongs to the idle frames only, so the share of
 * frames `u` in which a channel sends sharpens it. Where that would leave the idle frames, a lower quantile is taken.
 */
export class NoiseFloor {
  readonly histogram: LevelHistogram;
  readonly looks: number;
  readonly #occupancy: Float32Array;
  /** Occupancy told since the last spectrum: the quantile moves to it with the next. */
  readonly #told: Float32Array;
  readonly #shares: Float32Array;
  #isToldNew = false;
  readonly #quantile: Float64Array;
  readonly #middleDb: number;
  readonly #corrections = new Map<number, number>();

  constructor(bins: number, looks = 1, frames = 300) {
    this.looks = looks;
    this.#middleDb = dbOfPower(noiseQuantile(0.5, looks));
    this.histogram = new LevelHistogram(bins, frames);
    this.histogram.track(FLOOR_SHARE);
    this.#occupancy = new Float32Array(bins);
    this.#told = new Float32Array(bins);
    this.#shares = new Float32Array(bins).fill(FLOOR_SHARE);
    this.#quantile = new Float64Array(bins);
  }

  add(levelsDbmv: ArrayLike<number>): void {
    if (this.#isToldNew) {
      this.#occupancy.set(this.#told);
      for (let k = 0; k < this.#shares.length; k += 1) this.#shares[k] = shareOf(this.#told[k]!);
      this.histogram.setShares(0, this.#shares);
      this.#isToldNew = false;
    }
    this.histogram.add(levelsDbmv);
  }

  /** Share of the frames in which a signal covers the bins [first, end); counts from the next spectrum on. */
  setOccupancy(first: number, end: number, share: number): void {
    this.#told.fill(share, first, end);
    this.#isToldNew = true;
  }

  occupancyAt(bin: number): number {
    return this.#occupancy[bin]!;
  }

  sourceAt(bin: number): FloorSource {
    const idle = 1 - this.#occupancy[bin]!;
    if (idle * this.histogram.filled >= KNOWN_IDLE_FRAMES && idle >= LEAST_IDLE) return "statistical";
    return this.histogram.filled >= KNOWN_FRAMES ? "underBurst" : "unknown";
  }

  /** The low quantile itself, without the correction to a mean: min hold without its drift. */
  lowLevelsDbmv(): Float64Array {
    return this.histogram.quantile(0, this.#quantile);
  }

  /** Mean noise power per bin in dBmV; NaN where a bin was never known. */
  levelsDbmv(out: Float64Array = new Float64Array(this.histogram.bins)): Float64Array {
    const low = this.lowLevelsDbmv();
    for (let k = 0; k < out.length; k += 1) out[k] = low[k]! - this.#correctionDb(k);
    return out;
  }

  /**
   * Mean noise power per bin in dBmV, under a steady signal that of the bins beside it: such a signal has no low tail,
   * so that its own quantile, taken for that of noise, would lie above all that was measured. NaN where a bin was
   * never known, where a steady signal is wider than 40 bins, and where the bins beside lie above the bin itself.
   */
  levelsBesideSignalsDbmv(): Float64Array {
    const levels = this.levelsDbmv();
    const low = this.lowLevelsDbmv();
    const middles = Float64Array.from(levels, (_, k) => this.histogram.quantileAt(k, 0.5));
    const steady = Uint8Array.from(levels, (_, k) =>
      middles[k]! - low[k]! < LEAST_SPREAD * this.#spreadDb(k) ? 1 : 0,
    );
    const out = levels.slice();
    for (let first = 0; first < out.length; first += 1) {
      if (!steady[first]) continue;
      let end = first + 1;
      while (end < out.length && steady[end]) end += 1;
      const below = medianBeside(levels, steady, first - 1, -1);
      const above = medianBeside(levels, steady, end, 1);
      for (let k = first; k < end; k += 1) {
        const share = (k - first + 0.5) / (end - first);
        const beside =
          below === undefined || above === undefined
            ? (below ?? above ?? Number.NaN)
            : below + share * (above - below);
        out[k] = end - first <= MOST_STEADY_BINS && beside <= middles[k]! ? beside : Number.NaN;
      }
      first = end;
    }
    return out;
  }

  /** What noise has between the tracked quantile and its middle. */
  #spreadDb(bin: number): number {
    return this.#middleDb - this.#correctionDb(bin);
  }

  #correctionDb(bin: number): number {
    // A smaller share of idle frames would make the bound lower than the noise may be.
    const idle = Math.max(LEAST_IDLE, 1 - this.#occupancy[bin]!);
    const share = Math.min(MOST_IDLE_SHARE, this.#shares[bin]! / idle);
    // Half a percent of share is a twentieth of a dB: the bisection is done once for each.
    const key = Math.round(200 * share);
    let correction = this.#corrections.get(key);
    if (correction === undefined) {
      correction = dbOfPower(noiseQuantile(key / 200, this.looks));
      this.#corrections.set(key, correction);
    }
    return correction;
  }
}

/** Median floor of the nearest bins without a steady signal, from `at` on in the given direction. */
function medianBeside(
  levels: Float64Array,
  steady: Uint8Array,
  at: number,
  step: 1 | -1,
): number | undefined {
  const beside: number[] = [];
  for (let k = at; beside.length < BESIDE_BINS && levels[k] !== undefined; k += step) {
    if (Math.abs(k - at) > MOST_STEADY_BINS) break;
    if (!steady[k] && !Number.isNaN(levels[k]!)) beside.push(levels[k]!);
  }
  return beside.length === 0 ? undefined : median(beside);
}

function shareOf(occupancy: number): number {
  const idle = Math.max(LEAST_IDLE, 1 - occupancy);
  return FLOOR_SHARE / idle <= MOST_IDLE_SHARE ? FLOOR_SHARE : BUSY_IDLE_SHARE * idle;
}

/** Bands that floors are reported for, in MHz. */
export const FLOOR_BANDS_MHZ: readonly (readonly [number, number])[] = [
  [5, 10],
  [10, 20],
  [20, 42],
  [42, 65],
  [65, 85],
  [85, 204],
];

export interface BandFloor {
  lowerHz: number;
  upperHz: number;
  /** Median over the band's bins; NaN where the axis has none of them. */
  floorDbmv: number;
  /** Slope over the logarithm of frequency. */
  slopeDbPerOctave: number;
}

/** Floor per reporting band. @param isUsed which bins count, for example the quiet ones */
export function floorByBand(
  axis: { firstBinHz: number; binSpacingHz: number },
  floorDbmv: ArrayLike<number>,
  isUsed: (bin: number) => boolean = () => true,
): BandFloor[] {
  return FLOOR_BANDS_MHZ.map(([fromMhz, toMhz]) => {
    const octaves: number[] = [];
    const levels: number[] = [];
    for (let k = 0; k < floorDbmv.length; k += 1) {
      const frequencyHz = axis.firstBinHz + k * axis.binSpacingHz;
      if (frequencyHz < fromMhz * 1e6 || frequencyHz >= toMhz * 1e6 || !isUsed(k)) continue;
      if (Number.isNaN(floorDbmv[k]!)) continue;
      octaves.push(Math.log2(frequencyHz));
      levels.push(floorDbmv[k]!);
    }
    const { slopeDbPerHz } = leastSquaresLine(octaves, levels);
    return {
      lowerHz: fromMhz * 1e6,
      upperHz: toMhz * 1e6,
      floorDbmv: median(levels),
      slopeDbPerOctave: slopeDbPerHz,
    };
  });
}
