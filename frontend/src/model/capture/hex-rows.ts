/** Bytes in one row of a hex view. */
export const BYTES_PER_ROW = 16;

/** Two hex digits. */
export function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** The ASCII sign of a byte, a middle dot where it has none. */
export function asciiOf(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}

/** An offset with as many hex digits as the largest of the file needs, six at least. */
export function offsetText(offset: number, sizeBytes: number): string {
  return offset.toString(16).padStart(Math.max(6, sizeBytes.toString(16).length), "0");
}

/** Bytes as text for the clipboard: `50 4e 4e 04`. */
export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, hexOf).join(" ");
}

/** An offset as people write it: `284`, `0x11c`, `11ch`; undefined for anything else. */
export function parseOffset(text: string): number | undefined {
  const written = text.trim().toLowerCase();
  const hex = /^0x([0-9a-f]+)$/.exec(written)?.[1] ?? /^([0-9a-f]+)h$/.exec(written)?.[1];
  if (hex !== undefined) return Number.parseInt(hex, 16);
  return /^\d+$/.test(written) ? Number(written) : undefined;
}

/** A stretch of bytes. */
export interface ByteRange {
  offset: number;
  length: number;
}

/** Up to eight bytes as the numbers they may be, big-endian as PNM files store them. */
export function integerWords(bytes: Uint8Array): string {
  if (bytes.length === 0 || bytes.length > 8) return "";
  let unsigned = 0n;
  for (const byte of bytes) unsigned = (unsigned << 8n) | BigInt(byte);
  const signed = BigInt.asIntN(bytes.length * 8, unsigned);
  return signed === unsigned ? String(unsigned) : `${unsigned} or ${String(signed).replace("-", "\u2212")}`;
}
