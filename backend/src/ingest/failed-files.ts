import { backoffDelayMs } from "@pnmlab/kit";

const RETRY = { baseMs: 2000, maxMs: 60_000 };

/** Files that could not be read, stored or removed, and when each is tried again: with growing patience. */
export class FailedFiles {
  readonly #files = new Map<string, { attempts: number; dueAtMs: number }>();

  get size(): number {
    return this.#files.size;
  }

  /** Notes a failure; true for the first one of a file, which is the one to tell of. */
  note(name: string): boolean {
    const attempts = this.#files.get(name)?.attempts ?? 0;
    this.#files.set(name, {
      attempts: attempts + 1,
      dueAtMs: performance.now() + backoffDelayMs(attempts, RETRY),
    });
    return attempts === 0;
  }

  /** Whether a file has failed and is not to be tried again yet. */
  isPaused(name: string): boolean {
    const file = this.#files.get(name);
    return file !== undefined && file.dueAtMs > performance.now();
  }

  has(name: string): boolean {
    return this.#files.has(name);
  }

  forget(name: string): void {
    this.#files.delete(name);
  }

  /** Names of the files whose pause is over. */
  due(): string[] {
    const nowMs = performance.now();
    return [...this.#files].filter(([, { dueAtMs }]) => dueAtMs <= nowMs).map(([name]) => name);
  }
}
