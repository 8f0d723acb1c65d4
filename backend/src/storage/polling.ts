import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { isPnmLabError } from "@pnmlab/kit";
import type { PollPlan } from "@pnmlab/protocol";
import { openDatabase } from "./database.ts";
import type { PollPlanStore } from "./poll-plans.ts";
import { pollingMigrations } from "./polling-migrations.ts";
import { createSeriesStore, type SeriesStore } from "./series.ts";

/** What was read by polling plans. */
export interface PollingStorage extends Disposable {
  readonly series: SeriesStore;
  /** File to which the readings of a newer version were moved, where there were such. */
  readonly setAside: string | undefined;
}

/** The file of a data folder that holds readings. */
export function pollingDatabasePath(dataDir: string): string {
  return join(dataDir, "polling.db");
}

/**
 * Opens the readings of a data folder. Readings of a newer version, which a rollback leaves behind, do not
 * keep this one from its work: they are set aside whole, and new ones begin. Plans that an earlier version
 * kept in this file go into `plans`, once.
 *
 * @throws PnmLabError `STORAGE_UNAVAILABLE`.
 */
export function openPollingStorage(dataDir: string, plans: PollPlanStore): PollingStorage {
  const path = pollingDatabasePath(dataDir);
  let database: DatabaseSync;
  let setAside: string | undefined;
  try {
    database = openDatabase(path, pollingMigrations);
  } catch (error) {
    if (!isPnmLabError(error, "STORAGE_NEWER")) throw error;
    setAside = moveAside(path);
    database = openDatabase(path, pollingMigrations);
  }
  plans.adopt(() =>
    database
      .prepare("SELECT document FROM poll_plans")
      .all()
      .map((row) => JSON.parse(String(row.document)) as PollPlan),
  );
  return {
    series: createSeriesStore(database),
    setAside,
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close();
    },
  };
}

/** Nobody has the file open: closing it has brought its log into it. */
function moveAside(path: string): string {
  const aside = `${path}.newer-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
  renameSync(path, aside);
  for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
  return aside;
}
