export interface TarEntry {
  /** ASCII, at most 100 characters. */
  path: string;
  bytes: Uint8Array;
}

const BLOCK = 512;

/** A tar archive of plain files (POSIX.1-1988 ustar), all of one time. */
export function tarOf(entries: readonly TarEntry[], timeMs: number): Uint8Array<ArrayBuffer> {
  const padded = (length: number) => Math.ceil(length / BLOCK) * BLOCK;
  const total = entries.reduce((sum, { bytes }) => sum + BLOCK + padded(bytes.length), 2 * BLOCK);
  const archive = new Uint8Array(total);
  let offset = 0;
  for (const { path, bytes } of entries) {
    archive.set(headOf(path, bytes.length, timeMs), offset);
    archive.set(bytes, offset + BLOCK);
    offset += BLOCK + padded(bytes.length);
  }
  return archive;
}

function headOf(path: string, size: number, timeMs: number): Uint8Array {
  const head = new Uint8Array(BLOCK);
  const write = (text: string, at: number) => head.set(new TextEncoder().encode(text), at);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  write(path.slice(-100), 0);
  write(octal(0o644, 7), 100);
  write(octal(0, 7), 108);
  write(octal(0, 7), 116);
  write(octal(size, 11), 124);
  write(octal(Math.max(0, Math.floor(timeMs / 1000)), 11), 136);
  // The check sum counts its own field as spaces.
  write("        ", 148);
  write("0", 156);
  write("ustar\u000000", 257);
  write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return head;
}
