import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { messageOf } from "@pnmlab/kit";

/** Room that is given back when the disk is full, so that the oldest readings can be removed at all. */
const RESERVE_BYTES = 256 * 1024;

/** A WAL that has grown is cut back to this. */
const WAL_BYTES = 4 * 1024 * 1024;

/** Fact that stands where the program before closed the outbox, and every number that it gave is known. */
export const CLEAN_END = "cleanEnd";

export interface OpenedFile {
  database: DatabaseSync;
  /** Why it is not the file that was asked for; undefined where it is. */
  trouble?: string;
}

/**
 * Opens the outbox at `path`. A file that is no database is set aside under another name, and where no
 * file can be had at all the outbox is kept in memory: an agent must poll also then.
 */
export function openOutboxFile(path: string): OpenedFile {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return { database: openDatabase(path) };
  } catch (error) {
    if (existsSync(path) && isNoDatabase(error)) {
      const aside = `${path}.damaged-${Date.now()}`;
      try {
        renameSync(path, aside);
        for (const suffix of ["-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
        return {
          database: openDatabase(path),
          trouble: `the outbox was damaged (${messageOf(error)}); it is set aside as ${aside}, readings in it are not delivered`,
        };
      } catch {
        // Neither can be had: in memory below.
      }
    }
    return {
      database: openDatabase(":memory:"),
      trouble: `readings are kept in memory alone and a restart loses them: ${path} cannot be used (${messageOf(error)}); set PNMLAB_AGENT_DATA_DIR to a folder that can be written`,
    };
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 500 });
  try {
    // NORMAL: a program that is killed loses nothing, a power cut at most what followed the last checkpoint.
    database.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA journal_size_limit = ${WAL_BYTES};
      CREATE TABLE IF NOT EXISTS outbox (sequence INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, body TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    `);
    const keep = database.prepare("INSERT OR IGNORE INTO facts (name, value) VALUES (?, ?)");
    // A new one has given no numbers yet.
    if (keep.run("outboxId", randomUUID()).changes > 0) keep.run(CLEAN_END, "1");
    // Goes through every page: one that is damaged is found now, and not in the middle of the work.
    database.prepare("SELECT SUM(LENGTH(body)) FROM outbox").get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLITE_FULL. */
export function isDiskFull(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 13;
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
function isNoDatabase(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode ?? 0;
  return (code & 0xff) === 11 || (code & 0xff) === 26;
}

/** Bytes beside the outbox that are given back when the disk is full. */
export class Reserve {
  readonly #path: string;

  constructor(path: string) {
    this.#path = `${path}.reserve`;
  }

  /** Takes the room where there is some; false where there is none. */
  take(): boolean {
    try {
      if (!existsSync(this.#path)) writeFileSync(this.#path, Buffer.alloc(RESERVE_BYTES));
      return true;
    } catch {
      this.release();
      return false;
    }
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }
}
