import type { FrequencyAxis } from "./axis.ts";
import type { PnmHeader } from "./record.ts";
import type { Sha256 } from "./type.ts";

/** Header fields every summary begins with. */
export function summarizePreamble(header: PnmHeader): Record<string, unknown> {
  return {
    magic: header.magic,
    type_code: header.typeCode,
    versioned: header.versioned,
    ...(header.versioned ? { major_version: header.majorVersion, minor_version: header.minorVersion } : {}),
    ...(header.captureTimeS === undefined ? {} : { capture_time: header.captureTimeS }),
  };
}

/** SHA-256 over numbers in decimal joined by commas. */
export function hashNumbers(values: ArrayLike<number>, sha256: Sha256): string {
  const text = Array.prototype.join.call(values, ",");
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return sha256(bytes);
}

/** SHA-256 over numbers as little-endian 64-bit doubles. */
export function hashDoubles(values: ArrayLike<number>, sha256: Sha256): string {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i]!, true);
  return sha256(bytes);
}

/** Nine decimals: enough to compare with, few enough to be the same in every language. */
export function round9(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

export function axisFrequencies(axis: FrequencyAxis): Float64Array {
  return Float64Array.from({ length: axis.count }, (_, k) => axis.firstHz + k * axis.stepHz);
}

export function summarizeAxis(axis: FrequencyAxis, sha256: Sha256): Record<string, unknown> {
  return {
    first: axis.firstHz,
    last: axis.firstHz + (axis.count - 1) * axis.stepHz,
    step: axis.stepHz,
    count: axis.count,
    sha256: hashNumbers(axisFrequencies(axis), sha256),
  };
}

/** Statistics and hashes of interleaved complex values in the given fixed-point format. */
export function summarizeComplex(
  iq: Int16Array,
  fractionBits: number,
  sha256: Sha256,
): Record<string, unknown> {
  const scale = 2 ** fractionBits;
  const count = iq.length / 2;
  const pair = (k: number) => [iq[2 * k]! / scale, iq[2 * k + 1]! / scale];
  let minRaw = Number.POSITIVE_INFINITY;
  let maxRaw = Number.NEGATIVE_INFINITY;
  let minPower = Number.POSITIVE_INFINITY;
  let maxPower = 0;
  let sumPower = 0;
  let sumI = 0;
  let sumQ = 0;
  for (let k = 0; k < count; k++) {
    const i = iq[2 * k]!;
    const q = iq[2 * k + 1]!;
    const power = i * i + q * q;
    minRaw = Math.min(minRaw, i, q);
    maxRaw = Math.max(maxRaw, i, q);
    minPower = Math.min(minPower, power);
    maxPower = Math.max(maxPower, power);
    sumPower += power;
    sumI += i;
    sumQ += q;
  }
  const ends = Math.min(4, count);
  return {
    count,
    fraction_bits: fractionBits,
    first4: Array.from({ length: ends }, (_, k) => pair(k)),
    last4: Array.from({ length: ends }, (_, k) => pair(count - ends + k)),
    min_component_raw: minRaw,
    max_component_raw: maxRaw,
    mean_power: round9(sumPower / scale / scale / count),
    min_magnitude: round9(Math.sqrt(minPower) / scale),
    max_magnitude: round9(Math.sqrt(maxPower) / scale),
    mean_i: round9(sumI / scale / count),
    mean_q: round9(sumQ / scale / count),
    sum_i_raw: sumI,
    sum_q_raw: sumQ,
    sha256_raw_ints: hashNumbers(iq, sha256),
    sha256_f64le: hashDoubles(
      Float64Array.from(iq, (raw) => raw / scale),
      sha256,
    ),
  };
}
