import type { Logger } from "@pnmlab/config";
import { expectedLength } from "@pnmlab/pnm-codec";
import type { CaptureSink, FileClaimer, FileCleaner } from "../contracts.ts";
import { Backlog } from "./backlog.ts";
import type { ConsumedFiles } from "./consumed-files.ts";
import type { DirectoryState, WatchFolder } from "./directory-watch.ts";
import { FileMarks } from "./file-marks.ts";
import type { FileSource } from "./file-source.ts";
import { MAX_DEPTH, MAX_FOLDERS } from "./find-files.ts";
import { Folder } from "./folder.ts";
import { LiveFiles } from "./live-files.ts";
import { baseNameOf, isCaptureName, isPathBelow } from "./names.ts";
import { PollPace } from "./poll-pace.ts";
import { statFile } from "./read-file.ts";

/** How often files are looked at whose length is not known. */
const LOOK_AGAIN_MS = 100;
/** Files dealt with that are looked at again per round, because one may be replaced without an event. */
const REVIEWED = 128;

export interface IngestOptions {
  /** The directory that the TFTP server writes into; its sub-folders belong to it. */
  directory: string;
  claimer: FileClaimer;
  sink: CaptureSink;
  cleaner: FileCleaner;
  /** Where consumed files are kept: which of them were consumed before a restart. */
  consumed?: ConsumedFiles;
  log: Logger;
  /** The kernel's events, `fs.watch` where not given. */
  watchFolder?: WatchFolder;
  onDirectoryState?: (state: DirectoryState) => void;
}

/**
 * Takes in every capture file that arrives: at once those that a session claims, at leisure all others.
 * Resolves when the directory is watched, or found missing; a missing one is awaited.
 */
export async function startIngest(options: IngestOptions): Promise<FileSource> {
  const ingest = new DirectoryIngest(options);
  await ingest.start();
  return ingest;
}

class DirectoryIngest implements FileSource {
  readonly #options: IngestOptions;
  readonly #root: Folder;
  /** By path below the directory. */
  readonly #folders = new Map<string, Folder>();
  readonly #marks = new FileMarks();
  readonly #live: LiveFiles;
  readonly #backlog: Backlog;
  readonly #pace = new PollPace();
  #rescanTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #rescanning: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #toldTooManyFolders = false;
  #closed = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    const { directory, sink, log, claimer, cleaner, consumed } = options;
    const common = {
      directory,
      marks: this.#marks,
      sink,
      log,
      expectedLength: (bytes: Uint8Array) => expectedLength(bytes),
    };
    this.#live = new LiveFiles({
      ...common,
      claimer,
      cleaner,
      ...(consumed === undefined ? {} : { consumed }),
    });
    this.#backlog = new Backlog(common);
    this.#root = this.#openFolder("", (state) => {
      if (!state.ok) log.error({ directory }, `the TFTP directory cannot be read: ${state.message}`);
      options.onDirectoryState?.(state);
    });
  }

  get waiting(): number {
    return this.#backlog.waiting;
  }

  report(fileName: string): void {
    const name = baseNameOf(fileName);
    if (this.#closed || !isPathBelow(name) || !isCaptureName(name)) return;
    if (this.#options.claimer.claim(name) !== undefined) this.#live.addFound([name]);
  }

  async start(): Promise<void> {
    await this.#root.check();
    this.#rescanSoon(0);
    this.#lookTimer = setInterval(() => this.#lookAgain(), LOOK_AGAIN_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#rescanTimer);
    clearInterval(this.#lookTimer);
    for (const folder of this.#folders.values()) folder[Symbol.dispose]();
    await Promise.all([this.#rescanning, this.#looking, this.#live.close(), this.#backlog.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onFile(folder: Folder, name: string, isWhole: boolean): void {
    if (this.#closed) return;
    this.#pace.noteEvent();
    const isClaimed = this.#options.claimer.claim(baseNameOf(name)) !== undefined;
    if (isClaimed) this.#live.onEvent(name, isWhole);
    else if (!this.#backlog.addArrived(name, isWhole)) folder.expectMore();
  }

  #rescanSoon(delayMs: number): void {
    clearTimeout(this.#rescanTimer);
    this.#rescanTimer = setTimeout(() => {
      this.#rescanning ??= this.#rescan().finally(() => {
        this.#rescanning = undefined;
        if (!this.#closed) this.#rescanSoon(this.#pace.pauseMs);
      });
    }, delayMs);
  }

  /** Finds what no event told: NFS gives none, and a burst can overflow the kernel's queue. */
  async #rescan(): Promise<void> {
    const beganMs = performance.now();
    let untold = 0;
    for (const folder of this.#folders.values()) untold += await this.#rescanFolder(folder);
    await this.#review();
    this.#pace.endRound(performance.now() - beganMs, untold);
  }

  /** Returns how many files no event had told of. */
  async #rescanFolder(folder: Folder): Promise<number> {
    if (this.#closed) return 0;
    const claimed: string[] = [];
    let untold = 0;
    const canBeRead =
      (await folder.check()) &&
      (await folder.list({
        onFolder: (path) => this.#addFolder(path),
        onFound: (name) => {
          if (this.#live.has(name) || this.#backlog.has(name)) return true;
          untold += 1;
          if (this.#options.claimer.claim(baseNameOf(name)) === undefined)
            return this.#backlog.addFound(name);
          claimed.push(name);
          return true;
        },
      }));
    if (!canBeRead && folder !== this.#root) this.#closeFolder(folder);
    this.#live.addFound(claimed.sort());
    return untold;
  }

  /** Looks at files already dealt with: without events, nothing else tells that one was replaced in place. */
  async #review(): Promise<void> {
    const { directory, claimer } = this.#options;
    for (const name of this.#marks.toReview(REVIEWED)) {
      if (this.#closed) return;
      const mark = await statFile(directory, name).catch(() => undefined);
      if (mark === undefined || this.#marks.isDone(name, mark)) continue;
      if (claimer.claim(baseNameOf(name)) === undefined) this.#backlog.addFound(name);
      else this.#live.addFound([name]);
    }
  }

  #addFolder(path: string): void {
    if (this.#folders.has(path) || this.#closed || path.split("/").length > MAX_DEPTH) return;
    if (this.#folders.size < MAX_FOLDERS) {
      this.#openFolder(path, () => {});
    } else if (!this.#toldTooManyFolders) {
      this.#toldTooManyFolders = true;
      const { log, directory } = this.#options;
      log.warn({ directory }, `the TFTP directory has more than ${MAX_FOLDERS} folders; ${path} is not read`);
    }
  }

  #openFolder(path: string, onState: (state: DirectoryState) => void): Folder {
    const { directory, watchFolder, log } = this.#options;
    const folder: Folder = new Folder({
      directory,
      path,
      marks: this.#marks,
      ...(watchFolder === undefined ? {} : { watchFolder }),
      onState,
      onUnwatched: (message) =>
        log.warn(
          { directory, folder: path },
          `the kernel does not watch this folder, it is polled: ${message}`,
        ),
      onFile: (name, isWhole) => this.#onFile(folder, name, isWhole),
      onAnything: () => {
        folder.expectMore();
        if (!this.#closed) this.#rescanSoon(0);
      },
    });
    this.#folders.set(path, folder);
    return folder;
  }

  #closeFolder(folder: Folder): void {
    folder[Symbol.dispose]();
    this.#folders.delete(folder.path);
    this.#marks.forgetFolder(folder.path);
  }

  #lookAgain(): void {
    this.#backlog.lookAgain();
    this.#looking ??= this.#live.lookAgain().finally(() => {
      this.#looking = undefined;
    });
  }
}
