import { statfs } from "node:fs/promises";
import { fail, pass, type Verdict, warn } from "./verdict.ts";

const GIB = 1024 ** 3;

/** Below either of these there is time left to act, but not much: a live session writes 1 GiB in about 30 min. */
const LOW_SHARE = 0.1;
const LOW_BYTES = GIB;

const EXPECTED = `at least ${LOW_SHARE * 100} % and ${gibText(LOW_BYTES)} free`;
const FIX = "free some space";

/** How much room the disk of `folder` has. */
export async function checkDiskSpace(folder: string): Promise<Verdict> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  if (bavail === 0) return diskFull(folder);
  const left = `the disk of ${folder} has ${gibText(freeBytes)} (${Math.round((bavail / blocks) * 100)} %) left`;
  return bavail / blocks < LOW_SHARE || freeBytes < LOW_BYTES
    ? warn(left, EXPECTED, FIX)
    : pass(left, EXPECTED);
}

/** Free room of the disk of `folder` for this program. */
export async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

export function diskFull(folder: string): Verdict {
  return fail(`the disk of ${folder} is full`, EXPECTED, FIX);
}

/** Whether an error of the file system says that there is no room. */
export function isDiskFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "");
}

function gibText(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
