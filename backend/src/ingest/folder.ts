import { opendir } from "node:fs/promises";
import { join } from "node:path";
import { DirectoryWatch, type DirectoryWatchOptions } from "./directory-watch.ts";
import type { FileMarks } from "./file-marks.ts";
import { inFolder, isCaptureName } from "./names.ts";
import { PartRenames } from "./part-renames.ts";

/** Names per portion of a listing, so that a hundred thousand old files do not hold up a live one. */
const PORTION = 512;
/** Times of folders are as coarse as 2 s on some file systems: only later listings are conclusive. */
const COARSEST_TIME_MS = 3000;
/** However quiet a folder is, it is listed this often. */
const LIST_AT_LEAST_EVERY_MS = 30_000;

export interface FolderOptions
  extends Pick<DirectoryWatchOptions, "watchFolder" | "onState" | "onUnwatched"> {
  /** The TFTP directory. */
  directory: string;
  /** Path of this folder below it, empty for the directory itself. */
  path: string;
  marks: FileMarks;
  /** The kernel tells of a file. `isWhole` where it got its name complete. */
  onFile(name: string, isWhole: boolean): void;
  /** The kernel tells of something, but not of what. */
  onAnything(): void;
}

export interface ListingSink {
  /** A file that has not been dealt with; false where there is no room for it now. */
  onFound(name: string): boolean;
  onFolder(path: string): void;
}

/** One folder at or below the TFTP directory: its kernel events, and listings when something has changed. */
export class Folder implements Disposable {
  readonly path: string;
  readonly #options: FolderOptions;
  readonly #watch: DirectoryWatch;
  readonly #renames = new PartRenames();
  #id: string | undefined;
  #modifiedAtMs: number | undefined;
  #sameSinceMs = 0;
  #listedAtMs = Number.NEGATIVE_INFINITY;
  /** The last listing found room for everything, and began well after the folder's last change. */
  #isConclusive = false;

  constructor(options: FolderOptions) {
    this.#options = options;
    this.path = options.path;
    this.#watch = new DirectoryWatch({
      ...options,
      directory: join(options.directory, options.path),
      onEvent: (type, base) => this.#onEvent(type, base),
    });
  }

  /** Watches the folder that is now there and notes whether it has changed; false where it cannot be read. */
  async check(): Promise<boolean> {
    const look = await this.#watch.check();
    if (look === undefined) {
      this.#isConclusive = false;
      return false;
    }
    if (look.id !== this.#id || look.modifiedAtMs !== this.#modifiedAtMs) {
      this.#id = look.id;
      this.#modifiedAtMs = look.modifiedAtMs;
      this.#sameSinceMs = performance.now();
      this.#isConclusive = false;
    }
    return true;
  }

  /** Lists the folder where the last listing does not hold any more. Returns whether it could be read. */
  async list(sink: ListingSink): Promise<boolean> {
    const beganMs = performance.now();
    if (this.#isConclusive && beganMs - this.#listedAtMs < LIST_AT_LEAST_EVERY_MS) return true;
    const { directory, path, marks } = this.#options;
    let hadRoom = true;
    try {
      marks.beginListing(path);
      for await (const entry of await opendir(join(directory, path), { bufferSize: PORTION })) {
        if (entry.isDirectory()) {
          if (!entry.name.startsWith(".")) sink.onFolder(inFolder(path, entry.name));
        } else if (isCaptureName(entry.name) && !marks.isListed(path, entry.name)) {
          hadRoom = sink.onFound(inFolder(path, entry.name)) && hadRoom;
        }
      }
      marks.endListing(path);
    } catch (error) {
      this.#watch.fail(error);
      return false;
    }
    this.#listedAtMs = beganMs;
    this.#isConclusive = hadRoom && beganMs - this.#sameSinceMs >= COARSEST_TIME_MS;
    return true;
  }

  /** The next listing is made whatever the folder's time says. */
  expectMore(): void {
    this.#isConclusive = false;
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }

  #onEvent(type: "rename" | "change", base: string | null): void {
    if (base === null) {
      this.#options.onAnything();
      return;
    }
    const isWhole = type === "rename" && this.#renames.arrives(base);
    if (isCaptureName(base)) this.#options.onFile(inFolder(this.path, base), isWhole);
  }
}
