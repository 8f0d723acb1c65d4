import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PnmLabError } from "@pnmlab/kit";

/** What runs, for scripts: written to `lab.json` in the data directory while a lab is up. */
export interface LabFile {
  pid: number;
  url: string;
  programs: Record<string, number>;
}

function labFilePath(dataDir: string): string {
  return join(dataDir, "lab.json");
}

/**
 * Makes sure that no other lab uses this data directory.
 *
 * @throws PnmLabError `LAB_RUNNING` naming its process and address.
 */
export function claimDataDir(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true });
  const running = readLabFile(dataDir);
  if (running && running.pid !== process.pid && isAlive(running.pid)) {
    throw new PnmLabError(
      "LAB_RUNNING",
      `a lab already runs with the data directory ${dataDir}: ${running.url} (process ${running.pid}); stop it, or set PNMLAB_DATA_DIR to another folder`,
    );
  }
}

export function readLabFile(dataDir: string): LabFile | undefined {
  try {
    return JSON.parse(readFileSync(labFilePath(dataDir), "utf8")) as LabFile;
  } catch {
    return undefined;
  }
}

export function writeLabFile(dataDir: string, file: LabFile): void {
  writeFileSync(labFilePath(dataDir), `${JSON.stringify(file, null, 2)}\n`);
}

export function removeLabFile(dataDir: string): void {
  rmSync(labFilePath(dataDir), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
