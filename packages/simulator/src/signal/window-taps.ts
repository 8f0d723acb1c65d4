import { createFft, nextPowerOfTwo, type WindowName, windowCoefficients } from "@pnmlab/pnm-analysis";

/** Taps below this share of the main one are left out. */
const LEAST_TAP = 1e-6;
const MAX_TAPS = 12;

/** A periodic window as `w_n = h_0 (1 + sum taps_m e^{j 2 pi m n / N})`, taps for m = -M ... M. */
export interface WindowTaps {
  /** h_m / h_0, from -M to M; real because the window is even. */
  taps: Float64Array;
  reach: number;
}

/** The window's own spectrum on the bins: a few taps for every window but its shape in between. */
export function windowTaps(name: WindowName): WindowTaps {
  const length = 1024;
  const window = windowCoefficients(name, length);
  const tap = (m: number) => {
    let sum = 0;
    for (let n = 0; n < length; n += 1) sum += window[n]! * Math.cos((2 * Math.PI * m * n) / length);
    return sum;
  };
  const main = tap(0);
  const side: number[] = [];
  for (let m = 1; m <= MAX_TAPS; m += 1) side.push(tap(m) / main);
  while (side.length > 0 && Math.abs(side.at(-1)!) < LEAST_TAP) side.pop();
  return { taps: Float64Array.from([...side.toReversed(), 1, ...side]), reach: side.length };
}

/**
 * Autocorrelation of a pulse at lags 0 ... count - 1, `sum p_n p_(n+m)`.
 */
export function autocorrelation(pulse: Float64Array, count: number): Float64Array {
  const length = nextPowerOfTwo(2 * pulse.length);
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  re.set(pulse);
  const fft = createFft(length);
  fft.forward(re, im);
  for (let k = 0; k < length; k += 1) {
    re[k] = re[k]! ** 2 + im[k]! ** 2;
    im[k] = 0;
  }
  fft.inverse(re, im);
  return Float64Array.from({ length: count }, (_, m) => (m < length / 2 ? re[m]! / length : 0));
}
