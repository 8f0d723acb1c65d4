import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import { type Migration, migrations } from "./migrations.ts";

/** How long a statement waits for another process that holds the database, in milliseconds; the event loop waits with it. */
const BUSY_TIMEOUT_MS = 500;

/** The database file of a data folder. */
export function databasePath(dataDir: string): string {
  return join(dataDir, "pnmlab.db");
}

/**
 * Opens the database file, makes it where it is absent, and brings its schema up to date.
 *
 * @throws PnmLabError `STORAGE_UNAVAILABLE` where it cannot be opened or written, `STORAGE_NEWER` where
 *   a later version of the program has changed its schema.
 */
export function openDatabase(path: string, steps: readonly Migration[] = migrations): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    // WAL lets readers work beside the writer; NORMAL syncs at checkpoints, which a power cut may roll
    // back to but which cannot corrupt.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
    migrate(database, path, steps);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof PnmLabError) throw error;
    throw new PnmLabError("STORAGE_UNAVAILABLE", `database ${path} cannot be used: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function migrate(database: DatabaseSync, path: string, steps: readonly Migration[]): void {
  database.exec(
    "CREATE TABLE IF NOT EXISTS migrations (id INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)",
  );
  const { newest } = database.prepare("SELECT COALESCE(MAX(id), 0) AS newest FROM migrations").get() as {
    newest: number;
  };
  const known = Math.max(0, ...steps.map((step) => step.id));
  if (newest > known) {
    throw new PnmLabError(
      "STORAGE_NEWER",
      `database ${path} is at schema step ${newest}, this program knows ${known}: start the version that wrote it, or restore a backup`,
    );
  }
  for (const step of steps.filter((candidate) => candidate.id > newest)) {
    transaction(database, () => {
      for (const statement of step.statements) database.exec(statement);
      database
        .prepare("INSERT INTO migrations (id, name, applied_at) VALUES (?, ?, ?)")
        .run(step.id, step.name, new Date().toISOString());
    });
  }
}

/** Runs `work` so that all of its statements are stored, or none. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
