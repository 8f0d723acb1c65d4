import { LEVEL_CELLS, levelCell } from "./level-histogram.ts";

/** Weight at which all cells are brought back to scale; far from the end of a 32-bit float. */
const LARGEST_WEIGHT = 1e12;

/**
 * Persistence of (bin, half dB) cells: `H <- H e^(-dt / tau) + 1`. Instead of every cell fading with every
 * spectrum, new hits weigh more and more and readers divide by the newest weight: a spectrum costs its bins,
 * not the whole picture.
 */
export class Persistence {
  readonly bins: number;
  readonly #cells: Float32Array;
  readonly #tauS: number;
  #weight = 1;
  #lastS = Number.NaN;

  /** @param tauS time after which a hit counts 1/e; Infinity keeps all */
  constructor(bins: number, tauS: number) {
    this.bins = bins;
    this.#tauS = tauS;
    this.#cells = new Float32Array(bins * LEVEL_CELLS);
  }

  add(levelsDbmv: ArrayLike<number>, timeS: number): void {
    if (timeS > this.#lastS) {
      const growth = Math.exp((timeS - this.#lastS) / this.#tauS);
      if (this.#weight * growth > LARGEST_WEIGHT) {
        const scale = 1 / (this.#weight * growth);
        for (let i = 0; i < this.#cells.length; i += 1) this.#cells[i]! *= scale;
        this.#weight = 1;
      } else this.#weight *= growth;
    }
    this.#lastS = timeS;
    const weight = this.#weight;
    for (let k = 0; k < this.bins; k += 1) {
      const level = levelsDbmv[k]!;
      if (!Number.isNaN(level)) this.#cells[k * LEVEL_CELLS + levelCell(level)]! += weight;
    }
  }

  /** Faded hits of one cell; cells count from -120 dBmV upwards in steps of half a dB. */
  hits(bin: number, cell: number): number {
    return this.#cells[bin * LEVEL_CELLS + cell]! / this.#weight;
  }

  /** Brightness `log(1 + H) / log(1 + max H)` of every cell, bin by bin, from 0 to 1. */
  brightness(out: Float32Array = new Float32Array(this.#cells.length)): Float32Array {
    let most = 0;
    for (let i = 0; i < this.#cells.length; i += 1) if (this.#cells[i]! > most) most = this.#cells[i]!;
    const scale = most === 0 ? 0 : 1 / Math.log1p(most / this.#weight);
    for (let i = 0; i < out.length; i += 1) {
      const hits = this.#cells[i]!;
      out[i] = hits === 0 ? 0 : Math.log1p(hits / this.#weight) * scale;
    }
    return out;
  }

  reset(): void {
    this.#cells.fill(0);
    this.#weight = 1;
    this.#lastS = Number.NaN;
  }
}
