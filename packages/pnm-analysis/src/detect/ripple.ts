import { fftOf, nextPowerOfTwo } from "../fft.ts";
import { median } from "../measure/quantile.ts";
import { leastSquaresLine, lineAt } from "../measure/slope.ts";

const ZERO_PADDING = 8;

export interface Ripple {
  /** Delay of the echo that makes it, 1 / period. */
  delayS: number;
  periodHz: number;
  amplitudeDb: number;
  peakToPeakDb: number;
  /** Peak of the transform over its median. */
  peakToMedian: number;
  /** Periods that the band shows. */
  periods: number;
}

/**
 * The strongest ripple of levels on an even grid: line taken out, Hann window, zeros to eight times the length,
 * transform over frequency. Gaps are bridged by the line.
 *
 * @param leastPeriods ripples with fewer periods in the band are left out: a bend is not a ripple
 */
export function strongestRipple(
  levelsDb: ArrayLike<number>,
  spacingHz: number,
  leastPeriods = 1.5,
): Ripple | undefined {
  const { length } = levelsDb;
  if (length < 8) return undefined;
  const frequencies = Float64Array.from({ length }, (_, k) => k * spacingHz);
  const line = leastSquaresLine(frequencies, levelsDb);
  const size = nextPowerOfTwo(length * ZERO_PADDING);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  let windowSum = 0;
  for (let k = 0; k < length; k += 1) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * (k + 0.5)) / length);
    windowSum += window;
    const rest = levelsDb[k]! - lineAt(line, frequencies[k]!);
    re[k] = Number.isNaN(rest) ? 0 : rest * window;
  }
  if (Number.isNaN(line.slopeDbPerHz)) return undefined;
  fftOf(size).forward(re, im);
  const half = size / 2;
  const amplitude = Float64Array.from(
    { length: half },
    (_, q) => (2 * Math.hypot(re[q]!, im[q]!)) / windowSum,
  );
  const first = Math.ceil((leastPeriods * size) / length);
  let best = first;
  for (let q = first; q < half; q += 1) if (amplitude[q]! > amplitude[best]!) best = q;
  const [a, b, c] = [amplitude[best - 1]!, amplitude[best]!, amplitude[best + 1] ?? 0];
  const curve = a - 2 * b + c;
  const shift = curve < 0 ? (0.5 * (a - c)) / curve : 0;
  const delayS = (best + shift) / (size * spacingHz);
  const amplitudeDb = b - 0.25 * (a - c) * shift;
  return {
    delayS,
    periodHz: 1 / delayS,
    amplitudeDb,
    peakToPeakDb: 2 * amplitudeDb,
    peakToMedian: amplitudeDb / median(amplitude.subarray(first)),
    periods: delayS * length * spacingHz,
  };
}
