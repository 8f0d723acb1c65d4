import { NO_LEVEL } from "@pnmlab/protocol/frame";

/** Frames over which the band is taken. */
export const BAND_FRAMES = 600;
const LOWEST_DBMV = -110;
const CLASSES = 160;

/**
 * How the levels of each bin are distributed over the last frames, in classes of 1 dB, as the 10th and
 * 90th percentile. Frames leave in the order they came; the caller hands the leaving one back.
 */
export class PercentileBand {
  readonly bins: number;
  readonly p10: Float32Array;
  readonly p90: Float32Array;
  readonly #classes: Uint16Array;
  readonly #totals: Uint16Array;

  constructor(bins: number) {
    this.bins = bins;
    this.p10 = new Float32Array(bins).fill(Number.NaN);
    this.p90 = new Float32Array(bins).fill(Number.NaN);
    this.#classes = new Uint16Array(bins * CLASSES);
    this.#totals = new Uint16Array(bins);
  }

  add(levels: Int16Array, leaving: Int16Array | undefined): void {
    this.#count(levels, 1);
    if (leaving) this.#count(leaving, -1);
  }

  /** Brings `p10` and `p90` up to date (dBmV). */
  update(): void {
    for (let bin = 0; bin < this.bins; bin += 1) {
      const total = this.#totals[bin]!;
      this.p10[bin] = total === 0 ? Number.NaN : this.#percentile(bin, total * 0.1);
      this.p90[bin] = total === 0 ? Number.NaN : this.#percentile(bin, total * 0.9);
    }
  }

  #percentile(bin: number, rank: number): number {
    let seen = 0;
    for (let index = 0; index < CLASSES; index += 1) {
      const here = this.#classes[bin * CLASSES + index]!;
      // Within a class the frames are taken as evenly spread.
      if (here > 0 && seen + here >= rank) return LOWEST_DBMV + index + (rank - seen) / here;
      seen += here;
    }
    return LOWEST_DBMV + CLASSES;
  }

  #count(levels: Int16Array, step: 1 | -1): void {
    for (let bin = 0; bin < this.bins; bin += 1) {
      const level = levels[bin]!;
      if (level === NO_LEVEL) continue;
      const index = Math.min(CLASSES - 1, Math.max(0, Math.floor(level / 100) - LOWEST_DBMV));
      this.#classes[bin * CLASSES + index]! += step;
      this.#totals[bin]! += step;
    }
  }
}
