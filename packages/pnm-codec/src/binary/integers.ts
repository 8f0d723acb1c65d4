// A typed-array view needs alignment and the host's byte order, which a file gives neither of. Copying the
// bytes once and swapping whole 32-bit words in place is several times faster than a DataView loop.

const HOST_IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

export type Endianness = "big" | "little";

/** `count` signed 16-bit integers from `offset`; the caller has checked that they exist. */
export function readInt16s(
  bytes: Uint8Array,
  offset: number,
  count: number,
  endianness: Endianness = "big",
): Int16Array {
  return new Int16Array(copyWords16(bytes, offset, count, endianness), 0, count);
}

/** `count` unsigned 16-bit integers from `offset`; the caller has checked that they exist. */
export function readUint16s(
  bytes: Uint8Array,
  offset: number,
  count: number,
  endianness: Endianness = "big",
): Uint16Array {
  return new Uint16Array(copyWords16(bytes, offset, count, endianness), 0, count);
}

/** `count` unsigned 32-bit integers from `offset`; the caller has checked that they exist. */
export function readUint32s(
  bytes: Uint8Array,
  offset: number,
  count: number,
  endianness: Endianness = "big",
): Uint32Array {
  const words = new Uint32Array(count);
  new Uint8Array(words.buffer).set(bytes.subarray(offset, offset + 4 * count));
  if (isForeign(endianness)) swap32(words);
  return words;
}

/** The integers as bytes of a file. */
export function integerBytes(
  values: Int16Array | Uint16Array | Uint32Array,
  endianness: Endianness = "big",
): Uint8Array {
  const source = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (values.BYTES_PER_ELEMENT === 4) {
    return new Uint8Array(readUint32s(source, 0, values.length, endianness).buffer);
  }
  const words = copyWords16(source, 0, values.length, endianness);
  return new Uint8Array(words, 0, values.byteLength);
}

function isForeign(endianness: Endianness): boolean {
  return (endianness === "little") !== HOST_IS_LITTLE_ENDIAN;
}

/** Memory in the host's byte order holding `count` 16-bit words, rounded up to whole 32-bit words. */
function copyWords16(bytes: Uint8Array, offset: number, count: number, endianness: Endianness): ArrayBuffer {
  const pairs = new Uint32Array((count + 1) >> 1);
  new Uint8Array(pairs.buffer).set(bytes.subarray(offset, offset + 2 * count));
  if (isForeign(endianness)) swap16(pairs);
  return pairs.buffer;
}

function swap16(pairs: Uint32Array): void {
  for (let i = 0; i < pairs.length; i++) {
    const pair = pairs[i]!;
    pairs[i] = ((pair & 0x00ff00ff) << 8) | ((pair >>> 8) & 0x00ff00ff);
  }
}

function swap32(words: Uint32Array): void {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const swapped = ((word & 0x00ff00ff) << 8) | ((word >>> 8) & 0x00ff00ff);
    words[i] = (swapped << 16) | (swapped >>> 16);
  }
}
