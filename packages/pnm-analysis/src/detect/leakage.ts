import { fftOf, nextPowerOfTwo } from "../fft.ts";

/** Windows with a narrower noise bandwidth smear channels over the whole axis. */
const LEAKY_ENBW_BINS = 1.45;

/** `true` for a window whose sidelobes fall slowly: rectangular, Hamming. */
export function isLeaky(enbwBins: number): boolean {
  return enbwBins <= LEAKY_ENBW_BINS;
}

/**
 * What a rectangular window smears from every bin into every other: the mean of `|sin(pi x) / (pi x)|^2` far off,
 * `1 / (2 pi^2 d^2)` of the power at d bins, as a convolution.
 */
export class Leakage {
  readonly #size: number;
  readonly #kernel: Float64Array;

  constructor(bins: number) {
    this.#size = nextPowerOfTwo(2 * bins);
    this.#kernel = new Float64Array(this.#size);
    const im = new Float64Array(this.#size);
    for (let d = 1; d < bins; d += 1) {
      this.#kernel[d] = 1 / (2 * Math.PI ** 2 * d * d);
      this.#kernel[this.#size - d] = this.#kernel[d]!;
    }
    // An even kernel has a real transform.
    fftOf(this.#size).forward(this.#kernel, im);
  }

  /** Leaked power per bin; NaN counts as nothing. */
  of(powers: ArrayLike<number>): Float64Array {
    const re = new Float64Array(this.#size);
    const im = new Float64Array(this.#size);
    for (let k = 0; k < powers.length; k += 1) re[k] = Number.isNaN(powers[k]!) ? 0 : powers[k]!;
    const fft = fftOf(this.#size);
    fft.forward(re, im);
    for (let k = 0; k < this.#size; k += 1) {
      re[k]! *= this.#kernel[k]! / this.#size;
      im[k]! *= this.#kernel[k]! / this.#size;
    }
    fft.inverse(re, im);
    return re.subarray(0, powers.length);
  }
}
