import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { CaptureSink, FileClaim, FileClaimer, FileCleaner } from "../contracts.ts";
import type { ConsumedFiles } from "./consumed-files.ts";
import { FailedFiles } from "./failed-files.ts";
import { type FileMark, type FileMarks, isSameMark } from "./file-marks.ts";
import { baseNameOf } from "./names.ts";
import {
  type FileContent,
  MAX_CAPTURE_BYTES,
  readFile,
  readFileNow,
  statFile,
  statFileNow,
} from "./read-file.ts";
import { QUIET_MS, QUIET_SHORT_MS, StableFiles } from "./stable-files.ts";
import { TurnBudget } from "./turn-budget.ts";

/** Up to this size a file is read on the event itself. */
const READ_NOW_BYTES = 64 * 1024;
/** A stream of files that no decoder takes must not fill the library: one in this time is kept. */
const KEEP_REFUSED_EVERY_MS = 10_000;

export interface LiveFilesOptions {
  directory: string;
  marks: FileMarks;
  claimer: FileClaimer;
  cleaner: FileCleaner;
  /** Where consumed files are kept. */
  consumed?: ConsumedFiles;
  /** Takes refused files, so that somebody can look at them. */
  sink: CaptureSink;
  expectedLength(bytes: Uint8Array): number | undefined;
  log: Logger;
}

/** The fast path: files of running sessions, from the kernel's event to the session without a detour. */
export class LiveFiles {
  readonly #options: LiveFilesOptions;
  readonly #growing = new StableFiles();
  readonly #failed = new FailedFiles();
  readonly #found = new Set<string>();
  readonly #looking = new Set<string>();
  /** Whether the file got its name complete, by name. */
  readonly #events = new TurnBudget<boolean>((name, isWhole) => this.#takeEvent(name, isWhole));
  #working: Promise<void> | undefined;
  #keptRefusedAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: LiveFilesOptions) {
    this.#options = options;
  }

  /** Whether a file is known here and not yet dealt with. */
  has(name: string): boolean {
    if (this.#events.waiting(name) !== undefined) return true;
    return this.#found.has(name) || this.#growing.has(name) || this.#failed.has(name);
  }

  /** The kernel says that something happened to a file. `isWhole` where it got its name complete. */
  onEvent(name: string, isWhole: boolean): void {
    this.#events.add(name, isWhole || this.#events.waiting(name) === true);
  }

  /** A listing has files that no event told of, in the order of their timestamps. */
  addFound(names: readonly string[]): void {
    if (this.#closed) return;
    for (const name of names) if (!this.has(name)) this.#found.add(name);
    if (this.#found.size > 0) this.#working ??= this.#work();
  }

  /** Looks again at files that did not have their length, or could not be read, when they were last seen. */
  async lookAgain(): Promise<void> {
    for (const name of [...this.#growing.due(), ...this.#failed.due()]) {
      if (!this.#closed) await this.#look(name, false);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#events.clear();
    this.#found.clear();
    await this.#working;
  }

  async #work(): Promise<void> {
    for (const name of this.#found) {
      this.#found.delete(name);
      await this.#look(name, false);
    }
    this.#working = undefined;
  }

  #takeEvent(name: string, isWhole: boolean): void {
    const claim = this.#options.claimer.claim(baseNameOf(name));
    if (claim === undefined) return;
    try {
      this.#takeNow(name, claim, isWhole);
    } catch (error) {
      this.#fail(name, error);
    }
  }

  #takeNow(name: string, claim: FileClaim, isWhole: boolean): void {
    const { directory, marks } = this.#options;
    const mark = statFileNow(directory, name);
    if (mark === undefined) {
      marks.forget(name);
      this.#forget(name);
      return;
    }
    if (mark.sizeBytes === 0 || marks.isDone(name, mark)) return;
    if (mark.sizeBytes > READ_NOW_BYTES) {
      void this.#lookOnce(name, isWhole);
      return;
    }
    // A known length makes it needless to look into a file that does not have it.
    const { expectedLengthBytes } = claim;
    if (!isWhole && expectedLengthBytes !== undefined && mark.sizeBytes < expectedLengthBytes) {
      this.#growing.see(name, mark, QUIET_SHORT_MS);
      return;
    }
    const content = readFileNow(directory, name, mark);
    if (content !== undefined) this.#consider(name, mark, content, claim, isWhole);
  }

  /** A large file tells of every block that is added to it; one look at a time is enough. */
  async #lookOnce(name: string, isWhole: boolean): Promise<void> {
    if (this.#looking.has(name) && !isWhole) return;
    this.#looking.add(name);
    await this.#look(name, isWhole);
    this.#looking.delete(name);
  }

  async #look(name: string, isWhole: boolean): Promise<void> {
    const { directory, marks, claimer, consumed, log } = this.#options;
    if (this.#failed.isPaused(name)) return;
    try {
      const mark = await statFile(directory, name);
      if (mark === undefined) {
        this.#forget(name);
        return;
      }
      if (marks.isDone(name, mark)) return;
      if (consumed?.has(name)) {
        this.#done(name, mark);
        return;
      }
      if (mark.sizeBytes === 0) {
        if (this.#growing.see(name, mark, QUIET_MS)) this.#done(name, mark);
        return;
      }
      if (mark.sizeBytes > MAX_CAPTURE_BYTES) {
        this.#done(name, mark);
        log.warn({ fileName: name }, `${name} of ${mark.sizeBytes} bytes is too large for a capture`);
        return;
      }
      const claim = claimer.claim(baseNameOf(name));
      if (claim === undefined || (!isWhole && !(await this.#isWorthReading(name, mark, claim)))) return;
      const content = await readFile(directory, name, mark);
      if (content === undefined || marks.isDone(name, mark)) return;
      this.#consider(name, mark, content, claim, isWhole);
    } catch (error) {
      this.#fail(name, error);
    }
  }

  /** Of a large file only the start is read until it has its length: it would be read whole for every block. */
  async #isWorthReading(name: string, mark: FileMark, claim: FileClaim): Promise<boolean> {
    if (mark.sizeBytes <= READ_NOW_BYTES || mark.sizeBytes === claim.expectedLengthBytes) return true;
    const start = await readFile(this.#options.directory, name, mark, READ_NOW_BYTES);
    const ofHeader = start && this.#options.expectedLength(start.bytes);
    if (ofHeader !== undefined && mark.sizeBytes >= ofHeader) return true;
    const isShort = mark.sizeBytes < (ofHeader ?? claim.expectedLengthBytes ?? 0);
    return this.#growing.see(name, mark, isShort ? QUIET_SHORT_MS : QUIET_MS);
  }

  #consider(name: string, mark: FileMark, content: FileContent, claim: FileClaim, isWhole: boolean): void {
    if (!isSameMark(mark, content)) {
      // It was written while it was read.
      this.#growing.see(name, content, QUIET_MS);
      return;
    }
    if (isWhole || this.#isSettled(name, content, claim)) this.#handOver(name, content, claim);
  }

  /** Whether a file has the length that is known of it, or has been quiet for long enough. */
  #isSettled(name: string, content: FileContent, { expectedLengthBytes }: FileClaim): boolean {
    const { bytes } = content;
    if (bytes.length === expectedLengthBytes) return true;
    const ofHeader = this.#options.expectedLength(bytes);
    if (ofHeader !== undefined && bytes.length >= ofHeader) return true;
    const isShort = bytes.length < (ofHeader ?? expectedLengthBytes ?? 0);
    return this.#growing.see(name, content, isShort ? QUIET_SHORT_MS : QUIET_MS);
  }

  #handOver(name: string, content: FileContent, claim: FileClaim): void {
    const seenAtMs = Date.now();
    this.#done(name, content);
    this.#options.consumed?.note(name);
    const { bytes } = content;
    const modifiedAt = new Date(content.modifiedAtMs);
    try {
      claim.take({ fileName: baseNameOf(name), bytes, modifiedAt, seenAtMs });
    } catch {
      // The session has said why; here only the bytes matter.
      void this.#keepRefused(name, bytes, content).then(() => this.#remove(name, claim));
      return;
    }
    this.#remove(name, claim);
  }

  #remove(name: string, claim: FileClaim): void {
    if (claim.isOurs === undefined) this.#removeOwn(name, claim);
    else {
      void claim.isOurs.then((isOurs) => {
        if (isOurs) this.#removeOwn(name, claim);
        // The next listing finds it.
        else this.#options.marks.forget(name);
      });
    }
  }

  #removeOwn(name: string, claim: FileClaim): void {
    if (!claim.removeAfter) return;
    this.#options.cleaner.remove(name).catch((error: unknown) => this.#fail(name, error));
  }

  async #keepRefused(fileName: string, bytes: Uint8Array, { modifiedAtMs }: FileMark): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#keptRefusedAtMs < KEEP_REFUSED_EVERY_MS) return;
    this.#keptRefusedAtMs = nowMs;
    try {
      await this.#options.sink.accept({ fileName, bytes, modifiedAt: new Date(modifiedAtMs) });
    } catch (error) {
      this.#options.log.warn({ fileName }, `refused file could not be kept: ${messageOf(error)}`);
    }
  }

  /** A file that cannot be read or removed is tried again with growing patience, and told of once. */
  #fail(name: string, error: unknown): void {
    this.#growing.forget(name);
    const message = `${name} could not be taken in and is tried again: ${messageOf(error)}`;
    if (this.#failed.note(name)) this.#options.log.warn({ fileName: name }, message);
  }

  #done(name: string, mark: FileMark): void {
    this.#forget(name);
    this.#options.marks.markDone(name, mark);
  }

  #forget(name: string): void {
    this.#growing.forget(name);
    this.#failed.forget(name);
  }
}
