/** Files of the health check, which writes and removes them itself. */
import { PROBE_PREFIX } from "../health/probe-files.ts";

/** Longest path below the TFTP directory that is taken in. */
const MAX_PATH_BYTES = 1024;

/** Whether a path below the TFTP directory can be a capture's: no hidden, unfinished or probe file. */
export function isCaptureName(name: string): boolean {
  const base = baseNameOf(name);
  return !base.startsWith(".") && !base.endsWith(".part") && !base.startsWith(PROBE_PREFIX);
}

/** The last part of a path below the TFTP directory. */
export function baseNameOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The folder part of a path below the TFTP directory, empty for a file right in it. */
export function folderOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

export function inFolder(folder: string, base: string): string {
  return folder === "" ? base : `${folder}/${base}`;
}

/** Whether a path stays below the directory it is joined to, in every spelling. */
export function isPathBelow(name: string): boolean {
  if (Buffer.byteLength(name) > MAX_PATH_BYTES || /[\\\p{Cc}]/u.test(name)) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
