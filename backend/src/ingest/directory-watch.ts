import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { messageOf } from "@pnmlab/kit";

/** Whether the TFTP directory can be read; told whenever it changes. */
export type DirectoryState =
  | { ok: true; directory: string }
  | { ok: false; directory: string; message: string };

export interface DirectoryWatchOptions {
  directory: string;
  /** `name` is null where the kernel does not say which file. */
  onEvent(type: "rename" | "change", name: string | null): void;
  onState(state: DirectoryState): void;
}

/**
 * Kernel events of one directory. A directory that is missing, vanishes or is replaced (a mount that comes
 * late) is noticed by `check`, which the owner calls at its own pace.
 */
export class DirectoryWatch implements Disposable {
  readonly #options: DirectoryWatchOptions;
  #watcher: FSWatcher | undefined;
  #watchedId: string | undefined;
  #lastProblem: string | undefined | null = null;

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
  }

  /** Sees to it that the directory now there is watched; false where it cannot be read. */
  async check(): Promise<boolean> {
    const { directory } = this.#options;
    try {
      const stats = await stat(directory);
      if (!stats.isDirectory()) throw new Error(`${directory} is not a folder`);
      const id = `${stats.dev}:${stats.ino}`;
      if (id !== this.#watchedId || this.#watcher === undefined) this.#watch(id);
      this.#tell(undefined);
      return true;
    } catch (error) {
      this.#unwatch();
      this.#tell(messageOf(error));
      return false;
    }
  }

  /** Tells of a problem that showed elsewhere, for example in listing the directory. */
  fail(error: unknown): void {
    this.#unwatch();
    this.#tell(messageOf(error));
  }

  [Symbol.dispose](): void {
    this.#unwatch();
  }

  #watch(id: string): void {
    this.#unwatch();
    const watcher = watch(this.#options.directory, (type, name) => this.#options.onEvent(type, name));
    // The next check watches anew; until then the listing finds what comes.
    watcher.on("error", () => this.#unwatch());
    this.#watcher = watcher;
    this.#watchedId = id;
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    this.#watchedId = undefined;
  }

  #tell(problem: string | undefined): void {
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    const { directory, onState } = this.#options;
    onState(problem === undefined ? { ok: true, directory } : { ok: false, directory, message: problem });
  }
}
