import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { messageOf } from "@pnmlab/kit";

/** Whether the TFTP directory can be read; told whenever it changes. */
export type DirectoryState =
  | { ok: true; directory: string }
  | { ok: false; directory: string; message: string };

type FileEvent = "rename" | "change";

/** Begins to tell of changes in a folder; `name` is null where the kernel does not say which file. */
export type WatchFolder = (
  folder: string,
  onEvent: (type: FileEvent, name: string | null) => void,
) => Pick<FSWatcher, "close" | "on">;

export interface DirectoryWatchOptions {
  directory: string;
  watchFolder?: WatchFolder;
  onEvent(type: FileEvent, name: string | null): void;
  onState(state: DirectoryState): void;
  /** The kernel does not watch this folder, for example because it watches as many as it may. */
  onUnwatched(message: string): void;
}

/**
 * Kernel events of one directory. A directory that is missing, vanishes or is replaced (a mount that comes
 * late) is noticed by `check`, which the owner calls at its own pace. One that cannot be watched is usable
 * all the same: the owner's listings find what comes.
 */
export class DirectoryWatch implements Disposable {
  readonly #options: DirectoryWatchOptions;
  #watcher: ReturnType<WatchFolder> | undefined;
  #watchedId: string | undefined;
  #lastProblem: string | undefined | null = null;
  #toldUnwatched = false;
  #disposed = false;

  constructor(options: DirectoryWatchOptions) {
    this.#options = options;
  }

  /**
   * Sees to it that the directory now there is watched; undefined where it cannot be read. `id` is another
   * one when the directory was replaced; `modifiedAtMs` changes when names come, go or change.
   */
  async check(): Promise<{ id: string; modifiedAtMs: number } | undefined> {
    const { directory } = this.#options;
    try {
      const stats = await stat(directory);
      if (!stats.isDirectory()) throw new Error(`${directory} is not a folder`);
      const id = `${stats.dev}:${stats.ino}`;
      if (id !== this.#watchedId || this.#watcher === undefined) this.#watch(id);
      this.#tell(undefined);
      return { id, modifiedAtMs: stats.mtimeMs };
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** Tells of a problem that showed elsewhere, for example in listing the directory. */
  fail(error: unknown): void {
    this.#unwatch();
    this.#tell(messageOf(error));
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#unwatch();
  }

  #watch(id: string): void {
    this.#unwatch();
    if (this.#disposed) return;
    const { directory, watchFolder = watch as WatchFolder, onEvent } = this.#options;
    try {
      const watcher = watchFolder(directory, (type, name) => onEvent(type, name));
      // The next check watches anew; until then the listing finds what comes.
      watcher.on("error", () => this.#unwatch());
      this.#watcher = watcher;
      this.#watchedId = id;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") throw error;
      if (!this.#toldUnwatched) this.#options.onUnwatched(messageOf(error));
      this.#toldUnwatched = true;
    }
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
