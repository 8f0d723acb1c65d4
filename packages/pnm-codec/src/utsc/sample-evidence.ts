// What the stored bytes say about the output format where nothing else does.
//
// In 32-bit power the upper half is small and the lower half is noise over its whole range. Two 16-bit values
// side by side have the same distribution instead: around a level for decibels and amplitudes, around zero for
// I and Q. Only such clear cases are decided; everything else stays 32-bit power, the usual format
// (DOCS-PNM-MIB default, and the sizes of known files).

import type { Endianness } from "../binary/integers.ts";

export type SampleEvidence = "power" | "complex" | "sixteen-bit";

/** Pairs of 16-bit values looked at, spread over the samples. */
const PAIRS = 128;
/** Fewer pairs decide nothing. */
const FEWEST_PAIRS = 16;
/** 100 dB in hundredths; complex samples and amplitudes of a receiver with headroom fit as well. */
const LARGEST = 10_000;

/** The lower half of power has its median in the middle of the range, 32 768; amplitudes stay clearly below. */
const LARGEST_MEDIAN = 24_000;

interface HalfStatistics {
  mean: number;
  deviation: number;
  inside: number;
  /** Of the values without a sign. */
  median: number;
  /** Share of values that are small negative numbers if they have a sign. */
  negative: number;
}

/** Which kind of samples the bytes most resemble; `power` unless another kind is clear. */
export function sampleEvidence(bytes: Uint8Array, offset: number, length: number): SampleEvidence {
  return resemblance(bytes, offset, length, "big") ?? resemblance(bytes, offset, length, "little") ?? "power";
}

function resemblance(
  bytes: Uint8Array,
  offset: number,
  length: number,
  endianness: Endianness,
): SampleEvidence | undefined {
  const first = halfStatistics(bytes, offset, length, endianness);
  const second = halfStatistics(bytes, offset + 2, length - 2, endianness);
  if (first === undefined || second === undefined) return undefined;
  const [lower, upper] = [first.median, second.median].sort((a, b) => a - b) as [number, number];
  const isUnsigned = first.negative < 0.1 && second.negative < 0.1;
  if (isUnsigned && lower > 0 && upper < 1.5 * lower && upper < LARGEST_MEDIAN) return "sixteen-bit";
  if (first.inside < 0.99 || second.inside < 0.99) return undefined;
  const narrow = Math.min(first.deviation, second.deviation);
  const wide = Math.max(first.deviation, second.deviation);
  // A half that never changes is the upper half of small numbers.
  if (narrow === 0 || wide > 3 * narrow) return undefined;
  const isCentred = Math.abs(first.mean) < 0.5 * wide && Math.abs(second.mean) < 0.5 * wide;
  if (isCentred) return "complex";
  return Math.abs(first.mean - second.mean) < wide ? "sixteen-bit" : undefined;
}

/** Statistics of every second 16-bit value. */
function halfStatistics(
  bytes: Uint8Array,
  offset: number,
  length: number,
  endianness: Endianness,
): HalfStatistics | undefined {
  const count = Math.floor((length + 2) / 4);
  if (count < FEWEST_PAIRS) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stride = Math.max(1, Math.floor(count / PAIRS));
  let sum = 0;
  let squares = 0;
  let inside = 0;
  let used = 0;
  const unsigned = new Uint16Array(PAIRS);
  let negative = 0;
  for (let k = 0; k < count && used < PAIRS; k += stride, used++) {
    const value = view.getInt16(offset + 4 * k, endianness === "little");
    unsigned[used] = value;
    if (value < 0 && value >= -0x4000) negative++;
    sum += value;
    squares += value * value;
    if (Math.abs(value) <= LARGEST) inside++;
  }
  const mean = sum / used;
  const median = unsigned.subarray(0, used).sort()[used >> 1]!;
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares / used - mean * mean)),
    inside: inside / used,
    median,
    negative: negative / used,
  };
}
