import type { Endianness } from "../binary/integers.ts";

/** Pairs of neighbours looked at: with 64, chance never halves the sum of differences. */
const PAIRS = 64;

export interface EndiannessFinding {
  endianness: Endianness;
  reason: string;
}

/**
 * Byte order of a spectrum. Files are big-endian unless the little-endian reading is clearly smoother: the
 * sum of absolute differences of neighbours (on a logarithmic scale for 4-byte power) must be under half.
 *
 * Byte-swapped power looks as smooth as noise does, so for it the leading byte counts as well: real power
 * rarely fills its top byte, and its lowest byte is rarely zero.
 */
export function findEndianness(
  bytes: Uint8Array,
  offset: number,
  length: number,
  kind: "power32" | "integer16",
): EndiannessFinding {
  const width = kind === "power32" ? 4 : 2;
  const count = Math.floor(length / width);
  if (count < 2) return { endianness: "big", reason: "too few samples to judge the byte order" };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A pair every `stride` samples spreads the look over the whole payload.
  const stride = Math.max(1, Math.floor((count - 1) / PAIRS));
  let big = 0;
  let little = 0;
  let emptyFirst = 0;
  let emptyLast = 0;
  let pairs = 0;
  for (let i = 0; i + 1 < count && pairs < PAIRS; i += stride, pairs++) {
    const at = offset + i * width;
    if (kind === "power32") {
      big += Math.abs(roughLog(view.getUint32(at)) - roughLog(view.getUint32(at + 4)));
      little += Math.abs(roughLog(view.getUint32(at, true)) - roughLog(view.getUint32(at + 4, true)));
      if (bytes[at] === 0) emptyFirst++;
      if (bytes[at + 3] === 0) emptyLast++;
    } else {
      big += Math.abs(view.getInt16(at) - view.getInt16(at + 2));
      little += Math.abs(view.getInt16(at, true) - view.getInt16(at + 2, true));
    }
  }
  if (kind === "power32" && emptyLast > 0.9 * pairs && emptyFirst < 0.1 * pairs) {
    return { endianness: "little", reason: "little-endian: the last byte of the samples is the empty one" };
  }
  if (kind === "power32" && emptyFirst > 0.9 * pairs && emptyLast < 0.1 * pairs) {
    return { endianness: "big", reason: "big-endian: the first byte of the samples is the empty one" };
  }
  return little < big / 2
    ? { endianness: "little", reason: "little-endian: that reading is clearly smoother" }
    : { endianness: "big", reason: "big-endian: the other reading is not clearly smoother" };
}

/** Logarithm to base 2, linear between powers of two: enough to compare roughness, and cheap. */
function roughLog(value: number): number {
  const leadingZeros = Math.clz32(value);
  return 31 - leadingZeros + ((value << leadingZeros) >>> 0) / 2 ** 31;
}
