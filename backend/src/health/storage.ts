import { messageOf } from "@pnmlab/kit";
import type { Storage } from "../storage/index.ts";
import { failed, ok, type Probe } from "./check.ts";
import { checkDiskSpace } from "./disk-space.ts";

/** The database takes a row and gives it back, and its disk has room. */
export function storageProbe(storage: Storage, dataDir: string): Probe {
  return {
    name: "storage",
    everyMs: 5000,
    everyMsUnlessOk: 2000,
    run: async () => {
      try {
        storage.probe();
        return (await checkDiskSpace(dataDir)) ?? ok(`the database in ${dataDir} can be read and written`);
      } catch (error) {
        return failed(`the database in ${dataDir} cannot be used: ${messageOf(error)}`);
      }
    },
  };
}
