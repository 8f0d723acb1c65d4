import { NO_LEVEL } from "@pnmlab/protocol/frame";

const OFFSET = 32768;

/**
 * A pixel for every possible level: 65536 entries addressed by hundredths of a dBmV + 32768, each in the
 * byte order of `ImageData` on this machine. A bin without a value takes `emptyPixel`.
 */
export function colourTable(
  palette: Uint8Array,
  lowDbmv: number,
  highDbmv: number,
  emptyPixel: number,
): Uint32Array {
  const table = new Uint32Array(65536);
  const pixels = Uint32Array.from({ length: 256 }, (_, index) =>
    pixelOf(palette[index * 3]!, palette[index * 3 + 1]!, palette[index * 3 + 2]!),
  );
  const scale = 255 / Math.max(highDbmv - lowDbmv, 0.1) / 100;
  for (let level = -OFFSET; level < OFFSET; level += 1) {
    const index = Math.round((level - lowDbmv * 100) * scale);
    table[level + OFFSET] = pixels[Math.min(255, Math.max(0, index))]!;
  }
  table[NO_LEVEL + OFFSET] = emptyPixel;
  return table;
}

/** An opaque pixel of `ImageData` as one 32-bit word. */
export function pixelOf(red: number, green: number, blue: number): number {
  return isLittleEndian
    ? ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
    : ((red << 24) | (green << 16) | (blue << 8) | 255) >>> 0;
}

const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
