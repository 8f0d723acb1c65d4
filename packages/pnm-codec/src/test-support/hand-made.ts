// Files put together byte by byte from the published layouts, without any code of the encoder: what a decoder
// reads from them says something about the layouts and not about its own inverse.

type Part = string | readonly number[] | Uint8Array;

/** The parts one after the other; strings are hex digits, blanks between them ignored. */
export function file(...parts: Part[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "string" ? [...Buffer.from(part.replaceAll(" ", ""), "hex")] : [...part],
    ),
  );
}

/** ASCII letters, NUL-padded to `size`. */
export function ascii(text: string, size = text.length): number[] {
  return Array.from({ length: size }, (_, i) => text.charCodeAt(i) || 0);
}

/** Big-endian 16-bit values, two's complement. */
export function be16(...values: number[]): number[] {
  return values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff]);
}

/** Little-endian 16-bit values, two's complement. */
export function le16(...values: number[]): number[] {
  return values.flatMap((value) => [value & 0xff, (value >> 8) & 0xff]);
}

/** Big-endian 32-bit values. */
export function be32(...values: number[]): number[] {
  return values.flatMap((value) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256));
}

/** Little-endian 32-bit values. */
export function le32(...values: number[]): number[] {
  return values.flatMap((value) => [0, 8, 16, 24].map((shift) => Math.floor(value / 2 ** shift) % 256));
}

/** 1 774 675 934 s, 28 March 2026. */
export const TIME = "69 C7 6B DE";
export const MAC = "00 11 22 33 44 55";

/** The common header of a CMTS file in its three lengths: 268 (`PNM`), 270 (`PNN` 1) and 277 bytes (`PNN` 2). */
export function commonHeader(form: "PNM" | "PNN 1" | "PNN 2", typeCode: string): Uint8Array {
  const front = form === "PNM" ? "50 4E 4D" : "50 4E 4E";
  const version = form === "PNM" ? "" : form === "PNN 1" ? "01 00" : "02 00";
  const rpd = form === "PNN 2" ? "02 00 00 00 00 01 03" : "";
  return file(front, typeCode, version, TIME, "1A 00 00 07", ascii("ccap1.example.net", 256), rpd);
}
