import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, statSync } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { backup, DatabaseSync } from "node:sqlite";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import { databasePath } from "./database.ts";
import { type Migration, migrations } from "./migrations.ts";
import { pollingDatabasePath } from "./polling.ts";
import { pollingMigrations } from "./polling-migrations.ts";

/** How long a database that a running backend writes to may be locked, in milliseconds. */
const BUSY_TIMEOUT_MS = 5000;

/** A database of a data folder. */
export interface DatabaseKind {
  pathIn(dataDir: string): string;
  readonly steps: readonly Migration[];
}

/** Sessions, captures, agents, plans: everything but readings. */
export const mainDatabase: DatabaseKind = { pathIn: databasePath, steps: migrations };

/** What polling has read. */
export const readingsDatabase: DatabaseKind = { pathIn: pollingDatabasePath, steps: pollingMigrations };

/** As many pages as there are: a copy that is made in several steps begins anew at every write between them. */
const ALL_PAGES = 2 ** 31 - 1;

/** The newest schema step that this program knows. */
export function knownSchemaStep({ steps }: DatabaseKind = mainDatabase): number {
  return Math.max(...steps.map((step) => step.id));
}

/**
 * Writes the database of a data folder to `output` as it is at one moment, also while the backend
 * writes to it.
 *
 * @throws PnmLabError `SNAPSHOT_FAILED` where there is no database or the disk has no room for a copy.
 */
export async function writeSnapshot(
  dataDir: string,
  output: Writable,
  kind: DatabaseKind = mainDatabase,
): Promise<void> {
  const path = kind.pathIn(dataDir);
  const copy = `${path}.${randomUUID()}.part`;
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      await backup(database, copy, { rate: ALL_PAGES });
    } finally {
      database.close();
    }
    await pipeline(createReadStream(copy), output);
  } catch (error) {
    throw new PnmLabError("SNAPSHOT_FAILED", `no snapshot of ${path} could be made: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await rm(copy, { force: true });
  }
}

/**
 * Puts a snapshot in place of the database of a data folder, whose backend must not run. What is there
 * stays untouched until the snapshot has proved to be whole and of a schema that this program knows.
 *
 * @throws PnmLabError `SNAPSHOT_INVALID`, `STORAGE_NEWER`.
 */
export async function restoreSnapshot(
  dataDir: string,
  input: Readable,
  kind: DatabaseKind = mainDatabase,
): Promise<void> {
  const path = kind.pathIn(dataDir);
  const part = `${path}.${randomUUID()}.part`;
  await mkdir(dataDir, { recursive: true });
  try {
    await pipeline(input, createWriteStream(part, { mode: 0o644 }));
    const step = schemaStepOf(part, "the snapshot");
    if (step > knownSchemaStep(kind)) {
      throw new PnmLabError(
        "STORAGE_NEWER",
        `the snapshot is at schema step ${step}, this program knows ${knownSchemaStep(kind)}: restore it with the version that wrote it`,
      );
    }
    await sync(part);
    // The log of the old database would be replayed into the new one.
    for (const suffix of ["-wal", "-shm"]) await rm(`${path}${suffix}`, { force: true });
    await rename(part, path);
  } finally {
    for (const suffix of ["", "-wal", "-shm"]) await rm(`${part}${suffix}`, { force: true });
  }
}

/**
 * The schema step of a database file.
 *
 * @throws PnmLabError `SNAPSHOT_INVALID` where the file is no whole database of this product.
 */
function schemaStepOf(path: string, what: string): number {
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      const { quick_check: verdict } = database.prepare("PRAGMA quick_check").get() as {
        quick_check: string;
      };
      if (verdict !== "ok") throw new Error(verdict);
      const { newest } = database.prepare("SELECT MAX(id) AS newest FROM migrations").get() as {
        newest: number | null;
      };
      return newest ?? 0;
    } finally {
      database.close();
    }
  } catch (error) {
    throw new PnmLabError("SNAPSHOT_INVALID", `${what} is no whole database: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * The schema step of the database of a data folder; 0 where there is none yet.
 *
 * @throws PnmLabError `SNAPSHOT_INVALID` where there is one that cannot be read: it must not count as none.
 */
export function schemaStepIn(dataDir: string, kind: DatabaseKind = mainDatabase): number {
  const path = kind.pathIn(dataDir);
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0 ? schemaStepOf(path, path) : 0;
}
