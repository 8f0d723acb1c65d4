import { fftOf, nextPowerOfTwo } from "../fft.ts";

/** Grid that the downstream density is laid on. */
const GRID_HZ = 200_000;

/**
 * Shape of second-order distortion of a downstream: the autocorrelation of its power density,
 * `T2(f) ~ integral D(v) D(v + f) dv`, at the given frequencies, 1 at 0 Hz.
 *
 * @param carriers occupied bands of the downstream with their relative density
 */
export function secondOrderTemplate(
  carriers: readonly { lowerHz: number; upperHz: number; density?: number }[],
  frequenciesHz: ArrayLike<number>,
): Float64Array {
  const topHz = carriers.reduce((most, { upperHz }) => Math.max(most, upperHz), 0);
  const cells = Math.ceil(topHz / GRID_HZ) + 1;
  const size = nextPowerOfTwo(2 * cells);
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  for (const { lowerHz, upperHz, density = 1 } of carriers) {
    for (let k = Math.round(lowerHz / GRID_HZ); k < Math.round(upperHz / GRID_HZ); k += 1) re[k]! += density;
  }
  const fft = fftOf(size);
  fft.forward(re, im);
  for (let k = 0; k < size; k += 1) {
    re[k] = re[k]! * re[k]! + im[k]! * im[k]!;
    im[k] = 0;
  }
  fft.inverse(re, im);
  const atZero = re[0]!;
  return Float64Array.from({ length: frequenciesHz.length }, (_, i) => {
    const place = Math.abs(frequenciesHz[i]!) / GRID_HZ;
    const low = Math.min(size - 2, Math.floor(place));
    return (re[low]! + (place - low) * (re[low + 1]! - re[low]!)) / atZero;
  });
}

export interface TemplateFit {
  /** Factor of the template and the constant, in the unit of the values. */
  factor: number;
  constant: number;
  /** Share of the variance that the template explains, from 0 to 1; 0 where it would have to be negative. */
  explained: number;
}

/** Least squares fit of `values = factor * template + constant`; NaN values are left out. */
export function fitTemplate(values: ArrayLike<number>, template: ArrayLike<number>): TemplateFit {
  let n = 0;
  let meanX = 0;
  let meanY = 0;
  for (let k = 0; k < values.length; k += 1) {
    if (Number.isNaN(values[k]!)) continue;
    n += 1;
    meanX += (template[k]! - meanX) / n;
    meanY += (values[k]! - meanY) / n;
  }
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let k = 0; k < values.length; k += 1) {
    if (Number.isNaN(values[k]!)) continue;
    const x = template[k]! - meanX;
    const y = values[k]! - meanY;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  const factor = xx === 0 ? 0 : xy / xx;
  return {
    factor,
    constant: meanY - factor * meanX,
    explained: factor > 0 && yy > 0 ? (xy * xy) / (xx * yy) : 0,
  };
}
