// gzip (RFC 1952).
//
//   offset  size  field
//   0       2     1F 8B
//   2       1     compression method, 8 is DEFLATE
//   3       1     flags: 1 text, 2 header CRC-16, 4 extra field, 8 file name, 16 comment
//   4       6     time, extra flags, system
//   10            extra field (u16 length first), name and comment (NUL at the end), header CRC-16
//                 DEFLATE stream, u32 CRC-32, u32 length modulo 2^32
//
// Members may follow one another. One without a name, or with the name of the one before it, continues it, as
// block-wise compressors write; one with another name is a file of its own, as `cat a.gz b.gz` makes them.

import { PnmDecodeError } from "../errors.ts";
import { crc32 } from "./crc32.ts";
import { nameAt, u16At, u32At } from "./little-endian.ts";
import { type Budget, badChecksum, inflateInTurns } from "./unpack.ts";

export interface GzipFile {
  /** From the header; undefined where it has none. */
  name: string | undefined;
  bytes: Uint8Array;
  anomalies: string[];
  /** Why this file could not be unpacked; `bytes` is then empty. */
  error: PnmDecodeError | undefined;
}

export function isGzip(bytes: Uint8Array, offset = 0): boolean {
  return bytes[offset] === 0x1f && bytes[offset + 1] === 0x8b;
}

/** Unpacks every member. What is damaged ends the search: where the next would begin is then not known. */
export async function unpackGzip(
  bytes: Uint8Array,
  budget: Budget,
  maximumFiles: number,
): Promise<GzipFile[]> {
  const files: GzipFile[] = [];
  let parts: Uint8Array[] = [];
  let partsBytes = 0;
  let name: string | undefined;
  const close = (error?: PnmDecodeError) => {
    files.push({ name, bytes: error === undefined ? join(parts) : new Uint8Array(), anomalies: [], error });
    parts = [];
    partsBytes = 0;
  };
  let offset = 0;
  while (isGzip(bytes, offset)) {
    try {
      const header = readHeader(bytes, offset);
      if (offset > 0 && header.name !== undefined && header.name !== name) {
        close();
        if (files.length >= maximumFiles) throw tooManyFiles(maximumFiles, offset);
      }
      name = header.name ?? name;
      const member = await unpackMember(bytes, header.end, budget, partsBytes);
      parts.push(member.bytes);
      partsBytes += member.bytes.length;
      offset = member.end;
    } catch (error) {
      if (!(error instanceof PnmDecodeError)) throw error;
      close(error);
      return files;
    }
  }
  close();
  if (offset < bytes.length) {
    files.at(-1)!.anomalies.push(`${bytes.length - offset} bytes after the gzip data were not read`);
  }
  return files;
}

function tooManyFiles(maximumFiles: number, offset: number): PnmDecodeError {
  return new PnmDecodeError("TOO_LARGE", "the gzip data holds more files than are allowed", {
    offset,
    expected: `at most ${maximumFiles} files`,
    found: "more",
  });
}

function readHeader(bytes: Uint8Array, start: number): { name: string | undefined; end: number } {
  if (start + 10 > bytes.length) throw truncated(bytes, "inside the gzip header");
  const [method, flags] = [bytes[start + 2]!, bytes[start + 3]!];
  if (method !== 8) {
    throw new PnmDecodeError("UNSUPPORTED", `gzip compression method ${method} is not known`, {
      offset: start + 2,
      expected: "8",
      found: `${method}`,
    });
  }
  if ((flags & 0xe0) !== 0) {
    throw new PnmDecodeError("BAD_VALUE", "reserved gzip flags are set", {
      offset: start + 3,
      expected: "bits 5 to 7 clear",
      found: flags.toString(2).padStart(8, "0"),
    });
  }
  let end = start + 10;
  if (flags & 4) {
    if (end + 2 > bytes.length) throw truncated(bytes, "inside the gzip header");
    end += 2 + u16At(bytes, end);
  }
  const nameStart = end;
  if (flags & 8) end = afterNul(bytes, end);
  const name = flags & 8 ? nameAt(bytes, nameStart, end - 1 - nameStart) : undefined;
  if (flags & 16) end = afterNul(bytes, end);
  if (flags & 2) end += 2;
  if (end > bytes.length) throw truncated(bytes, "inside the gzip header");
  return { name, end };
}

function afterNul(bytes: Uint8Array, offset: number): number {
  const nul = bytes.indexOf(0, offset);
  if (nul < 0) throw truncated(bytes, "inside the gzip header");
  return nul + 1;
}

async function unpackMember(
  bytes: Uint8Array,
  start: number,
  budget: Budget,
  bytesSoFar: number,
): Promise<{ bytes: Uint8Array; end: number }> {
  // The file's last field is right for a lone member, which is the usual case; not trusted for one of many.
  const likelyBytes = bytesSoFar === 0 ? u32At(bytes, bytes.length - 4) : 0;
  const member = await inflateInTurns(bytes, { start, end: bytes.length, likelyBytes }, budget, bytesSoFar);
  if (member.end + 8 > bytes.length) throw truncated(bytes, "inside the check sum of the gzip data");
  const crc = crc32(member.bytes);
  const storedCrc = u32At(bytes, member.end);
  if (crc !== storedCrc) throw badChecksum(crc, storedCrc, member.end);
  const storedLength = u32At(bytes, member.end + 4);
  if (storedLength !== member.bytes.length) {
    throw new PnmDecodeError("BAD_LENGTH", "the gzip data does not unpack to the length stored with it", {
      offset: member.end + 4,
      expected: `${storedLength} bytes`,
      found: `${member.bytes.length} bytes`,
    });
  }
  return { bytes: member.bytes, end: member.end + 8 };
}

function truncated(bytes: Uint8Array, where: string): PnmDecodeError {
  return new PnmDecodeError("TRUNCATED", `the file ends ${where}`, {
    offset: bytes.length,
    expected: "more bytes",
    found: "the end",
  });
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
