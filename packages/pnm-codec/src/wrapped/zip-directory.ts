// The directory of a zip archive (PKWARE APPNOTE 6.3.10, sections 4.3.12 and 4.3.16), little-endian.
//
//   end record, 22 bytes and a comment: 50 4B 05 06, u16 disk, u16 directory's disk, u16 entries here, u16 entries,
//     u32 directory size, u32 directory offset, u16 comment length
//   entry, 46 bytes and name, extra field, comment: 50 4B 01 02, u16 made by, u16 needs, u16 flags, u16 method,
//     u32 time, u32 CRC-32, u32 packed size, u32 size, u16 name length, u16 extra length, u16 comment length,
//     u16 disk, u16 and u32 attributes, u32 offset of the local header

import { PnmDecodeError } from "../errors.ts";
import { nameAt, u16At, u32At } from "./little-endian.ts";

export interface ZipEntry {
  name: string | undefined;
  flags: number;
  method: number;
  crc: number;
  packedBytes: number;
  bytes: number;
  /** Of the local header, from the first byte of the file. */
  offset: number;
  /** Of this entry in the directory. */
  entryOffset: number;
}

export interface ZipDirectory {
  entries: ZipEntry[];
  /** Packed data ends before this offset. */
  dataEnd: number;
  /** Why no more entries could be read. */
  error: PnmDecodeError | undefined;
}

const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LONGEST_COMMENT = 0xffff;

/**
 * Reads the directory, at most `maximumEntries` of it; entries in front of a damaged one are kept.
 *
 * @throws PnmDecodeError where there is no directory to be found
 */
export function readZipDirectory(bytes: Uint8Array, maximumEntries: number): ZipDirectory {
  const end = findEnd(bytes);
  const count = u16At(bytes, end + 10);
  const size = u32At(bytes, end + 12);
  const offset = u32At(bytes, end + 16);
  if (count === 0xffff || size === 0xffffffff || offset === 0xffffffff) {
    throw new PnmDecodeError("UNSUPPORTED", "the archive is in zip64 form, for more than 4 gigabytes", {
      offset: end,
      expected: "a zip archive without zip64",
      found: "zip64",
    });
  }
  if (u16At(bytes, end + 4) !== 0 || u16At(bytes, end + 8) !== count) {
    throw new PnmDecodeError("UNSUPPORTED", "the archive is one of several parts", {
      offset: end + 4,
      expected: "disk 0 with all entries",
      found: `disk ${u16At(bytes, end + 4)} with ${u16At(bytes, end + 8)} of ${count}`,
    });
  }
  // Bytes in front of an archive, as self-extracting ones have, shift every offset in it.
  const shift = end - size - offset;
  if (shift < 0) {
    throw new PnmDecodeError("BAD_LENGTH", "the directory of the archive would lie beyond its end", {
      offset: end + 12,
      expected: `directory before offset ${end}`,
      found: `${size} bytes at ${offset}`,
    });
  }
  return readEntries(bytes, { start: end - size, end, shift, count, maximumEntries });
}

/** Looks for the end record backwards; a comment may follow it, and bytes after that. */
function findEnd(bytes: Uint8Array): number {
  const lowest = Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT);
  for (let offset = bytes.length - END_BYTES; offset >= lowest; offset--) {
    if (u32At(bytes, offset) !== 0x06054b50) continue;
    if (offset + END_BYTES + u16At(bytes, offset + 20) <= bytes.length) return offset;
  }
  throw new PnmDecodeError("TRUNCATED", "the archive has no directory at its end", {
    offset: bytes.length,
    expected: "an end of central directory record",
    found: "none",
  });
}

interface DirectoryPlace {
  start: number;
  end: number;
  shift: number;
  count: number;
  maximumEntries: number;
}

function readEntries(bytes: Uint8Array, place: DirectoryPlace): ZipDirectory {
  const entries: ZipEntry[] = [];
  let offset = place.start;
  for (let index = 0; index < place.count; index++) {
    const error = entryError(bytes, offset, index, place);
    if (error !== undefined) return { entries, dataEnd: place.start, error };
    const nameLength = u16At(bytes, offset + 28);
    entries.push({
      name: nameAt(bytes, offset + ENTRY_BYTES, nameLength),
      flags: u16At(bytes, offset + 8),
      method: u16At(bytes, offset + 10),
      crc: u32At(bytes, offset + 16),
      packedBytes: u32At(bytes, offset + 20),
      bytes: u32At(bytes, offset + 24),
      offset: u32At(bytes, offset + 42) + place.shift,
      entryOffset: offset,
    });
    offset += ENTRY_BYTES + nameLength + u16At(bytes, offset + 30) + u16At(bytes, offset + 32);
  }
  return { entries, dataEnd: place.start, error: undefined };
}

function entryError(
  bytes: Uint8Array,
  offset: number,
  index: number,
  { end, count, maximumEntries }: DirectoryPlace,
): PnmDecodeError | undefined {
  if (index >= maximumEntries) {
    return new PnmDecodeError("TOO_LARGE", `${count - index} more members of the archive were not read`, {
      offset,
      expected: `at most ${maximumEntries} members`,
      found: `${count} members`,
    });
  }
  if (offset + ENTRY_BYTES > end) {
    return new PnmDecodeError("TRUNCATED", "the directory of the archive ends too early", {
      offset,
      expected: `${count} members`,
      found: `${index} members`,
    });
  }
  if (u32At(bytes, offset) !== 0x02014b50) {
    return new PnmDecodeError("BAD_VALUE", "the directory of the archive is damaged", {
      offset,
      expected: "50 4B 01 02",
      found: Array.from(bytes.subarray(offset, offset + 4), (b) => b.toString(16).padStart(2, "0"))
        .join(" ")
        .toUpperCase(),
    });
  }
  const nameEnd = offset + ENTRY_BYTES + u16At(bytes, offset + 28);
  if (nameEnd > end) {
    return new PnmDecodeError("TRUNCATED", "a name in the directory of the archive is cut off", {
      offset: offset + ENTRY_BYTES,
      expected: `${nameEnd - offset - ENTRY_BYTES} bytes`,
      found: `${end - offset - ENTRY_BYTES} bytes`,
    });
  }
  return undefined;
}
