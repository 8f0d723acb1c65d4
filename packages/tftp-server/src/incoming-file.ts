import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import type { FileDirectory } from "./directory.ts";
import { PART_ENDING } from "./names.ts";

/** Bytes that are gathered in memory before they are written; most captures are smaller. */
const FLUSH_BYTES = 256 * 1024;

/** Characters of the final name that its part carries: dot, random text and ending must fit into 255 bytes. */
const PART_NAME_CHARACTERS = 48;

/** Name of an unfinished transfer: hidden, and never a name that a peer may use. */
export const PART_NAME = new RegExp(`^\\..*\\.[0-9a-f]{10}-\\d+\\${PART_ENDING}$`, "s");

const processTag = randomBytes(5).toString("hex");
let partCount = 0;

/** What an upload did: a file now holds it, or, being empty, it deleted one, or found none to delete. */
export type CommitResult = "replaced" | "removed" | "nothing";

/**
 * The content of one upload until it is whole. Nothing appears under the final name before `commit`,
 * which renames over it in one step; `discard` leaves everything as it was before.
 */
export class IncomingFile {
  readonly #directory: FileDirectory;
  readonly #name: string;
  readonly #partPath: string;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #bytes = 0;
  #handle: FileHandle | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(directory: FileDirectory, name: string) {
    this.#directory = directory;
    this.#name = name;
    this.#partPath = directory.pathOf(partName(name));
  }

  /** Length so far, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** True where enough waits in memory that no more should be asked for before `flush` is through. */
  get needsFlush(): boolean {
    return this.#pendingBytes >= FLUSH_BYTES;
  }

  /** Keeps `data` without a copy. */
  append(data: Uint8Array): void {
    if (data.length === 0) return;
    this.#pending.push(data);
    this.#pendingBytes += data.length;
    this.#bytes += data.length;
  }

  flush(): Promise<void> {
    const chunks = this.#pending;
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#writing = this.#writing.then(async () => {
      this.#handle ??= await open(this.#partPath, "wx");
      // Unlike write() and writev(), writeFile() goes on after a partial write.
      await this.#handle.writeFile(Buffer.concat(chunks));
    });
    return this.#writing;
  }

  /** Makes the upload visible whole, or deletes the named file where the upload is empty. */
  async commit(): Promise<CommitResult> {
    if (this.#bytes === 0) return (await this.#directory.remove(this.#name)) ? "removed" : "nothing";
    await this.flush();
    await this.#handle!.close();
    this.#handle = undefined;
    await rename(this.#partPath, this.#directory.pathOf(this.#name));
    return "replaced";
  }

  async discard(): Promise<void> {
    this.#pending = [];
    await this.#writing.catch(() => {});
    await this.#handle?.close();
    this.#handle = undefined;
    await rm(this.#partPath, { force: true });
  }
}

/** Unlike any other, also of a process that ran before; `wx` would refuse a part that exists. */
function partName(name: string): string {
  partCount += 1;
  return `.${name.slice(0, PART_NAME_CHARACTERS)}.${processTag}-${partCount}${PART_ENDING}`;
}
