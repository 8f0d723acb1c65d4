import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { join } from "node:path";
import type { FileMark } from "./file-marks.ts";

/** A file's bytes with the size and time that it had when they were read. */
export interface FileContent extends FileMark {
  bytes: Uint8Array;
}

/** Captures stay far below; a larger file is not read into memory. */
export const MAX_CAPTURE_BYTES = 64 * 1024 * 1024;

/** Links are not followed out of the directory, and a pipe does not make us wait. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Size and time of a regular file; undefined where there is none. */
export async function statFile(directory: string, name: string): Promise<FileMark | undefined> {
  try {
    const stats = await lstat(join(directory, name));
    return stats.isFile() ? { sizeBytes: stats.size, modifiedAtMs: stats.mtimeMs } : undefined;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** The same at once, for a file that the kernel has just told about. */
export function statFileNow(directory: string, name: string): FileMark | undefined {
  const stats = lstatSync(`${directory}/${name}`, { throwIfNoEntry: false });
  return stats?.isFile() ? { sizeBytes: stats.size, modifiedAtMs: stats.mtimeMs } : undefined;
}

/**
 * At most `mark.sizeBytes` bytes of a file; undefined where it is gone. The size and time returned are those
 * after the read: where they are not those of `mark`, somebody has been writing meanwhile.
 */
export async function readFile(
  directory: string,
  name: string,
  mark: FileMark,
  maxBytes = mark.sizeBytes,
): Promise<FileContent | undefined> {
  try {
    await using handle = await open(join(directory, name), OPEN_FLAGS);
    const buffer = Buffer.allocUnsafeSlow(Math.min(mark.sizeBytes, maxBytes));
    let filled = 0;
    while (filled < buffer.length) {
      const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    const { size, mtimeMs } = await handle.stat();
    return { sizeBytes: size, modifiedAtMs: mtimeMs, bytes: buffer.subarray(0, filled) };
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/**
 * The same at once. Meant for small files that a kernel event has just announced: such events exist on
 * local file systems only, where the bytes still lie in the page cache and a read takes some ten
 * microseconds, a fraction of what a way through the thread pool and back costs.
 */
export function readFileNow(directory: string, name: string, mark: FileMark): FileContent | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(`${directory}/${name}`, OPEN_FLAGS);
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
  try {
    const buffer = Buffer.allocUnsafeSlow(mark.sizeBytes);
    let filled = 0;
    while (filled < buffer.length) {
      const bytesRead = readSync(descriptor, buffer, filled, buffer.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    const { size, mtimeMs } = fstatSync(descriptor);
    return { sizeBytes: size, modifiedAtMs: mtimeMs, bytes: buffer.subarray(0, filled) };
  } finally {
    closeSync(descriptor);
  }
}

/** Gone between two looks, or turned into something that is no file of ours. */
function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ELOOP" || code === "ENOTDIR";
}
