import { lstat, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Config, Logger } from "@pnmlab/config";
import { backoffDelayMs, KeyedQueue, messageOf, PnmLabError } from "@pnmlab/kit";
import { removeByEmptyWrite } from "@pnmlab/tftp-client";
import type { FileCleaner } from "../contracts.ts";

export interface FileCleanerOptions {
  directory: string;
  /** `auto` unlinks, and writes an empty file over TFTP where the directory cannot be written. */
  mode: Config["cleanup"];
  /** The TFTP server as this machine reaches it. */
  tftp: { host: string; port: number };
  /** How the names of our own files begin; no other file is ever removed. */
  ownPrefix: string;
  log: Logger;
}

export interface OwnFileCleaner extends FileCleaner, AsyncDisposable {
  /** Files that could not be removed yet. */
  readonly failing: number;
  close(): Promise<void>;
}

const MAX_AT_ONCE = 4;
const RETRY = { baseMs: 1000, maxMs: 60_000 };
const MAX_RETRIES = 10;

/**
 * Removes consumed capture files. A removal that fails is logged and repeated, never thrown: the file was
 * consumed, and what is left of it must not stop what comes next.
 */
export function createFileCleaner(options: FileCleanerOptions): OwnFileCleaner {
  return new Cleaner(options);
}

class Cleaner implements OwnFileCleaner {
  readonly #options: FileCleanerOptions;
  readonly #queue = new KeyedQueue({ maxTotal: MAX_AT_ONCE, maxPerKey: 1 });
  readonly #retries = new Map<string, NodeJS.Timeout>();
  /** Found out by the first unlink that is not permitted. */
  #cannotUnlink = false;
  #closed = false;

  constructor(options: FileCleanerOptions) {
    this.#options = options;
    this.#cannotUnlink = options.mode === "tftp";
  }

  get failing(): number {
    return this.#retries.size;
  }

  async remove(fileName: string): Promise<void> {
    if (!fileName.startsWith(this.#options.ownPrefix) || /[/\\]/.test(fileName)) {
      throw new PnmLabError("CLEANUP_NOT_OURS", `${fileName} is not a file of ours and was left alone`);
    }
    await this.#attempt(fileName, 0);
  }

  async list(prefix: string): Promise<string[]> {
    const { directory, ownPrefix } = this.#options;
    if (!prefix.startsWith(ownPrefix)) return [];
    const names = (await readNames(directory)).filter((name) => name.startsWith(prefix));
    const sizes = await Promise.all(names.map((name) => sizeOf(join(directory, name))));
    return names.filter((_, index) => sizes[index]! > 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
    this.#queue.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #attempt(fileName: string, attempt: number): Promise<void> {
    if (this.#closed) return;
    try {
      await this.#queue.run(fileName, () => this.#removeOnce(fileName));
      this.#retries.delete(fileName);
    } catch (error) {
      if (this.#closed) return;
      this.#options.log.warn(
        { fileName, attempt },
        `${fileName} could not be removed from the TFTP directory: ${messageOf(error)}`,
      );
      if (attempt >= MAX_RETRIES) {
        this.#retries.delete(fileName);
        return;
      }
      const again = () => void this.#attempt(fileName, attempt + 1);
      this.#retries.set(fileName, setTimeout(again, backoffDelayMs(attempt, RETRY)));
    }
  }

  async #removeOnce(fileName: string): Promise<void> {
    if (!this.#cannotUnlink) {
      try {
        await unlink(join(this.#options.directory, fileName));
        return;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT") return;
        const isForbidden = code === "EACCES" || code === "EPERM" || code === "EROFS";
        if (this.#options.mode !== "auto" || !isForbidden) throw error;
        this.#cannotUnlink = true;
      }
    }
    // Some servers would create the file anew.
    if ((await sizeOf(join(this.#options.directory, fileName))) === 0) return;
    await removeByEmptyWrite({ ...this.#options.tftp, name: fileName });
  }
}

/** Names in a directory; a directory that is not there has none. */
async function readNames(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Length of a file, 0 where there is none. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
