import type { DatabaseSync, StatementSync } from "node:sqlite";
import { messageOf } from "@pnmlab/kit";
import type { PollReading } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { CLEAN_END, isDiskFull, openOutboxFile, Reserve } from "./outbox-file.ts";

export interface OutboxOptions {
  /** The database file; its folder is made where it is absent. */
  path: string;
  /** Readings take at most this many bytes; the oldest go first. */
  maxBytes: number;
  /** Readings that are older go at the next clean-up. */
  keepMs: number;
  log: AgentLog;
  /** Pages of the file at most, for tests of a full disk. */
  maxPages?: number;
}

/** A reading that waits; `body` is its JSON. */
export interface QueuedReading {
  sequence: number;
  atMs: number;
  body: string;
}

export interface OutboxState {
  queued: number;
  oldestAtMs: number | null;
  sizeBytes: number;
  dropped: number;
  trouble: string | null;
}

/** What a row takes beside its body: row id, time, cell header and its share of the page. */
const ROW_BYTES = 32;

/** Readings that are written in one transaction at most. */
const COMMIT_ROWS = 100;

/** Readings that are kept in memory at most while they cannot be written. */
const MAX_IN_MEMORY = 20_000;

/** Share of what is stored that makes room where the disk is full. */
const FULL_DISK_SHARE = 0.1;

/**
 * Readings in the order in which they were taken, on disk until they are acknowledged. What has been
 * taken in a turn of the event loop is written at its end, in one transaction. Nothing here throws for
 * want of disk: what cannot be written waits in memory, and the oldest readings go first, counted.
 */
export class Outbox implements Disposable {
  readonly id: string;
  readonly #options: OutboxOptions;
  readonly #database: DatabaseSync;
  readonly #reserve: Reserve | undefined;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #delete: StatementSync;
  readonly #setFact: StatementSync;
  #nextSequence: number;
  /** Everything up to here is delivered or given up. */
  #doneUpTo: number;
  #rows: number;
  #bytes: number;
  #dropped: number;
  /** Taken and not written yet. */
  #pending: QueuedReading[] = [];
  #commit: NodeJS.Immediate | undefined;
  #openTrouble: string | null;
  #writeTrouble: string | null = null;
  #readTrouble: string | null = null;

  constructor(options: OutboxOptions) {
    this.#options = options;
    const { database, trouble } = openOutboxFile(options.path);
    this.#database = database;
    this.#openTrouble = trouble ?? null;
    if (trouble) options.log.warn({}, trouble);
    if (options.maxPages) database.exec(`PRAGMA max_page_count = ${options.maxPages}`);
    const inFile = database.location() !== null;
    this.#reserve = inFile ? new Reserve(options.path) : undefined;
    this.#reserve?.take();
    this.#insert = database.prepare("INSERT INTO outbox (sequence, at_ms, body) VALUES (?, ?, ?)");
    this.#select = database.prepare(
      "SELECT sequence, at_ms, body FROM outbox WHERE sequence > ? ORDER BY sequence LIMIT ?",
    );
    this.#delete = database.prepare("DELETE FROM outbox WHERE sequence <= ?");
    this.#setFact = database.prepare(
      "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    );
    const { rows, bytes, newest } = database
      .prepare(
        `SELECT COUNT(*) AS rows, COALESCE(SUM(LENGTH(body)), 0) AS bytes, COALESCE(MAX(sequence), 0) AS newest FROM outbox`,
      )
      .get() as { rows: number; bytes: number; newest: number };
    this.#rows = rows;
    this.#bytes = bytes + rows * ROW_BYTES;
    this.id = this.fact("outboxId")!;
    this.#doneUpTo = Number(this.fact("doneUpTo") ?? 0);
    this.#dropped = Number(this.fact("dropped") ?? 0);
    this.#nextSequence = Math.max(newest, this.#doneUpTo, this.#numbersBefore()) + 1;
  }

  get state(): OutboxState {
    const [oldest] = this.take(1);
    return {
      queued: this.#rows + this.#pending.length,
      oldestAtMs: oldest?.atMs ?? null,
      sizeBytes: this.#bytes,
      dropped: this.#dropped,
      trouble: this.#readTrouble ?? this.#writeTrouble ?? this.#openTrouble,
    };
  }

  /** A text that is kept beside the readings, such as the plans. */
  fact(name: string): string | undefined {
    const row = this.#database.prepare("SELECT value FROM facts WHERE name = ?").get(name);
    return row ? String(row.value) : undefined;
  }

  /** Keeps a text; false, with a line in the log, where it could not be written. */
  keepFact(name: string, value: string): boolean {
    try {
      this.#setFact.run(name, value);
      return true;
    } catch (error) {
      this.#options.log.warn({ name }, `${name} could not be kept on disk: ${messageOf(error)}`);
      return false;
    }
  }

  /** Takes a reading; it is on disk when this turn of the event loop ends. */
  append(reading: PollReading): void {
    const sequence = this.#nextSequence;
    this.#nextSequence += 1;
    this.#pending.push({ sequence, atMs: Math.round(reading.atMs), body: JSON.stringify(reading) });
    // While there is trouble, the next clean-up or poll check tries again.
    if (this.#writeTrouble) this.#boundPending();
    else if (this.#pending.length >= COMMIT_ROWS) this.flush();
    else this.#commit ??= setImmediate(() => this.flush());
  }

  /** Writes what has been taken. */
  flush(): void {
    clearImmediate(this.#commit);
    this.#commit = undefined;
    if (this.#pending.length === 0) return;
    try {
      this.#write();
    } catch (error) {
      this.#makeRoom(error);
    }
    if (this.#bytes <= this.#options.maxBytes) return;
    try {
      this.#dropDownTo(this.#options.maxBytes * 0.99);
    } catch (error) {
      this.#options.log.warn({}, `the outbox could not be made smaller: ${messageOf(error)}`);
    }
  }

  /** The oldest readings, in order; none where the file cannot be read, for those in memory come after its own. */
  take(limit: number): QueuedReading[] {
    let stored: QueuedReading[];
    try {
      stored = this.#select.all(this.#doneUpTo, limit).map((row) => ({
        sequence: Number(row.sequence),
        atMs: Number(row.at_ms),
        body: String(row.body),
      }));
      this.#readTrouble = null;
    } catch (error) {
      const trouble = `the outbox cannot be read, and nothing is delivered: ${messageOf(error)}; start the agent anew`;
      if (!this.#readTrouble) this.#options.log.error({}, trouble);
      this.#readTrouble = trouble;
      return [];
    }
    return stored.length < limit ? [...stored, ...this.#pending.slice(0, limit - stored.length)] : stored;
  }

  /** Removes what has been delivered. */
  acknowledge(upTo: number): void {
    if (upTo <= this.#doneUpTo || upTo >= this.#nextSequence) return;
    this.#remove(upTo);
    // Also where the rows could not be removed: they must not be delivered again.
    this.#doneUpTo = upTo;
    this.#pending = this.#pending.filter(({ sequence }) => sequence > upTo);
  }

  /** Gives up what is too old, and room on the disk that is not needed any more. Retries what could not be written. */
  cleanUp(nowMs: number): void {
    const oldestMs = nowMs - this.#options.keepMs;
    try {
      const { last } = this.#database
        .prepare("SELECT COALESCE(MAX(sequence), 0) AS last FROM outbox WHERE at_ms < ?")
        .get(oldestMs) as { last: number };
      if (last > 0) this.#giveUp(last, `older than ${this.#options.keepMs / 3_600_000} h`);
      this.#database.exec("PRAGMA incremental_vacuum(2000); PRAGMA wal_checkpoint(TRUNCATE)");
    } catch (error) {
      this.#options.log.warn({}, `the outbox could not be cleaned up: ${messageOf(error)}`);
    }
    this.flush();
    if (!this.#writeTrouble) this.#reserve?.take();
  }

  /** Bytes of the database file, its free pages included. */
  get fileBytes(): number {
    const { page_count: pages } = this.#database.prepare("PRAGMA page_count").get() as { page_count: number };
    const { page_size: size } = this.#database.prepare("PRAGMA page_size").get() as { page_size: number };
    return pages * size;
  }

  [Symbol.dispose](): void {
    if (!this.#database.isOpen) return;
    this.flush();
    // Else the next start does not know what was given and delivered out of memory.
    if (this.#pending.length === 0 && this.keepFact("doneUpTo", String(this.#doneUpTo))) {
      this.keepFact(CLEAN_END, "1");
    }
    this.#database.close();
  }

  /**
   * What the numbers of this start must lie above. Readings may have been delivered out of memory, or have
   * gone with the power, whose numbers are not in the file: given again, the backend would take the new
   * readings for those that it has. Microseconds lie above whatever an earlier start has counted up to.
   */
  #numbersBefore(): number {
    const isClean = this.fact(CLEAN_END) !== undefined;
    const unmark = () => this.#database.prepare("DELETE FROM facts WHERE name = ?").run(CLEAN_END);
    try {
      unmark();
    } catch {
      // On a full disk: the mark must go all the same, or it would speak for this start too.
      this.#reserve?.release();
      try {
        unmark();
      } catch {
        // Where nothing can be written, polling goes on in memory.
      }
    }
    return isClean ? 0 : Date.now() * 1000;
  }

  #write(): void {
    let bytes = 0;
    this.#database.exec("BEGIN");
    try {
      for (const { sequence, atMs, body } of this.#pending) {
        this.#insert.run(sequence, atMs, body);
        bytes += body.length + ROW_BYTES;
      }
      this.#database.exec("COMMIT");
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
    this.#rows += this.#pending.length;
    this.#bytes += bytes;
    this.#pending = [];
    if (this.#writeTrouble) {
      this.#options.log.info({}, "readings are written to disk again");
      this.#writeTrouble = null;
    }
  }

  /** Tries once more after the oldest readings have gone; what still cannot be written stays in memory. */
  #makeRoom(cause: unknown): void {
    try {
      // Another program's lock, or a disk that fails: nothing gets better by giving readings up.
      if (!isDiskFull(cause)) throw cause;
      this.#reserve?.release();
      this.#checkpoint();
      for (;;) {
        const share = Math.max(Math.ceil(this.#rows * FULL_DISK_SHARE), 2 * this.#pending.length);
        const boundary = this.#database
          .prepare("SELECT sequence FROM outbox ORDER BY sequence LIMIT 1 OFFSET ?")
          .get(Math.max(0, Math.min(share, this.#rows) - 1)) as { sequence: number } | undefined;
        if (!boundary) throw cause;
        // What cannot be removed makes no room, however often it is tried.
        if (this.#giveUp(boundary.sequence, `no room on the disk (${messageOf(cause)})`) === 0) throw cause;
        this.#checkpoint();
        if (this.#wasWritten()) return;
      }
    } catch (error) {
      const trouble = `readings cannot be written to disk and wait in memory: ${messageOf(error)}`;
      if (!this.#writeTrouble) this.#options.log.error({}, trouble);
      this.#writeTrouble = trouble;
      this.#boundPending();
    }
  }

  #wasWritten(): boolean {
    const before = this.#rows;
    try {
      this.#write();
      return true;
    } catch (error) {
      // Nothing is left that could go.
      if (before === 0) throw error;
      return false;
    }
  }

  /** Pages of the WAL go back into the file, where pages that were freed take them up. */
  #checkpoint(): void {
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  #boundPending(): void {
    const excess = this.#pending.length - MAX_IN_MEMORY;
    if (excess <= 0) return;
    // The stored ones are older: they would go first, were it possible to remove them.
    this.#pending.splice(0, excess);
    this.#dropped += excess;
  }

  #dropDownTo(bytes: number): void {
    let excess = this.#bytes - bytes;
    let last = 0;
    const lengths = this.#database.prepare(
      "SELECT sequence, LENGTH(body) AS length FROM outbox ORDER BY sequence",
    );
    for (const row of lengths.iterate() as Iterable<{ sequence: number; length: number }>) {
      last = row.sequence;
      excess -= row.length + ROW_BYTES;
      if (excess <= 0) break;
    }
    if (last > 0) this.#giveUp(last, `more than ${Math.round(this.#options.maxBytes / 1_000_000)} MB`);
  }

  /** Returns how many have gone. */
  #giveUp(upTo: number, why: string): number {
    const count = this.#remove(upTo);
    if (count === 0) return 0;
    this.#doneUpTo = Math.max(this.#doneUpTo, upTo);
    this.#dropped += count;
    this.keepFact("dropped", String(this.#dropped));
    this.#options.log.warn(
      { count, dropped: this.#dropped },
      `${count} readings were given up before they were delivered, oldest first: ${why}`,
    );
    return count;
  }

  /** Removes stored readings; returns how many, 0 where it could not be done. */
  #remove(upTo: number): number {
    let rows: number;
    let bytes: number;
    try {
      ({ rows, bytes } = this.#database
        .prepare(
          "SELECT COUNT(*) AS rows, COALESCE(SUM(LENGTH(body)), 0) AS bytes FROM outbox WHERE sequence <= ?",
        )
        .get(upTo) as { rows: number; bytes: number });
      this.#database.exec("BEGIN");
      this.#delete.run(upTo);
      // The numbers of an empty outbox must not begin again after a restart.
      this.#setFact.run("doneUpTo", String(Math.max(this.#doneUpTo, upTo)));
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#options.log.warn({}, `readings that are done could not be removed: ${messageOf(error)}`);
      return 0;
    }
    this.#rows -= rows;
    this.#bytes -= bytes + rows * ROW_BYTES;
    return rows;
  }
}
