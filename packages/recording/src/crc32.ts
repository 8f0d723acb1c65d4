const POLYNOMIAL = 0xedb88320;
const TABLES = 4;

/** One table per byte of a word, so that four bytes are taken in one step. */
const tables = new Int32Array(TABLES * 256);
for (let value = 0; value < 256; value += 1) {
  let rest = value;
  for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? POLYNOMIAL : 0);
  tables[value] = rest;
}
for (let at = 256; at < tables.length; at += 1) {
  const before = tables[at - 256]!;
  tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
}

/** CRC-32 of IEEE 802.3, as zip, gzip and PNG have it. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  let at = 0;
  const words = bytes.length - (bytes.length % 4);
  for (; at < words; at += 4) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      tables[768 + (crc & 0xff)]! ^
      tables[512 + ((crc >>> 8) & 0xff)]! ^
      tables[256 + ((crc >>> 16) & 0xff)]! ^
      tables[crc >>> 24]!;
  }
  for (; at < bytes.length; at += 1) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
