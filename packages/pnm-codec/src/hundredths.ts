import { hashDoubles, hashNumbers, round9 } from "./summary.ts";
import type { Sha256 } from "./type.ts";

/** Signed hundredths as dB or dBmV, written to `out` from `first`. */
export function hundredthsToDb(raw: Int16Array, out: Float32Array, first = 0): Float32Array {
  for (let k = 0; k < raw.length; k++) out[first + k] = raw[k]! * 0.01;
  return out;
}

/** Statistics and hashes of signed hundredths, and the highest value. */
export function summarizeHundredths(
  raw: Int16Array,
  sha256: Sha256,
): { bins: Record<string, unknown>; peak: { index: number; dbmv: number } } {
  let min = raw[0]!;
  let peak = 0;
  let sum = 0;
  for (let k = 0; k < raw.length; k++) {
    const value = raw[k]!;
    if (value < min) min = value;
    if (value > raw[peak]!) peak = k;
    sum += value;
  }
  const scaled = Float64Array.from(raw, (value) => value / 100);
  return {
    bins: {
      count: raw.length,
      first8: [...scaled.subarray(0, 8)],
      last8: [...scaled.subarray(-8)],
      min: min / 100,
      max: raw[peak]! / 100,
      mean: round9(sum / 100 / raw.length),
      sum_raw: sum,
      sha256_raw_ints: hashNumbers(raw, sha256),
      sha256_f64le: hashDoubles(scaled, sha256),
    },
    peak: { index: peak, dbmv: raw[peak]! / 100 },
  };
}
