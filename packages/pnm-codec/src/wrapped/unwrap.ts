import { PnmDecodeError } from "../errors.ts";
import { isGzip, unpackGzip } from "./gzip.ts";
import { Budget } from "./unpack.ts";
import { isZip, unpackZip, type ZipMember } from "./zip.ts";

export type Wrapper = "gzip" | "zip";

export interface UnwrapOptions {
  /** Name of the wrapped file; names and paths of the members follow from it. */
  fileName?: string | undefined;
  /** Most bytes one member may unpack to; 64 MiB unless given. */
  maximumMemberBytes?: number | undefined;
  /** Most bytes all members together may unpack to; 256 MiB unless given. */
  maximumBytes?: number | undefined;
  /** Most members; 10 000 unless given. */
  maximumMembers?: number | undefined;
}

interface UnwrappedIdentity {
  /** The member's own name, folders included; without any, the wrapped file's name without `.gz`. */
  fileName: string | undefined;
  /** How to find it, from the outermost file in: `archive.zip!folder/capture.bin.gz!capture.bin`. */
  path: string;
}

/** One file out of a wrapper, or why it could not be had. */
export type UnwrappedFile = UnwrappedIdentity &
  (
    | {
        ok: true;
        /** Shares memory with the wrapped bytes where they were stored uncompressed. */
        bytes: Uint8Array;
        /** What is odd about the wrapper although it can be unpacked. */
        anomalies: string[];
      }
    | { ok: false; error: PnmDecodeError }
  );

const MEBIBYTE = 1024 * 1024;

/** Which wrapper the bytes begin with, undefined for none. */
export function wrapperOf(bytes: Uint8Array): Wrapper | undefined {
  if (isGzip(bytes)) return "gzip";
  return isZip(bytes) ? "zip" : undefined;
}

/**
 * The files in gzip data (RFC 1952, members in a row included) or a zip archive (stored and deflated members;
 * folders and macOS bookkeeping left out), gzip within zip unpacked too. Bytes with neither wrapper are their
 * own only file. Never throws for what the bytes hold: what cannot be unpacked is an entry with its reason,
 * the other members are there. Work is bounded by the limits; it lets other tasks go on in between.
 */
export async function unwrap(bytes: Uint8Array, options: UnwrapOptions = {}): Promise<UnwrappedFile[]> {
  const { fileName } = options;
  const wrapper = wrapperOf(bytes);
  if (wrapper === undefined) return [{ ok: true, fileName, path: fileName ?? "", bytes, anomalies: [] }];
  const maximumMembers = options.maximumMembers ?? 10_000;
  const budget = new Budget(
    options.maximumMemberBytes ?? 64 * MEBIBYTE,
    options.maximumBytes ?? 256 * MEBIBYTE,
  );
  if (wrapper === "gzip") return await gzipFiles(bytes, fileName, fileName ?? "", budget, maximumMembers);
  const files: UnwrappedFile[] = [];
  for (const member of await unpackZip(bytes, budget, maximumMembers)) {
    const path = pathTo(fileName ?? "", member.name);
    if (member.error === undefined && isGzip(member.bytes) && files.length < maximumMembers) {
      const limit = maximumMembers - files.length;
      files.push(...(await gzipFiles(member.bytes, member.name, path, budget, limit)));
    } else files.push(toFile(member, member.name, path));
  }
  return files;
}

async function gzipFiles(
  bytes: Uint8Array,
  fileName: string | undefined,
  path: string,
  budget: Budget,
  maximumFiles: number,
): Promise<UnwrappedFile[]> {
  const files = await unpackGzip(bytes, budget, maximumFiles);
  return files.map((file) => {
    const name = file.name ?? fileName?.replace(/\.gz(ip)?$/i, "");
    return toFile(file, name, pathTo(path, name?.split(/[/\\]/).at(-1)));
  });
}

function pathTo(outer: string, name: string | undefined): string {
  return [outer, name].filter((part) => part !== undefined && part !== "").join("!");
}

function toFile(member: ZipMember, fileName: string | undefined, path: string): UnwrappedFile {
  const { bytes, anomalies } = member;
  const error = member.error ?? nestedError(bytes);
  return error === undefined
    ? { ok: true, fileName, path, bytes, anomalies }
    : { ok: false, fileName, path, error };
}

/** Only gzip within zip is unpacked: deeper nesting is how archives grow without end. */
function nestedError(bytes: Uint8Array): PnmDecodeError | undefined {
  const inner = wrapperOf(bytes);
  if (inner === undefined) return undefined;
  return new PnmDecodeError(
    "UNSUPPORTED",
    `${inner} data within packed data is not unpacked; unpack it first`,
    {
      offset: 0,
      expected: "a capture file",
      found: inner,
    },
  );
}
