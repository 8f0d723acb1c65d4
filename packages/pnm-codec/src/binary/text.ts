import { PnmEncodeError } from "../errors.ts";

/** First of the code units that stand for a byte that is not UTF-8, so that text goes back to the same bytes. */
const ESCAPED_BYTE = 0xdc00;

/**
 * UTF-8 text of `size` bytes without its NUL padding. A byte that is not UTF-8 becomes the lone surrogate
 * U+DC00 + byte, which `encodeText` turns back, so that any field survives a round trip.
 */
export function decodeText(bytes: Uint8Array, offset: number, size: number): string {
  let end = offset + size;
  while (end > offset && bytes[end - 1] === 0) end--;
  let i = offset;
  while (i < end && bytes[i]! < 0x80) i++;
  let text = asciiText(bytes.subarray(offset, i));
  while (i < end) {
    const length = sequenceLength(bytes, i, end);
    if (length === 1) text += String.fromCharCode(bytes[i]!);
    else if (length === 0) text += String.fromCharCode(ESCAPED_BYTE + bytes[i]!);
    else text += String.fromCodePoint(codePoint(bytes, i, length));
    i += Math.max(1, length);
  }
  return text;
}

function asciiText(bytes: Uint8Array): string {
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

/** The inverse of `decodeText`, padded with NUL to `size` bytes. */
export function encodeText(field: string, text: unknown, size: number): Uint8Array {
  if (typeof text !== "string") throw new PnmEncodeError(field, `${field} is not text`);
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= ESCAPED_BYTE && code < ESCAPED_BYTE + 256) out.push(code - ESCAPED_BYTE);
    else if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      out.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
    }
  }
  if (out.length > size) throw new PnmEncodeError(field, `${field} is longer than ${size} bytes`);
  const bytes = new Uint8Array(size);
  bytes.set(out);
  return bytes;
}

/** Bytes of the UTF-8 sequence at `i`; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, i: number, end: number): number {
  const first = bytes[i]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 && first < 0xf5 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || i + length > end) return 0;
  for (let k = 1; k < length; k++) if ((bytes[i + k]! & 0xc0) !== 0x80) return 0;
  const code = codePoint(bytes, i, length);
  const overlong = (length === 3 && code < 0x800) || (length === 4 && (code < 0x10000 || code > 0x10ffff));
  return overlong || (code >= 0xd800 && code < 0xe000) ? 0 : length;
}

function codePoint(bytes: Uint8Array, i: number, length: number): number {
  let code = bytes[i]! & (length === 2 ? 0x1f : length === 3 ? 0x0f : 0x07);
  for (let k = 1; k < length; k++) code = (code << 6) | (bytes[i + k]! & 63);
  return code;
}
