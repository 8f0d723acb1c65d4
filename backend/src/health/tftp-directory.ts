import { open, opendir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "@pnmlab/config";
import { withDeadline } from "@pnmlab/kit";
import { type CheckResult, degraded, failed, ok, type Probe } from "./check.ts";
import { checkDiskSpace, isDiskFull } from "./disk-space.ts";

/** A mount whose server is gone lets every call wait; longer than this is as good as not there. */
const DEADLINE_MS = 3000;

/** The folder of the TFTP server as the backend sees it: there, readable, writable where that is needed, not full. */
export function tftpDirectoryProbe(config: Pick<Config, "tftpDir" | "cleanup">): Probe {
  return {
    name: "tftpDirectory",
    everyMs: 5000,
    everyMsUnlessOk: 2000,
    run: async () => {
      try {
        return await withDeadline(look(config), DEADLINE_MS, `a look into ${config.tftpDir}`);
      } catch (error) {
        return failed(describe(error as NodeJS.ErrnoException, config.tftpDir));
      }
    },
  };
}

async function look({ tftpDir, cleanup }: Pick<Config, "tftpDir" | "cleanup">): Promise<CheckResult> {
  if (!(await stat(tftpDir)).isDirectory()) {
    return failed(
      `${tftpDir} is no folder: set PNMLAB_TFTP_DIR to the folder that the TFTP server writes into`,
    );
  }
  await (await opendir(tftpDir)).close();
  const isWritable = await canWrite(tftpDir);
  const space = await checkDiskSpace(tftpDir);
  if (space) return space;
  if (isWritable) return ok(`${tftpDir} can be read and written`);
  if (cleanup === "unlink") {
    return degraded(
      `${tftpDir} can be read but not written, so consumed files stay: give the backend write access, or set PNMLAB_CLEANUP=tftp`,
    );
  }
  return ok(`${tftpDir} can be read; it cannot be written, so consumed files are emptied over TFTP`);
}

/** Writes a file and removes it: what access rights promise, a mount may refuse. */
async function canWrite(folder: string): Promise<boolean> {
  // Names that begin with a dot are not captures.
  const path = join(folder, `.pnmlab-write-${process.pid}`);
  try {
    const file = await open(path, "w");
    try {
      await file.writeFile("x");
    } finally {
      await file.close();
      await unlink(path);
    }
    return true;
  } catch (error) {
    if (isDiskFull(error)) throw error;
    return false;
  }
}

function describe(error: NodeJS.ErrnoException, folder: string): string {
  if (isDiskFull(error)) return `the disk of ${folder} is full: free some space`;
  const { code = "" } = error;
  if (code === "ENOENT") {
    return `${folder} does not exist: create or mount it, or set PNMLAB_TFTP_DIR to the folder that the TFTP server writes into`;
  }
  if (code === "EACCES" || code === "EPERM") {
    return `${folder} cannot be read (${code}): give the user of the backend read access`;
  }
  if (code === "DEADLINE") return `${folder} does not answer: the mount hangs or its server is gone`;
  return `${folder} cannot be used: ${error.message}`;
}
