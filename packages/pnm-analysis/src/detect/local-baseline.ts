import { noiseQuantile } from "../noise-statistics.ts";
import { dbOfPower } from "../units.ts";

const REACH = 20;
const GUARD = 2;
/** A gap of half a megahertz between two channels has that many in bins of 50 kHz. */
const LEAST_NEIGHBOURS = 6;
const CELL_DB = 0.1;
const LOWEST_DB = -150;
const CELLS = 3000;

/** What the median of noise averaged over `looks` spectra lacks to its mean: 1.592 dB for one look, 0.09 for 16. */
export function medianToMeanDb(looks: number): number {
  return -dbOfPower(noiseQuantile(0.5, looks));
}

/**
 * Excess of every bin over the median of its neighbours, which are 3 to 20 bins away and of the same group. The
 * median moves along in a histogram of tenths of a dB, so that a spectrum costs its bins and no sorting.
 */
export class LocalBaseline {
  readonly #groups: Int16Array;
  readonly #counts = new Uint16Array(CELLS);
  readonly #cells: Int16Array;
  readonly #biasDb: number;

  /** @param groups bins with the same number are each other's neighbours; -1 leaves a bin out */
  constructor(groups: Int16Array, looks: number) {
    this.#groups = groups;
    this.#cells = new Int16Array(groups.length);
    this.#biasDb = medianToMeanDb(looks);
  }

  /** Excess in dB over the neighbours' mean; NaN where a bin is left out or has fewer than 6 neighbours. */
  excess(levelsDb: ArrayLike<number>, out: Float32Array): Float32Array {
    const groups = this.#groups;
    const cells = this.#cells;
    const counts = this.#counts.fill(0);
    const bins = groups.length;
    for (let k = 0; k < bins; k += 1) {
      const cell = Math.round((levelsDb[k]! - LOWEST_DB) / CELL_DB);
      // NaN becomes a negative number here as well.
      cells[k] = groups[k]! < 0 || !(cell >= 0) ? -1 : cell < CELLS ? cell : CELLS - 1;
    }
    out.fill(Number.NaN);
    let group = -1;
    let total = 0;
    let median = 0;
    let under = 0;
    const change = (k: number, by: 1 | -1) => {
      if (k < 0 || k >= bins || groups[k] !== group) return;
      const cell = cells[k]!;
      if (cell < 0) return;
      counts[cell]! += by;
      total += by;
      if (cell < median) under += by;
    };
    for (let k = 0; k < bins; k += 1) {
      if (groups[k]! < 0) continue;
      if (groups[k] !== group || k === 0 || groups[k - 1] !== group) {
        counts.fill(0);
        group = groups[k]!;
        total = 0;
        under = 0;
        median = Math.max(0, cells[k]!);
        for (let j = k - REACH; j <= k + REACH; j += 1) if (Math.abs(j - k) > GUARD) change(j, 1);
      } else {
        change(k + REACH, 1);
        change(k - REACH - 1, -1);
        change(k - GUARD - 1, 1);
        change(k + GUARD, -1);
      }
      if (total < LEAST_NEIGHBOURS || cells[k]! < 0) continue;
      const rank = total / 2;
      while (under > rank) {
        median -= 1;
        under -= counts[median]!;
      }
      while (under + counts[median]! <= rank && under + counts[median]! < total) {
        under += counts[median]!;
        median += 1;
      }
      out[k] = levelsDb[k]! - (LOWEST_DB + median * CELL_DB) - this.#biasDb;
    }
    return out;
  }
}
