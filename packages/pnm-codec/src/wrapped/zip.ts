// Members of a zip archive (PKWARE APPNOTE 6.3.10, section 4.3.7). Sizes and check sums are the directory's:
// local headers leave them to a data descriptor after the data, which then need not be looked for.
//
//   local header, 30 bytes, name and extra field: 50 4B 03 04, u16 needs, u16 flags, u16 method, u32 time,
//     u32 CRC-32, u32 packed size, u32 size, u16 name length, u16 extra length

import { PnmDecodeError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { u16At, u32At } from "./little-endian.ts";
import { type Budget, badChecksum, inflateInTurns } from "./unpack.ts";
import { readZipDirectory, type ZipEntry } from "./zip-directory.ts";

export interface ZipMember {
  /** Undefined for an error of the archive itself. */
  name: string | undefined;
  bytes: Uint8Array;
  anomalies: string[];
  /** Why this member could not be unpacked; `bytes` is then empty. */
  error: PnmDecodeError | undefined;
}

const LOCAL_BYTES = 30;
const ENCRYPTED = 0x0001;
const MASKED = 0x2000;
const METHODS: Readonly<Record<number, string>> = {
  1: "shrunk",
  6: "imploded",
  9: "Deflate64",
  12: "bzip2",
  14: "LZMA",
  93: "Zstandard",
  95: "XZ",
  98: "PPMd",
};

/** An archive, or one without members. */
export function isZip(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) return false;
  return (bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6);
}

/** Unpacks every member that is a file; a damaged one does not keep the others. */
export async function unpackZip(
  bytes: Uint8Array,
  budget: Budget,
  maximumMembers: number,
): Promise<ZipMember[]> {
  const members: ZipMember[] = [];
  const refuse = (name: string | undefined, error: unknown) => {
    if (!(error instanceof PnmDecodeError)) throw error;
    members.push({ name, bytes: new Uint8Array(), anomalies: [], error });
  };
  try {
    const { entries, dataEnd, error } = readZipDirectory(bytes, maximumMembers);
    let packedBytes = 0;
    for (const entry of entries.filter(({ name }) => !isBookkeeping(name))) {
      packedBytes += entry.packedBytes;
      try {
        const start = dataStart(bytes, entry, dataEnd);
        if (packedBytes > dataEnd) throw overlapping(entry, packedBytes, dataEnd);
        members.push({ name: entry.name, ...(await unpackMember(bytes, start, entry, budget)) });
      } catch (problem) {
        refuse(entry.name, problem);
      }
    }
    if (error !== undefined) refuse(undefined, error);
  } catch (problem) {
    refuse(undefined, problem);
  }
  return members;
}

/** Folders, and what macOS adds to archives about them. */
function isBookkeeping(name: string | undefined): boolean {
  return name !== undefined && /\/$|^__MACOSX\/|(^|\/)\.DS_Store$/.test(name);
}

/** Where a member's packed data begins. @throws PnmDecodeError */
function dataStart(bytes: Uint8Array, entry: ZipEntry, dataEnd: number): number {
  const unsupported = whyUnsupported(entry);
  if (unsupported !== undefined) {
    throw new PnmDecodeError("UNSUPPORTED", unsupported, {
      offset: entry.entryOffset,
      expected: "a stored or deflated member without encryption",
      found: `flags ${entry.flags.toString(16).padStart(4, "0")}, method ${entry.method}`,
    });
  }
  const { offset } = entry;
  if (offset + LOCAL_BYTES > dataEnd || u32At(bytes, offset) !== 0x04034b50) {
    throw new PnmDecodeError("BAD_VALUE", "the archive does not hold this member where its directory says", {
      offset: Math.min(offset, bytes.length),
      expected: "50 4B 03 04",
      found: offset + LOCAL_BYTES > dataEnd ? "the end of the data" : "other bytes",
    });
  }
  const start = offset + LOCAL_BYTES + u16At(bytes, offset + 26) + u16At(bytes, offset + 28);
  if (start + entry.packedBytes > dataEnd) {
    throw new PnmDecodeError("TRUNCATED", "the archive ends inside this member", {
      offset: Math.min(start, dataEnd),
      expected: `${entry.packedBytes} bytes`,
      found: `${Math.max(0, dataEnd - start)} bytes`,
    });
  }
  return start;
}

function whyUnsupported({ flags, method, packedBytes, bytes, offset }: ZipEntry): string | undefined {
  if (flags & (ENCRYPTED | MASKED)) return "the member is encrypted";
  if (packedBytes === 0xffffffff || bytes === 0xffffffff || offset >= 0xffffffff) {
    return "the member is in zip64 form";
  }
  if (method === 0 || method === 8) return undefined;
  return `the member is compressed by method ${method}${METHODS[method] ? ` (${METHODS[method]})` : ""}`;
}

/** Members that share bytes are how a small archive unpacks to a huge one. */
function overlapping(entry: ZipEntry, packedBytes: number, dataEnd: number): PnmDecodeError {
  return new PnmDecodeError("BAD_LENGTH", "members of the archive overlap", {
    offset: entry.entryOffset,
    expected: `at most ${dataEnd} packed bytes`,
    found: `${packedBytes} packed bytes`,
  });
}

async function unpackMember(
  bytes: Uint8Array,
  start: number,
  entry: ZipEntry,
  budget: Budget,
): Promise<Omit<ZipMember, "name">> {
  const end = start + entry.packedBytes;
  const anomalies: string[] = [];
  let unpacked: Uint8Array;
  if (entry.method === 0) {
    unpacked = stored(bytes.subarray(start, end), start, budget);
  } else {
    const inflated = await inflateInTurns(bytes, { start, end, likelyBytes: entry.bytes }, budget);
    if (inflated.end < end) anomalies.push(`${end - inflated.end} bytes after the packed data were not read`);
    unpacked = inflated.bytes;
  }
  if (unpacked.length !== entry.bytes) {
    throw new PnmDecodeError("BAD_LENGTH", "the member does not unpack to the length in the directory", {
      offset: entry.entryOffset + 24,
      expected: `${entry.bytes} bytes`,
      found: `${unpacked.length} bytes`,
    });
  }
  const crc = crc32(unpacked);
  if (crc !== entry.crc) throw badChecksum(crc, entry.crc, entry.entryOffset + 16);
  return { bytes: unpacked, anomalies, error: undefined };
}

/** Shares the archive's memory. */
function stored(bytes: Uint8Array, offset: number, budget: Budget): Uint8Array {
  if (bytes.length > budget.allowance()) {
    throw new PnmDecodeError("TOO_LARGE", "the data unpacks to more than is allowed", {
      offset,
      expected: `at most ${budget.allowance()} bytes`,
      found: `${bytes.length} bytes`,
    });
  }
  budget.spend(bytes.length);
  return bytes;
}
