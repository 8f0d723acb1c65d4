import { createHash } from "node:crypto";
import { readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Files of this name are sent over TFTP by checks; `ingest` leaves them alone. */
export const PROBE_PREFIX = "pnmlab-probe_";

/** Files of this name are written into the folder by a check; names that begin with a dot are not captures. */
export const WRITE_PROBE_PREFIX = ".pnmlab-write-";

/** No check needs its file for longer. */
const LEFT_OVER_AFTER_MS = 60_000;

/**
 * Name of the file that one kind of check sends. It is the same for each of its runs: where the folder
 * cannot be written, one empty file stays behind and not one per run. Two installations on one server
 * do not meet.
 */
export function probeName(installation: { dataDir: string; tftpDir: string }, check: string): string {
  const { dataDir, tftpDir } = installation;
  const nonce = createHash("sha256").update(`${dataDir}\n${tftpDir}`).digest("hex").slice(0, 12);
  return `${PROBE_PREFIX}${nonce}-${check}`;
}

/** Removes probe files that a check could not remove because its program ended; never throws. */
export async function sweepProbeFiles(folder: string, nowMs: number = Date.now()): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(PROBE_PREFIX) && !name.startsWith(WRITE_PROBE_PREFIX)) continue;
    const path = join(folder, name);
    try {
      if (nowMs - (await stat(path)).mtimeMs > LEFT_OVER_AFTER_MS) await unlink(path);
    } catch {
      // Gone meanwhile, or the folder cannot be written: then it is empty and stays.
    }
  }
}
