import type { DatabaseSync } from "node:sqlite";
import type { ConsumedFileStore } from "../contracts.ts";

/** How far kept capture files are consumed, in the database. */
export function createConsumedFileStore(database: DatabaseSync): ConsumedFileStore {
  const list = database.prepare("SELECT base_name, newest_file_name FROM consumed_files");
  const save = database.prepare(
    `INSERT INTO consumed_files (base_name, newest_file_name) VALUES (?, ?)
     ON CONFLICT (base_name) DO UPDATE SET newest_file_name = excluded.newest_file_name`,
  );
  return {
    list: () => {
      const rows = list.all() as unknown as { base_name: string; newest_file_name: string }[];
      return new Map(rows.map((row) => [row.base_name, row.newest_file_name]));
    },
    save: (baseName, newestFileName) => void save.run(baseName, newestFileName),
  };
}
