import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { CaptureSink } from "../contracts.ts";
import type { FileMark, FileMarks } from "./file-marks.ts";
import { MAX_CAPTURE_BYTES, readFile, statFile } from "./read-file.ts";
import { StableFiles } from "./stable-files.ts";

/** Enough of a file for its header to tell the length. */
const HEADER_BYTES = 64 * 1024;
/** A file this old is not being written any more, whatever the clocks of a mounted server. */
const OLD_MS = 60_000;
const RETRY_MS = 2000;

export interface BacklogOptions {
  directory: string;
  marks: FileMarks;
  sink: CaptureSink;
  expectedLength(bytes: Uint8Array): number | undefined;
  log: Logger;
}

/**
 * Files that no session owns, on their way into the capture library: one at a time, yielding to everything
 * else between two, so that thousands of them do not hold up a live file.
 */
export class Backlog {
  readonly #options: BacklogOptions;
  readonly #growing = new StableFiles();
  /** Whether the file is known to be whole, by name; in order of arrival. */
  readonly #queue = new Map<string, boolean>();
  readonly #failedUntilMs = new Map<string, number>();
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** How many files wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  add(name: string, isWhole: boolean): void {
    if (this.#closed) return;
    this.#queue.set(name, isWhole || this.#queue.get(name) === true);
    this.#working ??= this.#work();
  }

  /** Looks again at files that were not whole, or could not be stored, when they were last seen. */
  lookAgain(): void {
    for (const name of this.#growing.due()) this.add(name, false);
    const nowMs = performance.now();
    for (const [name, untilMs] of this.#failedUntilMs) {
      if (untilMs > nowMs) continue;
      this.#failedUntilMs.delete(name);
      this.add(name, false);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#queue.clear();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (;;) {
      const next = this.#queue.entries().next();
      if (next.done) break;
      const [name, isWhole] = next.value;
      this.#queue.delete(name);
      try {
        await this.#consider(name, isWhole);
      } catch (error) {
        this.#options.log.warn({ fileName: name }, `${name} could not be taken in: ${messageOf(error)}`);
        this.#failedUntilMs.set(name, performance.now() + RETRY_MS);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#working = undefined;
  }

  async #consider(name: string, isWhole: boolean): Promise<void> {
    const { directory, marks, sink, log } = this.#options;
    if (this.#failedUntilMs.has(name)) return;
    const mark = await statFile(directory, name);
    if (mark === undefined) {
      this.#growing.forget(name);
      return;
    }
    if (marks.isDone(name, mark)) return;
    const isOld = Date.now() - mark.modifiedAtMs > OLD_MS;
    if (mark.sizeBytes === 0) {
      // Empty stands for removed, unless it has only just been created.
      if (isOld || this.#growing.see(name, mark)) this.#done(name, mark);
      return;
    }
    if (mark.sizeBytes > MAX_CAPTURE_BYTES) {
      log.warn({ fileName: name }, `${name} of ${mark.sizeBytes} bytes is too large for a capture`);
      this.#done(name, mark);
      return;
    }
    const modifiedAt = new Date(mark.modifiedAtMs);
    if (sink.knows(name, mark.sizeBytes, modifiedAt)) {
      this.#done(name, mark);
      return;
    }
    const settled =
      isWhole || isOld || (await this.#hasItsLength(name, mark)) || this.#growing.see(name, mark);
    if (!settled || this.#closed) return;
    const content = await readFile(directory, name, mark);
    if (content === undefined) return;
    await sink.accept({ fileName: name, bytes: content.bytes, modifiedAt });
    this.#done(name, mark);
  }

  async #hasItsLength(name: string, mark: FileMark): Promise<boolean> {
    const start = await readFile(this.#options.directory, name, mark, HEADER_BYTES);
    const expected = start && this.#options.expectedLength(start.bytes);
    return expected !== undefined && mark.sizeBytes >= expected;
  }

  #done(name: string, mark: FileMark): void {
    this.#growing.forget(name);
    this.#options.marks.markDone(name, mark);
  }
}
