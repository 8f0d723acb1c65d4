import { opendir } from "node:fs/promises";
import type { Logger } from "@pnmlab/config";
import { expectedLength } from "@pnmlab/pnm-codec";
import type { CaptureSink, FileClaimer, FileCleaner } from "../contracts.ts";
import { Backlog } from "./backlog.ts";
import { type DirectoryState, DirectoryWatch } from "./directory-watch.ts";
import { FileMarks } from "./file-marks.ts";
import { LiveFiles } from "./live-files.ts";
import { isCaptureName } from "./names.ts";
import { PartRenames } from "./part-renames.ts";

/** Listing finds what no event told: NFS gives none, and a burst can overflow the kernel's queue. */
const RESCAN_MS = 1000;
/** Names per portion of a listing. */
const PORTION = 1024;
/** How often files are looked at whose length is not known. */
const LOOK_AGAIN_MS = 100;

export interface IngestOptions {
  /** The directory that the TFTP server writes into. */
  directory: string;
  claimer: FileClaimer;
  sink: CaptureSink;
  cleaner: FileCleaner;
  log: Logger;
  onDirectoryState?: (state: DirectoryState) => void;
}

export interface Ingest extends AsyncDisposable {
  /** Files that wait for the capture library. */
  readonly backlog: number;
  close(): Promise<void>;
}

/**
 * Takes in every capture file that arrives: at once those that a session claims, at leisure all others.
 * Resolves when the directory is watched, or found missing; a missing one is awaited.
 */
export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const ingest = new DirectoryIngest(options);
  await ingest.start();
  return ingest;
}

class DirectoryIngest implements Ingest {
  readonly #options: IngestOptions;
  readonly #watch: DirectoryWatch;
  readonly #marks = new FileMarks();
  readonly #renames = new PartRenames();
  readonly #live: LiveFiles;
  readonly #backlog: Backlog;
  #rescanTimer: NodeJS.Timeout | undefined;
  #lookTimer: NodeJS.Timeout | undefined;
  #rescanning: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(options: IngestOptions) {
    this.#options = options;
    const { directory, sink, log, claimer, cleaner } = options;
    const marks = this.#marks;
    const lengthOf = (bytes: Uint8Array) => expectedLength(bytes);
    this.#live = new LiveFiles({ directory, marks, claimer, cleaner, sink, log, expectedLength: lengthOf });
    this.#backlog = new Backlog({ directory, marks, sink, log, expectedLength: lengthOf });
    this.#watch = new DirectoryWatch({
      directory,
      onEvent: (type, name) => this.#onEvent(type, name),
      onState: (state) => {
        if (!state.ok) log.error({ directory }, `the TFTP directory cannot be read: ${state.message}`);
        options.onDirectoryState?.(state);
      },
    });
  }

  get backlog(): number {
    return this.#backlog.waiting;
  }

  async start(): Promise<void> {
    await this.#rescan();
    this.#rescanTimer = setInterval(() => void this.#rescan(), RESCAN_MS);
    this.#lookTimer = setInterval(() => this.#lookAgain(), LOOK_AGAIN_MS);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#rescanTimer);
    clearInterval(this.#lookTimer);
    this.#watch[Symbol.dispose]();
    await Promise.all([this.#rescanning, this.#looking, this.#backlog.close()]);
    // A listing that was under way may have begun to watch again.
    this.#watch[Symbol.dispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onEvent(type: "rename" | "change", name: string | null): void {
    if (this.#closed) return;
    if (name === null) {
      void this.#rescan();
      return;
    }
    const isWhole = type === "rename" && this.#renames.arrives(name);
    if (!isCaptureName(name)) return;
    const claim = this.#options.claimer.claim(name);
    if (claim === undefined) this.#backlog.add(name, isWhole);
    else this.#live.onEvent(name, claim, isWhole);
  }

  #rescan(): Promise<void> {
    this.#rescanning ??= this.#listDirectory().finally(() => {
      this.#rescanning = undefined;
    });
    return this.#rescanning;
  }

  async #listDirectory(): Promise<void> {
    if (!(await this.#watch.check()) || this.#closed) return;
    const claimed: string[] = [];
    try {
      this.#marks.beginListing();
      // In portions, so that ten thousand old files do not hold up a live one.
      for await (const { name } of await opendir(this.#options.directory, { bufferSize: PORTION })) {
        if (this.#marks.isListed(name) || !isCaptureName(name)) continue;
        if (this.#options.claimer.claim(name) === undefined) this.#backlog.add(name, false);
        else claimed.push(name);
      }
      this.#marks.endListing();
    } catch (error) {
      this.#watch.fail(error);
      return;
    }
    // In the order of their timestamps.
    for (const name of claimed.sort()) {
      if (this.#closed) return;
      await this.#live.onFound(name, false);
    }
  }

  #lookAgain(): void {
    this.#backlog.lookAgain();
    this.#looking ??= this.#live.lookAgain().finally(() => {
      this.#looking = undefined;
    });
  }
}
