import { randomUUID } from "node:crypto";
import { open, opendir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "@pnmlab/config";
import { withDeadline } from "@pnmlab/kit";
import type { StorageTrouble } from "../contracts.ts";
import type { Probe } from "./check.ts";
import { checkDiskSpace, diskFull, isDiskFull } from "./disk-space.ts";
import { isOnMount } from "./mounts.ts";
import { WRITE_PROBE_PREFIX } from "./probe-files.ts";
import { fail, pass, resultOf, type Verdict, warn, worse } from "./verdict.ts";

/** A mount whose server is gone lets every call wait; longer than this is as good as not there. */
const DEADLINE_MS = 3000;

export type TftpDirectoryOptions = Pick<Config, "tftpDir" | "cleanup">;

/** What this program can do with the folder. */
export interface TftpDirectoryLook {
  verdict: Verdict;
  isWritable: boolean;
  /** The room on its disk; undefined where the folder cannot be looked into. */
  space: Verdict | undefined;
}

const EXPECTED = "a folder that the backend can read and write, the one that the TFTP server writes into";

/** The folder of the TFTP server as the backend sees it: there, readable, writable where that is needed, not full. */
export function tftpDirectoryProbe(options: TftpDirectoryOptions): Probe {
  return {
    name: "tftpDirectory",
    everyMs: 5000,
    everyMsUnlessOk: 2000,
    run: async () => {
      const { verdict, space } = await lookIntoTftpDirectory(options);
      return resultOf(verdict.status === "pass" && space ? worse(verdict, space) : verdict);
    },
  };
}

/** Looks at the folder and writes a file into it; takes at most 3 s, and never throws. */
export async function lookIntoTftpDirectory(options: TftpDirectoryOptions): Promise<TftpDirectoryLook> {
  const { tftpDir } = options;
  try {
    return await withDeadline(look(options), DEADLINE_MS, `a look into ${tftpDir}`);
  } catch (error) {
    const [found, fix] = describe(error as NodeJS.ErrnoException, tftpDir);
    return { verdict: fail(found, EXPECTED, fix), isWritable: false, space: undefined };
  }
}

/** Why files may not come into the folder, where anything shows it; takes at most 3 s, and never throws. */
export async function findTftpDirectoryTrouble(
  options: TftpDirectoryOptions,
): Promise<StorageTrouble | undefined> {
  const { verdict, space } = await lookIntoTftpDirectory(options);
  const isReadable = space !== undefined;
  if (verdict.status !== "pass") return { found: verdict.found, fix: verdict.fix, isReadable };
  return space?.status === "fail" ? { found: space.found, fix: space.fix, isReadable } : undefined;
}

async function look({ tftpDir, cleanup }: TftpDirectoryOptions): Promise<TftpDirectoryLook> {
  if (!(await stat(tftpDir)).isDirectory()) {
    const fix = "set PNMLAB_TFTP_DIR to the folder that the TFTP server writes into";
    return { verdict: fail(`${tftpDir} is no folder`, EXPECTED, fix), isWritable: false, space: undefined };
  }
  await (await opendir(tftpDir)).close();
  const write = await tryToWrite(tftpDir);
  const isMount = write !== "read-only" || (await isOnMount(tftpDir));
  return {
    verdict: judgeWrite(tftpDir, cleanup, write, isMount),
    isWritable: write === "written" || write === "full",
    space: write === "full" ? diskFull(tftpDir) : await checkDiskSpace(tftpDir),
  };
}

type WriteOutcome = "written" | "full" | "refused" | "read-only";

/**
 * A folder that can be read alone is of use where files are cleaned up over TFTP. One on the read-only root
 * file system of a container is of none: no program can bring a file into it.
 */
export function judgeWrite(
  tftpDir: string,
  cleanup: Config["cleanup"],
  write: WriteOutcome,
  isMount: boolean,
): Verdict {
  if (write === "written" || write === "full") return pass(`${tftpDir} can be read and written`, EXPECTED);
  if (write === "read-only" && !isMount) {
    return fail(
      `${tftpDir} is no mount: nothing that the TFTP server stores can arrive in it`,
      `the folder of the TFTP server mounted at ${tftpDir}`,
      `mount the volume of the TFTP server at ${tftpDir}, as the compose files do`,
    );
  }
  if (cleanup === "unlink") {
    return warn(
      `${tftpDir} can be read but not written, so consumed files stay`,
      EXPECTED,
      "give the backend write access, or set PNMLAB_CLEANUP=tftp",
    );
  }
  return pass(
    `${tftpDir} can be read; it cannot be written, so consumed files are emptied over TFTP`,
    EXPECTED,
  );
}

/** Writes a file and removes it: what access rights promise, a mount may refuse. */
async function tryToWrite(folder: string): Promise<WriteOutcome> {
  const path = join(folder, `${WRITE_PROBE_PREFIX}${randomUUID()}`);
  try {
    const file = await open(path, "w");
    try {
      await file.writeFile("x");
    } finally {
      await file.close();
      await unlink(path);
    }
    return "written";
  } catch (error) {
    if (isDiskFull(error)) return "full";
    return (error as NodeJS.ErrnoException).code === "EROFS" ? "read-only" : "refused";
  }
}

function describe(error: NodeJS.ErrnoException, folder: string): [found: string, fix: string] {
  const { code = "" } = error;
  if (code === "ENOENT") {
    return [
      `${folder} does not exist`,
      "create or mount it, or set PNMLAB_TFTP_DIR to the folder that the TFTP server writes into",
    ];
  }
  if (code === "EACCES" || code === "EPERM") {
    return [`${folder} cannot be read (${code})`, "give the user of the backend read access"];
  }
  if (code === "DEADLINE") return [`${folder} does not answer`, "the mount hangs or its server is gone"];
  return [`${folder} cannot be used (${error.message})`, "check PNMLAB_TFTP_DIR and what is mounted there"];
}
