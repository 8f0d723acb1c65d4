import { join } from "node:path";
import { openDatabase } from "./database.ts";
import { createPollPlanStore, type PollPlanStore } from "./poll-plans.ts";
import { pollingMigrations } from "./polling-migrations.ts";
import { createSeriesStore, type SeriesStore } from "./series.ts";

/** Plans of polling and what was read by them. */
export interface PollingStorage extends Disposable {
  readonly plans: PollPlanStore;
  readonly series: SeriesStore;
}

/**
 * Opens the polling database of a data folder.
 *
 * @throws PnmLabError `STORAGE_UNAVAILABLE` or `STORAGE_NEWER`.
 */
export function openPollingStorage(dataDir: string): PollingStorage {
  const database = openDatabase(join(dataDir, "polling.db"), pollingMigrations);
  return {
    plans: createPollPlanStore(database),
    series: createSeriesStore(database),
    [Symbol.dispose]: () => {
      if (database.isOpen) database.close();
    },
  };
}
