import { checkDiskSpace } from "../health/disk-space.ts";
import { checkDatabase } from "../health/storage.ts";
import type { TftpDirectoryLook } from "../health/tftp-directory.ts";
import { pass, type Verdict, worse } from "../health/verdict.ts";
import type { Storage } from "../storage/index.ts";
import { type CheckFamily, single } from "./family.ts";

export interface StorageChecksOptions {
  storage: Pick<Storage, "probe">;
  dataDir: string;
  lookIntoTftpDir: () => Promise<TftpDirectoryLook>;
}

export function storageChecks(options: StorageChecksOptions): CheckFamily[] {
  const { storage, dataDir } = options;
  return [
    single({ id: "storage.database", title: "The database works" }, () => checkDatabase(storage, dataDir)),
    single({ id: "storage.disk", title: "The disks have room" }, () => checkDisks(options)),
  ];
}

/** The worse of the two disks; whether the TFTP directory is there at all is `tftp.directory`'s to say. */
async function checkDisks({ dataDir, lookIntoTftpDir }: StorageChecksOptions): Promise<Verdict> {
  const [data, { space }] = await Promise.all([checkDiskSpace(dataDir), lookIntoTftpDir()]);
  if (space === undefined) return data;
  const verdict = worse(data, space);
  return verdict.status === "pass" ? pass(`${data.found}; ${space.found}`, data.expected) : verdict;
}
