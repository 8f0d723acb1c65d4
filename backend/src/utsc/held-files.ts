import type { IncomingFile } from "../contracts.ts";

/** A file that waits, and the generation of the configuration that made it. */
export interface HeldFile {
  generation: number;
  file: IncomingFile & { seenAtMs: number };
}

/** What a session makes in some seconds; a CMTS whose row cannot be read for longer loses its oldest files. */
const MAX_FILES = 512;
const MAX_BYTES = 32 * 1024 * 1024;

/** Files that came before it was known how to decode them, the oldest first. */
export class HeldFiles {
  #files: HeldFile[] = [];
  #bytes = 0;

  /** Returns how many of the oldest had to go for it. */
  add(held: HeldFile): number {
    this.#files.push(held);
    this.#bytes += held.file.bytes.length;
    let gone = 0;
    while (this.#files.length > MAX_FILES || (this.#bytes > MAX_BYTES && this.#files.length > 1)) {
      this.#bytes -= this.#files.shift()!.file.bytes.length;
      gone += 1;
    }
    return gone;
  }

  /** All of them; none is held any more. */
  takeAll(): HeldFile[] {
    const files = this.#files;
    this.#files = [];
    this.#bytes = 0;
    return files;
  }
}
