import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { CaptureSink, FileClaim, FileClaimer, FileCleaner } from "../contracts.ts";
import type { FileMark, FileMarks } from "./file-marks.ts";
import {
  type FileContent,
  MAX_CAPTURE_BYTES,
  readFile,
  readFileNow,
  statFile,
  statFileNow,
} from "./read-file.ts";
import { StableFiles } from "./stable-files.ts";

/** Up to this size a file is read on the event itself. */
const READ_NOW_BYTES = 64 * 1024;
/** A stream of files that no decoder takes must not fill the library: one in this time is kept. */
const KEEP_REFUSED_EVERY_MS = 10_000;
const RETRY_MS = 2000;

export interface LiveFilesOptions {
  directory: string;
  marks: FileMarks;
  claimer: FileClaimer;
  cleaner: FileCleaner;
  /** Takes refused files, so that somebody can look at them. */
  sink: CaptureSink;
  expectedLength(bytes: Uint8Array): number | undefined;
  log: Logger;
}

/** The fast path: files of running sessions, from the kernel's event to the session without a detour. */
export class LiveFiles {
  readonly #options: LiveFilesOptions;
  readonly #growing = new StableFiles();
  readonly #failedUntilMs = new Map<string, number>();
  #keptRefusedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: LiveFilesOptions) {
    this.#options = options;
  }

  /** The kernel says that something happened to a file. `isWhole` where it got its name complete. */
  onEvent(name: string, claim: FileClaim, isWhole: boolean): void {
    try {
      this.#takeNow(name, claim, isWhole);
    } catch (error) {
      this.#failed(name, error);
    }
  }

  #takeNow(name: string, claim: FileClaim, isWhole: boolean): void {
    const { directory, marks } = this.#options;
    const mark = statFileNow(directory, name);
    if (mark === undefined) {
      marks.forget(name);
      this.#growing.forget(name);
      return;
    }
    if (mark.sizeBytes === 0 || marks.isDone(name, mark)) return;
    if (mark.sizeBytes > READ_NOW_BYTES) {
      void this.onFound(name, isWhole);
      return;
    }
    // A known length makes it needless to look into a file that does not have it.
    const { expectedLengthBytes } = claim;
    if (!isWhole && expectedLengthBytes !== undefined && mark.sizeBytes < expectedLengthBytes) {
      this.#growing.see(name, mark);
      return;
    }
    const content = readFileNow(directory, name, mark);
    if (content !== undefined) this.#consider(name, content, claim, isWhole);
  }

  /** The directory's listing has a file that no event told of. */
  async onFound(name: string, isWhole: boolean): Promise<void> {
    const { directory, marks, claimer, log } = this.#options;
    if ((this.#failedUntilMs.get(name) ?? 0) > performance.now()) return;
    try {
      const mark = await statFile(directory, name);
      if (mark === undefined) {
        this.#growing.forget(name);
        return;
      }
      if (marks.isDone(name, mark)) return;
      if (mark.sizeBytes === 0) {
        if (this.#growing.see(name, mark)) marks.markDone(name, mark);
        return;
      }
      if (mark.sizeBytes > MAX_CAPTURE_BYTES) {
        marks.markDone(name, mark);
        log.warn({ fileName: name }, `${name} of ${mark.sizeBytes} bytes is too large for a capture`);
        return;
      }
      const content = await readFile(directory, name, mark);
      const claim = claimer.claim(name);
      if (content === undefined || claim === undefined || marks.isDone(name, mark)) return;
      this.#consider(name, content, claim, isWhole);
    } catch (error) {
      this.#failed(name, error);
    }
  }

  /** A file that cannot be read or removed is tried again by the listing, but not each time. */
  #failed(name: string, error: unknown): void {
    this.#options.log.warn({ fileName: name }, `${name} could not be taken in: ${messageOf(error)}`);
    this.#growing.forget(name);
    const nowMs = performance.now();
    for (const [other, untilMs] of this.#failedUntilMs) {
      if (untilMs <= nowMs) this.#failedUntilMs.delete(other);
    }
    this.#failedUntilMs.set(name, nowMs + RETRY_MS);
  }

  /** Looks again at files that did not have their length when they were last seen. */
  async lookAgain(): Promise<void> {
    for (const name of this.#growing.due()) await this.onFound(name, false);
  }

  #consider(name: string, content: FileContent, claim: FileClaim, isWhole: boolean): void {
    const whole = isWhole || this.#hasItsLength(content, claim) || this.#growing.see(name, content);
    if (!whole) return;
    this.#growing.forget(name);
    this.#handOver(name, content, claim);
  }

  #hasItsLength({ bytes }: FileContent, { expectedLengthBytes }: FileClaim): boolean {
    if (bytes.length === expectedLengthBytes) return true;
    const ofHeader = this.#options.expectedLength(bytes);
    return ofHeader !== undefined && bytes.length >= ofHeader;
  }

  #handOver(name: string, content: FileContent, claim: FileClaim): void {
    const seenAtMs = Date.now();
    this.#options.marks.markDone(name, content);
    const { bytes } = content;
    const modifiedAt = new Date(content.modifiedAtMs);
    try {
      claim.take({ fileName: name, bytes, modifiedAt, seenAtMs });
    } catch {
      // The session has said why; here only the bytes matter.
      void this.#keepRefused(name, bytes, content).then(() => this.#remove(name, claim));
      return;
    }
    this.#remove(name, claim);
  }

  #remove(name: string, claim: FileClaim): void {
    if (!claim.removeAfter) return;
    this.#options.cleaner.remove(name).catch((error: unknown) => this.#failed(name, error));
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
}
