import { AnalysisError } from "./errors.ts";

/** Forward and inverse DFT of one length, in place, with its tables kept between calls. */
export interface Fft {
  readonly length: number;
  /** `Y_k = sum x_n e^{-j 2 pi k n / N}`, unscaled. */
  forward(re: Float64Array, im: Float64Array): void;
  /** `x_n = sum Y_k e^{+j 2 pi k n / N}`, unscaled: forward and inverse together multiply by N. */
  inverse(re: Float64Array, im: Float64Array): void;
}

/**
 * DFT of `length` points: radix-2 for powers of two, Bluestein's chirp transform for every other length.
 *
 * @throws AnalysisError `BAD_ARGUMENT` where the length is not a whole number from 1.
 */
export function createFft(length: number): Fft {
  if (!Number.isInteger(length) || length < 1) {
    throw new AnalysisError("BAD_ARGUMENT", `a transform has no length ${length}`);
  }
  const forward = isPowerOfTwo(length) ? radix2(length) : bluestein(length);
  return {
    length,
    forward,
    // Swapping real and imaginary part before and after conjugates the kernel.
    inverse: (re, im) => forward(im, re),
  };
}

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/** The least power of two that is not below `value`. */
export function nextPowerOfTwo(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}

type Transform = (re: Float64Array, im: Float64Array) => void;

function radix2(length: number): Transform {
  const half = length >> 1;
  const cos = new Float64Array(half);
  const sin = new Float64Array(half);
  for (let k = 0; k < half; k += 1) {
    cos[k] = Math.cos((2 * Math.PI * k) / length);
    sin[k] = -Math.sin((2 * Math.PI * k) / length);
  }
  const reversed = bitReversal(length);
  return (re, im) => {
    for (let i = 0; i < length; i += 1) {
      const j = reversed[i]!;
      if (j <= i) continue;
      const swapRe = re[i]!;
      re[i] = re[j]!;
      re[j] = swapRe;
      const swapIm = im[i]!;
      im[i] = im[j]!;
      im[j] = swapIm;
    }
    let size = 2;
    if (Math.log2(length) % 2 === 1) {
      // An odd number of stages: the first alone, where every factor is that of angle 0.
      const wRe = cos[0]!;
      const wIm = sin[0]!;
      for (let even = 0; even < length; even += 2) {
        const odd = even + 1;
        const oddRe = re[odd]! * wRe - im[odd]! * wIm;
        const oddIm = re[odd]! * wIm + im[odd]! * wRe;
        re[odd] = re[even]! - oddRe;
        im[odd] = im[even]! - oddIm;
        re[even] = re[even]! + oddRe;
        im[even] = im[even]! + oddIm;
      }
      size = 4;
    }
    // The others by twos, so that every value is read and written half as often: a with b and c with d, then
    // a with c and b with d.
    for (; size < length; size *= 4) {
      const quarter = size >> 1;
      const stride = length / size;
      const nextStride = stride >> 1;
      const turn = quarter * nextStride;
      for (let start = 0; start < length; start += 2 * size) {
        for (let k = 0, table = 0, nextTable = 0; k < quarter; k += 1) {
          const a = start + k;
          const b = a + quarter;
          const c = b + quarter;
          const d = c + quarter;
          const wRe = cos[table]!;
          const wIm = sin[table]!;
          let oddRe = re[b]! * wRe - im[b]! * wIm;
          let oddIm = re[b]! * wIm + im[b]! * wRe;
          const aRe = re[a]! + oddRe;
          const aIm = im[a]! + oddIm;
          const bRe = re[a]! - oddRe;
          const bIm = im[a]! - oddIm;
          oddRe = re[d]! * wRe - im[d]! * wIm;
          oddIm = re[d]! * wIm + im[d]! * wRe;
          const cRe = re[c]! + oddRe;
          const cIm = im[c]! + oddIm;
          const dRe = re[c]! - oddRe;
          const dIm = im[c]! - oddIm;
          const evenRe = cos[nextTable]!;
          const evenIm = sin[nextTable]!;
          oddRe = cRe * evenRe - cIm * evenIm;
          oddIm = cRe * evenIm + cIm * evenRe;
          re[a] = aRe + oddRe;
          im[a] = aIm + oddIm;
          re[c] = aRe - oddRe;
          im[c] = aIm - oddIm;
          const turnedRe = cos[nextTable + turn]!;
          const turnedIm = sin[nextTable + turn]!;
          oddRe = dRe * turnedRe - dIm * turnedIm;
          oddIm = dRe * turnedIm + dIm * turnedRe;
          re[b] = bRe + oddRe;
          im[b] = bIm + oddIm;
          re[d] = bRe - oddRe;
          im[d] = bIm - oddIm;
          table += stride;
          nextTable += nextStride;
        }
      }
    }
  };
}

function bitReversal(length: number): Uint32Array {
  const reversed = new Uint32Array(length);
  for (let i = 1; i < length; i += 1) {
    reversed[i] = (reversed[i >> 1]! >> 1) | (i & 1 ? length >> 1 : 0);
  }
  return reversed;
}

/** L. I. Bluestein, 1970: the DFT as a convolution with a chirp, done by two powers of two. */
function bluestein(length: number): Transform {
  const padded = nextPowerOfTwo(2 * length - 1);
  const transform = radix2(padded);
  const chirpRe = new Float64Array(length);
  const chirpIm = new Float64Array(length);
  for (let n = 0; n < length; n += 1) {
    // n^2 modulo 2N keeps the angle exact for long transforms.
    const angle = (Math.PI * ((n * n) % (2 * length))) / length;
    chirpRe[n] = Math.cos(angle);
    chirpIm[n] = -Math.sin(angle);
  }
  const kernelRe = new Float64Array(padded);
  const kernelIm = new Float64Array(padded);
  for (let n = 0; n < length; n += 1) {
    kernelRe[n] = chirpRe[n]!;
    kernelIm[n] = -chirpIm[n]!;
    if (n > 0) {
      kernelRe[padded - n] = chirpRe[n]!;
      kernelIm[padded - n] = -chirpIm[n]!;
    }
  }
  transform(kernelRe, kernelIm);
  const workRe = new Float64Array(padded);
  const workIm = new Float64Array(padded);
  return (re, im) => {
    workRe.fill(0);
    workIm.fill(0);
    for (let n = 0; n < length; n += 1) {
      workRe[n] = re[n]! * chirpRe[n]! - im[n]! * chirpIm[n]!;
      workIm[n] = re[n]! * chirpIm[n]! + im[n]! * chirpRe[n]!;
    }
    transform(workRe, workIm);
    for (let k = 0; k < padded; k += 1) {
      const productRe = workRe[k]! * kernelRe[k]! - workIm[k]! * kernelIm[k]!;
      workIm[k] = workRe[k]! * kernelIm[k]! + workIm[k]! * kernelRe[k]!;
      workRe[k] = productRe;
    }
    transform(workIm, workRe);
    for (let k = 0; k < length; k += 1) {
      const valueRe = workRe[k]! / padded;
      const valueIm = workIm[k]! / padded;
      re[k] = valueRe * chirpRe[k]! - valueIm * chirpIm[k]!;
      im[k] = valueRe * chirpIm[k]! + valueIm * chirpRe[k]!;
    }
  };
}

const cache = new Map<number, Fft>();
const CACHED_LENGTHS = 16;

/** A shared transform of this length; lengths in use are few, so the last 16 are kept. */
export function fftOf(length: number): Fft {
  let fft = cache.get(length);
  if (!fft) {
    fft = createFft(length);
    if (cache.size >= CACHED_LENGTHS) cache.delete(cache.keys().next().value!);
    cache.set(length, fft);
  }
  return fft;
}
