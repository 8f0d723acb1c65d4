import { AnalysisError } from "../errors.ts";
import { LOG_AVERAGE_BIAS_DB } from "../noise-statistics.ts";
import { dbOfPower } from "../units.ts";

/**
 * `moving`: mean of the last `count` spectra. `leaky`: the exponential average of DOCS-PNM-MIB. `fixed`: mean of
 * `count` spectra, which stands until the next `count` are complete. `log`: the moving mean of dB values, which
 * reads Gaussian noise 2.507 dB low; offered under that name only.
 */
export type AverageMode = "moving" | "leaky" | "fixed" | "log";

/** Bias of the `log` average on Gaussian noise against the mean of powers, in dB. */
export const LOG_MODE_BIAS_DB = LOG_AVERAGE_BIAS_DB;

/** Average per bin over spectra, of linear powers unless the mode is `log`. A bin that is NaN counts as absent. */
export class PowerAverage {
  readonly mode: AverageMode;
  readonly count: number;
  /** Spectra that the shown average holds. */
  frames = 0;
  readonly #bins: number;
  readonly #sum: Float64Array;
  readonly #known: Uint32Array;
  readonly #ring: Float32Array;
  readonly #shown: Float64Array;
  #added = 0;
  #slot = 0;

  /** @throws AnalysisError `BAD_ARGUMENT` where `count` is not a whole number from 1 */
  constructor(bins: number, mode: AverageMode, count: number) {
    if (!Number.isInteger(count) || count < 1) {
      throw new AnalysisError("BAD_ARGUMENT", `an average is over a whole number of spectra, not ${count}`);
    }
    this.mode = mode;
    this.count = count;
    this.#bins = bins;
    this.#sum = new Float64Array(bins);
    this.#known = new Uint32Array(bins);
    this.#ring = new Float32Array(mode === "moving" || mode === "log" ? bins * count : 0);
    this.#shown = new Float64Array(mode === "fixed" ? bins : 0).fill(Number.NaN);
  }

  /** @param powers the same spectrum in linear power, see `powersOfLevels` */
  add(levelsDb: ArrayLike<number>, powers: Float64Array): void {
    if (this.mode === "leaky") this.#addLeaky(powers);
    else if (this.mode === "fixed") this.#addFixed(powers);
    else this.#addMoving(this.mode === "log" ? levelsDb : powers);
  }

  #addLeaky(powers: Float64Array): void {
    const keep = 1 - 1 / this.count;
    const sum = this.#sum;
    const known = this.#known;
    for (let k = 0; k < this.#bins; k += 1) {
      const power = powers[k]!;
      if (Number.isNaN(power)) continue;
      sum[k] = known[k] === 0 ? power : keep * sum[k]! + (1 - keep) * power;
      known[k] = 1;
    }
    this.frames += 1;
  }

  #addFixed(powers: Float64Array): void {
    const sum = this.#sum;
    for (let k = 0; k < this.#bins; k += 1) {
      const power = powers[k]!;
      if (Number.isNaN(power)) continue;
      sum[k]! += power;
      this.#known[k]! += 1;
    }
    this.#added += 1;
    const isFirst = this.frames < this.count;
    if (isFirst) this.frames = this.#added;
    if (isFirst || this.#added === this.count) {
      for (let k = 0; k < this.#bins; k += 1) this.#shown[k] = sum[k]! / this.#known[k]!;
    }
    if (this.#added === this.count) {
      this.#added = 0;
      sum.fill(0);
      this.#known.fill(0);
    }
  }

  #addMoving(values: ArrayLike<number>): void {
    const sum = this.#sum;
    const ring = this.#ring;
    const offset = this.#slot * this.#bins;
    const isFull = this.frames === this.count;
    for (let k = 0; k < this.#bins; k += 1) {
      if (isFull) {
        const old = ring[offset + k]!;
        if (!Number.isNaN(old)) {
          sum[k]! -= old;
          this.#known[k]! -= 1;
        }
      }
      ring[offset + k] = values[k]!;
      const value = ring[offset + k]!;
      if (Number.isNaN(value)) continue;
      sum[k]! += value;
      this.#known[k]! += 1;
    }
    if (!isFull) this.frames += 1;
    this.#slot = (this.#slot + 1) % this.count;
    if (this.#slot === 0) this.#sumAnew();
  }

  /** Once per round: what adding and taking away leaves of a strong signal must not stay under a weak one. */
  #sumAnew(): void {
    const sum = this.#sum.fill(0);
    for (let frame = 0; frame < this.frames; frame += 1) {
      const offset = frame * this.#bins;
      for (let k = 0; k < this.#bins; k += 1) {
        const value = this.#ring[offset + k]!;
        if (!Number.isNaN(value)) sum[k]! += value;
      }
    }
  }

  /** The average in dB; NaN where a bin was never known. */
  levelsDb(out: Float64Array = new Float64Array(this.#bins)): Float64Array {
    for (let k = 0; k < this.#bins; k += 1) {
      if (this.mode === "fixed") out[k] = dbOfPower(this.#shown[k]!);
      else if (this.#known[k] === 0) out[k] = Number.NaN;
      else if (this.mode === "leaky") out[k] = dbOfPower(this.#sum[k]!);
      else {
        const mean = this.#sum[k]! / this.#known[k]!;
        out[k] = this.mode === "log" ? mean : dbOfPower(mean);
      }
    }
    return out;
  }

  reset(): void {
    this.frames = 0;
    this.#added = 0;
    this.#slot = 0;
    this.#sum.fill(0);
    this.#known.fill(0);
    this.#shown.fill(Number.NaN);
  }
}
