import { messageOf } from "@pnmlab/kit";
import type { Storage } from "../storage/index.ts";
import type { Probe } from "./check.ts";
import { checkDiskSpace } from "./disk-space.ts";
import { fail, pass, resultOf, type Verdict, worse } from "./verdict.ts";

/** The database takes a row and gives it back, and its disk has room. */
export function storageProbe(storage: Pick<Storage, "probe">, dataDir: string): Probe {
  return {
    name: "storage",
    everyMs: 5000,
    everyMsUnlessOk: 2000,
    run: async () => {
      const database = checkDatabase(storage, dataDir);
      return resultOf(database.status === "fail" ? database : worse(database, await checkDiskSpace(dataDir)));
    },
  };
}

/** Whether the database takes a row and gives it back. */
export function checkDatabase(storage: Pick<Storage, "probe">, dataDir: string): Verdict {
  const expected = "a row can be written and read back";
  try {
    storage.probe();
    return pass(`the database in ${dataDir} can be read and written`, expected);
  } catch (error) {
    return fail(
      `the database in ${dataDir} cannot be used (${messageOf(error)})`,
      expected,
      "check the disk and the rights of the backend's user on PNMLAB_DATA_DIR, or restore a backup",
    );
  }
}
