import { lstat, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Config, Logger } from "@pnmlab/config";
import { backoffDelayMs, KeyedQueue, messageOf, PnmLabError } from "@pnmlab/kit";
import { removeByEmptyWrite } from "@pnmlab/tftp-client";
import type { CaptureSink, FileCleaner } from "../contracts.ts";
import { archiveFile } from "./archive-file.ts";
import { findFiles } from "./find-files.ts";
import { baseNameOf, isPathBelow } from "./names.ts";

export interface FileCleanerOptions {
  directory: string;
  /** What becomes of consumed files. */
  policy: Config["consumedFiles"];
  /**
   * Where the files come from. Those fetched over `tftp` lie here and at the server: both are removed, the
   * one there by an empty write, unless `mode` is `unlink`.
   */
  source: Config["fileSource"];
  /** How files are removed: `auto` unlinks, and writes an empty file over TFTP where the directory cannot be written. */
  mode: Config["cleanup"];
  /** The TFTP server as this machine reaches it. */
  tftp: { host: string; port: number };
  /** Takes the files that are archived. */
  sink: CaptureSink;
  /** How the names of our own files begin; no other file is ever removed. */
  ownPrefix: string;
  /** Files of other names that a session has taken as its own. */
  isTaken?: (fileName: string) => boolean;
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
 * Clears consumed capture files. A removal that fails is logged and repeated, never thrown: the file was
 * consumed, and what is left of it must not stop what comes next. A file that is to be archived is removed
 * when the library has stored it, and not before.
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
    this.#cannotUnlink = options.mode === "tftp" && options.source === "folder";
  }

  get failing(): number {
    return this.#retries.size;
  }

  async remove(fileName: string): Promise<void> {
    const { ownPrefix, policy, isTaken } = this.#options;
    const base = baseNameOf(fileName);
    const isOurs = base.startsWith(ownPrefix) || isTaken?.(base) === true;
    if (!isOurs || !isPathBelow(fileName)) {
      throw new PnmLabError("CLEANUP_NOT_OURS", `${fileName} is not a file of ours and was left alone`);
    }
    if (policy !== "keep") await this.#attempt(fileName, 0);
  }

  async list(prefix: string): Promise<string[]> {
    const { directory, ownPrefix, policy } = this.#options;
    if (!prefix.startsWith(ownPrefix) || policy === "keep") return [];
    const names: string[] = [];
    for await (const name of findFiles(directory, (base) => base.startsWith(prefix))) {
      if ((await sizeOf(join(directory, name))) > 0) names.push(name);
    }
    return names;
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
      await this.#queue.run(fileName, () => this.#clearOnce(fileName));
      this.#retries.delete(fileName);
    } catch (error) {
      if (this.#closed) return;
      const text = `${fileName} could not be cleared from the TFTP directory: ${messageOf(error)}`;
      if (attempt === 0) this.#options.log.warn({ fileName }, text);
      if (attempt >= MAX_RETRIES) {
        this.#options.log.warn({ fileName, attempt }, `${text}; it stays until the next sweep`);
        this.#retries.delete(fileName);
        return;
      }
      const again = () => void this.#attempt(fileName, attempt + 1);
      this.#retries.set(fileName, setTimeout(again, backoffDelayMs(attempt, RETRY)));
    }
  }

  async #clearOnce(fileName: string): Promise<void> {
    const { directory, policy, sink, source, mode, tftp } = this.#options;
    if (policy === "archive") await archiveFile(directory, fileName, sink);
    await this.#removeOnce(fileName);
    if (source === "tftp" && mode !== "unlink") {
      await removeByEmptyWrite({ ...tftp, name: baseNameOf(fileName) });
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

/** Length of a file, 0 where there is none. */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
