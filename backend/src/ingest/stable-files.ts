import type { FileMark } from "./file-marks.ts";

/** A file whose size and time have not changed for this long is as whole as it will ever be. */
const STABLE_MS = 400;

/** Files that are not known to be whole, and since when each has been as it is. */
export class StableFiles {
  readonly #files = new Map<string, FileMark & { sinceMs: number }>();

  get size(): number {
    return this.#files.size;
  }

  /** Notes how a file is now; true where it has been so for 400 ms. */
  see(name: string, { sizeBytes, modifiedAtMs }: FileMark): boolean {
    const before = this.#files.get(name);
    if (before?.sizeBytes === sizeBytes && before.modifiedAtMs === modifiedAtMs) {
      return performance.now() - before.sinceMs >= STABLE_MS;
    }
    this.#files.set(name, { sizeBytes, modifiedAtMs, sinceMs: performance.now() });
    return false;
  }

  forget(name: string): void {
    this.#files.delete(name);
  }

  /** Names of the files whose 400 ms are over. */
  due(): string[] {
    const dueSinceMs = performance.now() - STABLE_MS;
    return [...this.#files].filter(([, { sinceMs }]) => sinceMs <= dueSinceMs).map(([name]) => name);
  }
}
