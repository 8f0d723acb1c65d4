/** Height of a cell: levels within it are told apart by interpolation only. */
export const LEVEL_CELL_DB = 0.5;
/** Levels outside stand in the first or last cell. */
const LOWEST_DBMV = -120;
const HIGHEST_DBMV = 80;
export const LEVEL_CELLS = (HIGHEST_DBMV - LOWEST_DBMV) / LEVEL_CELL_DB;

/** Number of the cell that holds a level. */
export function levelCell(levelDbmv: number): number {
  const cell = Math.floor((levelDbmv - LOWEST_DBMV) / LEVEL_CELL_DB);
  return cell < 0 ? 0 : cell >= LEVEL_CELLS ? LEVEL_CELLS - 1 : cell;
}

/** Lower edge of a cell. */
export function levelOfCell(cell: number): number {
  return LOWEST_DBMV + cell * LEVEL_CELL_DB;
}

/** A quantile of every bin that follows the histogram step by step. */
interface Tracked {
  /** Share of the looks that lie below, per bin. */
  readonly shares: Float32Array;
  readonly cells: Int16Array;
  /** Looks in the cells below the tracked one. */
  readonly below: Uint32Array;
}

const ABSENT = 0xffff;

/**
 * Levels of every bin over the last `frames` spectra, in cells of half a dB, with quantiles that move along:
 * each spectrum shifts a quantile by a few cells, so that no spectrum is ever sorted (T. S. Huang's running
 * median, 1979, per bin).
 */
export class LevelHistogram {
  readonly bins: number;
  readonly frames: number;
  /** Spectra that it holds now. */
  filled = 0;
  readonly #hits: Uint16Array;
  readonly #known: Uint16Array;
  readonly #ring: Uint16Array;
  readonly #tracked: Tracked[] = [];
  #slot = 0;

  constructor(bins: number, frames: number) {
    this.bins = bins;
    this.frames = frames;
    this.#hits = new Uint16Array(bins * LEVEL_CELLS);
    this.#known = new Uint16Array(bins);
    this.#ring = new Uint16Array(bins * frames).fill(ABSENT);
  }

  /** Follows a quantile from now on; ask for it by the number returned. Add them before the first spectrum. */
  track(share: number): number {
    this.#tracked.push({
      shares: new Float32Array(this.bins).fill(share),
      cells: new Int16Array(this.bins),
      below: new Uint32Array(this.bins),
    });
    return this.#tracked.length - 1;
  }

  /** Gives each bin of a followed quantile its own share; it moves there with the next spectrum. */
  setShares(tracked: number, shares: ArrayLike<number>): void {
    this.#tracked[tracked]!.shares.set(shares);
  }

  add(levelsDbmv: ArrayLike<number>): void {
    const offset = this.#slot * this.bins;
    const hits = this.#hits;
    const ring = this.#ring;
    const known = this.#known;
    const tracked = this.#tracked;
    for (let k = 0; k < this.bins; k += 1) {
      const row = k * LEVEL_CELLS;
      const old = ring[offset + k]!;
      const level = levelsDbmv[k]!;
      const cell = Number.isNaN(level) ? ABSENT : levelCell(level);
      ring[offset + k] = cell;
      if (old !== ABSENT) {
        hits[row + old]! -= 1;
        known[k]! -= 1;
      }
      if (cell !== ABSENT) {
        hits[row + cell]! += 1;
        known[k]! += 1;
      }
      const count = known[k]!;
      for (let t = 0; t < tracked.length; t += 1) {
        const { shares, cells, below } = tracked[t]!;
        let at = cells[k]!;
        let under = below[k]!;
        if (old !== ABSENT && old < at) under -= 1;
        if (cell !== ABSENT && cell < at) under += 1;
        const rank = shares[k]! * count;
        while (under > rank && at > 0) {
          at -= 1;
          under -= hits[row + at]!;
        }
        let here = hits[row + at]!;
        while (under + here <= rank && at < LEVEL_CELLS - 1 && under + here < count) {
          under += here;
          at += 1;
          here = hits[row + at]!;
        }
        cells[k] = at;
        below[k] = under;
      }
    }
    this.#slot = (this.#slot + 1) % this.frames;
    if (this.filled < this.frames) this.filled += 1;
  }

  /** A followed quantile in dBmV, interpolated within its cell; NaN where a bin was never known. */
  quantile(tracked: number, out: Float64Array = new Float64Array(this.bins)): Float64Array {
    const { shares, cells, below } = this.#tracked[tracked]!;
    for (let k = 0; k < this.bins; k += 1) {
      const count = this.#known[k]!;
      const cell = cells[k]!;
      const here = this.#hits[k * LEVEL_CELLS + cell]!;
      const inCell = here === 0 ? 0.5 : Math.min(1, (shares[k]! * count - below[k]!) / here);
      out[k] = count === 0 ? Number.NaN : levelOfCell(cell + inCell);
    }
    return out;
  }

  /** Any quantile of one bin, counted through; for a readout, not for a trace. */
  quantileAt(bin: number, share: number): number {
    const count = this.#known[bin]!;
    const rank = share * count;
    let under = 0;
    for (let cell = 0; cell < LEVEL_CELLS && count > 0; cell += 1) {
      const here = this.#hits[bin * LEVEL_CELLS + cell]!;
      if (here > 0 && under + here >= rank) return levelOfCell(cell + (rank - under) / here);
      under += here;
    }
    return Number.NaN;
  }

  /** Looks of one bin per cell, from -120 dBmV upwards. */
  hitsOf(bin: number): Uint16Array {
    return this.#hits.slice(bin * LEVEL_CELLS, (bin + 1) * LEVEL_CELLS);
  }

  reset(): void {
    this.filled = 0;
    this.#slot = 0;
    this.#hits.fill(0);
    this.#known.fill(0);
    this.#ring.fill(ABSENT);
    for (const { cells, below } of this.#tracked) {
      cells.fill(0);
      below.fill(0);
    }
  }
}
