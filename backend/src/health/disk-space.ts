import { statfs } from "node:fs/promises";
import { type CheckResult, degraded, failed } from "./check.ts";

const GIB = 1024 ** 3;

/** Below either of these there is time left to act, but not much: a live session writes 1 GiB in about 30 min. */
const LOW_SHARE = 0.1;
const LOW_BYTES = GIB;

/** What is wrong with the room on the disk of `folder`; undefined where there is enough. */
export async function checkDiskSpace(folder: string): Promise<CheckResult | undefined> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (bavail === 0) return failed(`the disk of ${folder} is full: free some space`);
  if (bavail / blocks < LOW_SHARE || freeBytes < LOW_BYTES) {
    const percent = Math.round((bavail / blocks) * 100);
    return degraded(
      `the disk of ${folder} has ${(freeBytes / GIB).toFixed(1)} GiB (${percent} %) left: free some space`,
    );
  }
  return undefined;
}

/** Whether an error of the file system says that there is no room. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}
