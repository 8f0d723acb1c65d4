import type { Logger } from "@pnmlab/config";
import { backoffDelayMs, messageOf, sleep } from "@pnmlab/kit";
import type { CaptureSink } from "../contracts.ts";
import { FailedFiles } from "./failed-files.ts";
import { type FileMark, type FileMarks, isSameMark } from "./file-marks.ts";
import { type FileContent, MAX_CAPTURE_BYTES, readFile, statFile } from "./read-file.ts";
import { QUIET_MS, QUIET_SHORT_MS, StableFiles } from "./stable-files.ts";

/** Enough of a file for its header to tell the length. */
const HEADER_BYTES = 64 * 1024;
/** Names kept in memory at most; a listing finds the others later. */
const MAX_NAMES = 10_000;
/** Pause after the library could not store a file, for example because its disk is full. */
const STORE_RETRY = { baseMs: 1000, maxMs: 30_000 };

export interface BacklogOptions {
  directory: string;
  marks: FileMarks;
  sink: CaptureSink;
  expectedLength(bytes: Uint8Array): number | undefined;
  log: Logger;
}

/**
 * Files that no session owns, on their way into the capture library: one at a time, yielding to everything
 * else between two, so that thousands of them do not hold up a live file. Those that have just arrived come
 * before those that a listing found.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #growing = new StableFiles();
  readonly #failed = new FailedFiles();
  /** Whether the file is known to be whole, by name; in order of arrival. */
  readonly #arrived = new Map<string, boolean>();
  readonly #found = new Map<string, boolean>();
  readonly #abort = new AbortController();
  #storeFailures = 0;
  #working: Promise<void> | undefined;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** How many files wait to be looked at. */
  get waiting(): number {
    return this.#arrived.size + this.#found.size;
  }

  /** Whether a file is known here and not yet dealt with. */
  has(name: string): boolean {
    return (
      this.#arrived.has(name) || this.#found.has(name) || this.#growing.has(name) || this.#failed.has(name)
    );
  }

  /** A file has just arrived or changed; false where there is no room for its name. */
  addArrived(name: string, isWhole: boolean): boolean {
    const wasWhole = this.#found.get(name) ?? this.#arrived.get(name) ?? false;
    this.#found.delete(name);
    return this.#add(this.#arrived, name, isWhole || wasWhole);
  }

  /** A listing shows a file; false where there is no room for its name. */
  addFound(name: string): boolean {
    if (this.has(name)) return true;
    return this.#add(this.#found, name, false);
  }

  /** Looks again at files that were not whole, or could not be stored, when they were last seen. */
  lookAgain(): void {
    for (const name of [...this.#growing.due(), ...this.#failed.due()]) this.addArrived(name, false);
  }

  async close(): Promise<void> {
    this.#abort.abort();
    this.#arrived.clear();
    this.#found.clear();
    await this.#working;
  }

  #add(queue: Map<string, boolean>, name: string, isWhole: boolean): boolean {
    if (this.#abort.signal.aborted) return true;
    const names = this.waiting + this.#growing.size + this.#failed.size;
    if (names >= MAX_NAMES && !this.has(name)) return false;
    queue.set(name, isWhole);
    this.#working ??= this.#work();
    return true;
  }

  async #work(): Promise<void> {
    const { signal } = this.#abort;
    for (;;) {
      const queue = this.#arrived.size > 0 ? this.#arrived : this.#found;
      const next = queue.entries().next();
      if (next.done) break;
      const [name, isWhole] = next.value;
      queue.delete(name);
      try {
        await this.#consider(name, isWhole);
      } catch (error) {
        this.#fail(name, error);
      }
      if (this.#storeFailures > 0) {
        await sleep(backoffDelayMs(this.#storeFailures - 1, STORE_RETRY), signal).catch(() => {});
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#working = undefined;
  }

  #fail(name: string, error: unknown): void {
    this.#growing.forget(name);
    const message = `${name} could not be taken in and is tried again: ${messageOf(error)}`;
    if (this.#failed.note(name)) this.#options.log.warn({ fileName: name }, message);
  }

  async #consider(name: string, isWhole: boolean): Promise<void> {
    const { directory, marks, sink, log } = this.#options;
    if (this.#failed.isPaused(name)) return;
    const mark = await statFile(directory, name);
    if (mark === undefined) {
      this.#growing.forget(name);
      this.#failed.forget(name);
      return;
    }
    if (marks.isDone(name, mark)) return;
    if (mark.sizeBytes === 0) {
      // Empty stands for removed, unless it has only just been created.
      if (this.#growing.see(name, mark, QUIET_MS)) this.#done(name, mark);
      return;
    }
    if (mark.sizeBytes > MAX_CAPTURE_BYTES) {
      log.warn({ fileName: name }, `${name} of ${mark.sizeBytes} bytes is too large for a capture`);
      this.#done(name, mark);
      return;
    }
    if (sink.knows(name, mark.sizeBytes, new Date(mark.modifiedAtMs))) {
      this.#done(name, mark);
      return;
    }
    if (!isWhole && !(await this.#isSettled(name, mark))) return;
    const content = await readFile(directory, name, mark);
    if (content === undefined || this.#abort.signal.aborted) return;
    if (!isSameMark(content, mark)) {
      // It was written while it was read; what it becomes is looked at when it is quiet.
      this.#growing.see(name, content, QUIET_MS);
      return;
    }
    await this.#store(name, content);
    this.#done(name, mark);
  }

  /** Whether a file has the length that its header tells, or has been quiet for long enough. */
  async #isSettled(name: string, mark: FileMark): Promise<boolean> {
    const start = await readFile(this.#options.directory, name, mark, HEADER_BYTES);
    const expected = start && this.#options.expectedLength(start.bytes);
    if (expected === undefined) return this.#growing.see(name, mark, QUIET_MS);
    return mark.sizeBytes >= expected || this.#growing.see(name, mark, QUIET_SHORT_MS);
  }

  async #store(fileName: string, { bytes, modifiedAtMs }: FileContent): Promise<void> {
    try {
      await this.#options.sink.accept({ fileName, bytes, modifiedAt: new Date(modifiedAtMs) });
      this.#storeFailures = 0;
    } catch (error) {
      this.#storeFailures += 1;
      throw error;
    }
  }

  #done(name: string, mark: FileMark): void {
    this.#growing.forget(name);
    this.#failed.forget(name);
    this.#options.marks.markDone(name, mark);
  }
}
