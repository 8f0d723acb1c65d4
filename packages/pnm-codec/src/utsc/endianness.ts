import type { Endianness } from "../binary/integers.ts";

/** Pairs of neighbours looked at: with 64, chance never halves the sum of differences. */
const PAIRS = 64;
/** Share of 16-bit values at either end of their range from which they were clipped there. */
const CLIPPED_SHARE = 0.05;
/** Ends of a range lie this near to full scale: the ends of two's complement, and those with low bits left empty. */
const NEAR_FULL_SCALE = 63 / 64;
const LEAST_FULL_SCALE = 2 ** 9;

export interface EndiannessFinding {
  endianness: Endianness;
  reason: string;
}

const EMPTY_FIRST: EndiannessFinding = {
  endianness: "big",
  reason: "big-endian: most samples begin with a zero byte, as power does",
};
const EMPTY_LAST: EndiannessFinding = {
  endianness: "little",
  reason: "little-endian: most samples end with a zero byte, where the top of power stands then",
};

/**
 * Byte order of a spectrum. It is the usual one unless the reading in the other is clearly smoother: the sum of
 * absolute differences of neighbours (on a logarithmic scale for 4-byte power) must be under half.
 *
 * Byte-swapped power looks as smooth as noise does, so for it the leading byte counts as well: real power
 * rarely fills its top byte, and its lowest byte is rarely zero. Clipped time samples jump from one end of their range to
 * the other, and read in the wrong order they would be smooth: many at both ends tell the order by themselves.
 */
export function findEndianness(
  bytes: Uint8Array,
  offset: number,
  length: number,
  kind: "power32" | "integer16",
  usual: Endianness = "big",
): EndiannessFinding {
  const width = kind === "power32" ? 4 : 2;
  const count = Math.floor(length / width);
  if (count < 2) return { endianness: usual, reason: "too few samples to judge the byte order" };
  // A pair every `stride` samples spreads the look over the whole payload.
  const stride = Math.max(1, Math.floor((count - 1) / PAIRS));
  return (
    (kind === "power32"
      ? findEmptyByte(bytes, offset, count, stride)
      : findClipped(bytes, offset, count, stride)) ??
    compareRoughness(bytes, offset, count, stride, kind, usual)
  );
}

/** The byte order that the empty byte of power samples shows, the cheapest evidence. */
function findEmptyByte(
  bytes: Uint8Array,
  offset: number,
  count: number,
  stride: number,
): EndiannessFinding | undefined {
  let emptyFirst = 0;
  let emptyLast = 0;
  let pairs = 0;
  for (let i = 0; i + 1 < count && pairs < PAIRS; i += stride, pairs++) {
    const at = offset + 4 * i;
    if (bytes[at] === 0) emptyFirst++;
    if (bytes[at + 3] === 0) emptyLast++;
  }
  // Strong signals fill the top byte of their bins; the lowest byte is zero once in 256 times by chance.
  if (emptyLast > pairs / 2 && emptyFirst < pairs / 20) return EMPTY_LAST;
  return emptyFirst > pairs / 2 && emptyLast < pairs / 20 ? EMPTY_FIRST : undefined;
}

/**
 * The byte order in which many samples stand at both ends of their range. The ends are the largest and the smallest
 * value seen, because converters stop at +-32767 as well, or leave the lowest bits empty. Read in the other order clipped
 * samples are small values, and the rest is spread evenly.
 */
function findClipped(
  bytes: Uint8Array,
  offset: number,
  count: number,
  stride: number,
): EndiannessFinding | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values: Record<Endianness, number[]> = { big: [], little: [] };
  for (let i = 0, pairs = 0; i + 1 < count && pairs < PAIRS; i += stride, pairs++) {
    for (const at of [offset + 2 * i, offset + 2 * i + 2]) {
      values.big.push(view.getInt16(at));
      values.little.push(view.getInt16(at, true));
    }
  }
  const isBig = isClipped(values.big);
  if (isBig === isClipped(values.little)) return undefined;
  const endianness = isBig ? "big" : "little";
  return { endianness, reason: `${endianness}-endian: many samples stand at both ends of their range` };
}

/** Whether the largest and the smallest value lie near full scale and many values stand at each. */
function isClipped(values: readonly number[]): boolean {
  const most = Math.max(...values);
  const least = Math.min(...values);
  if (!isFullScale(most, -least)) return false;
  let atMost = 0;
  let atLeast = 0;
  for (const value of values) {
    if (value === most) atMost++;
    if (value === least) atLeast++;
  }
  return Math.min(atMost, atLeast) > CLIPPED_SHARE * values.length;
}

/** Whether both values lie near the same power of two, full scale of a converter of 10 bits or more. */
function isFullScale(most: number, least: number): boolean {
  const fullScale = 2 ** (32 - Math.clz32(most));
  const near = NEAR_FULL_SCALE * fullScale;
  return fullScale >= LEAST_FULL_SCALE && most >= near && least >= near && least <= fullScale;
}

function compareRoughness(
  bytes: Uint8Array,
  offset: number,
  count: number,
  stride: number,
  kind: "power32" | "integer16",
  usual: Endianness,
): EndiannessFinding {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let big = 0;
  let little = 0;
  let pairs = 0;
  for (let i = 0; i + 1 < count && pairs < PAIRS; i += stride, pairs++) {
    if (kind === "power32") {
      const at = offset + 4 * i;
      big += Math.abs(roughLog(view.getUint32(at)) - roughLog(view.getUint32(at + 4)));
      little += Math.abs(roughLog(view.getUint32(at, true)) - roughLog(view.getUint32(at + 4, true)));
    } else {
      const at = offset + 2 * i;
      big += Math.abs(view.getInt16(at) - view.getInt16(at + 2));
      little += Math.abs(view.getInt16(at, true) - view.getInt16(at + 2, true));
    }
  }
  const other = usual === "big" ? "little" : "big";
  const [ofUsual, ofOther] = usual === "big" ? [big, little] : [little, big];
  return ofOther < ofUsual / 2
    ? { endianness: other, reason: `${other}-endian: that reading is clearly smoother` }
    : { endianness: usual, reason: `${usual}-endian: the other reading is not clearly smoother` };
}

/** Logarithm to base 2, linear between powers of two: enough to compare roughness, and cheap. */
function roughLog(value: number): number {
  const leadingZeros = Math.clz32(value);
  return 31 - leadingZeros + ((value << leadingZeros) >>> 0) / 2 ** 31;
}
