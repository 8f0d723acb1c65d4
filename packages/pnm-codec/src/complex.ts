import { readInt16s } from "./binary/integers.ts";

/** Complex values of a file, two's complement I then Q, as one interleaved array. */
export function readComplex(payload: Uint8Array): Int16Array {
  return readInt16s(payload, 0, payload.length >> 1);
}

/**
 * Interleaved I, Q as real numbers: raw / 2^fractionBits, which 32-bit floats hold exactly.
 *
 * @param out written instead of a new array; at least as long as `iq`
 */
export function complexValues(
  iq: Int16Array,
  fractionBits: number,
  out: Float32Array = new Float32Array(iq.length),
): Float32Array {
  const step = 2 ** -fractionBits;
  for (let i = 0; i < iq.length; i++) out[i] = iq[i]! * step;
  return out;
}

/** 20 log10 |c| per pair; zero clamps to half an LSB so that it stays finite. */
export function complexMagnitudesDb(iq: Int16Array, fractionBits: number): Float64Array {
  const offsetDb = 20 * fractionBits * Math.LOG10E * Math.LN2;
  const levels = new Float64Array(iq.length >> 1);
  for (let k = 0; k < levels.length; k++) {
    const i = iq[2 * k]!;
    const q = iq[2 * k + 1]!;
    levels[k] = 10 * Math.log10(Math.max(i * i + q * q, 0.25)) - offsetDb;
  }
  return levels;
}

/** Mean of |c|^2 over all pairs. */
export function complexMeanPower(iq: Int16Array, fractionBits: number): number {
  let sum = 0;
  for (let i = 0; i < iq.length; i++) sum += iq[i]! * iq[i]!;
  return sum / 4 ** fractionBits / (iq.length / 2);
}

/** Every second value from `first`: 0 gives I, 1 gives Q, as real numbers. */
export function complexPart(iq: Int16Array, fractionBits: number, first: 0 | 1): Float32Array {
  const step = 2 ** -fractionBits;
  const values = new Float32Array(iq.length >> 1);
  for (let k = 0; k < values.length; k++) values[k] = iq[2 * k + first]! * step;
  return values;
}
