import { type FileMark, isSameMark } from "./file-marks.ts";

/** Quiet time after which a file of unknown length is taken for whole: TFTP servers repeat a lost block after 1 s. */
export const QUIET_MS = 2000;
/**
 * Quiet time after which a file that is shorter than it should be will not grow any more: TFTP servers and
 * clients give a transfer up after five or six repeats.
 */
export const QUIET_SHORT_MS = 8000;

/** Files that are not known to be whole, and since when each has been as it is. */
export class StableFiles {
  readonly #files = new Map<string, FileMark & { sinceMs: number; dueAtMs: number }>();

  get size(): number {
    return this.#files.size;
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  /** Notes how a file is now; true where it has been so for `quietMs`. */
  see(name: string, mark: FileMark, quietMs: number): boolean {
    const nowMs = performance.now();
    const before = this.#files.get(name);
    const sinceMs = before !== undefined && isSameMark(before, mark) ? before.sinceMs : nowMs;
    if (nowMs - sinceMs >= quietMs) return true;
    const { sizeBytes, modifiedAtMs } = mark;
    this.#files.set(name, { sizeBytes, modifiedAtMs, sinceMs, dueAtMs: sinceMs + quietMs });
    return false;
  }

  forget(name: string): void {
    this.#files.delete(name);
  }

  /** Names of the files whose quiet time is over. */
  due(): string[] {
    const nowMs = performance.now();
    return [...this.#files].filter(([, { dueAtMs }]) => dueAtMs <= nowMs).map(([name]) => name);
  }
}
