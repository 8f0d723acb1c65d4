import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

const MAX_BYTES = 20 * 1024 * 1024;

/** Appends every line of every program to `logs/lab.log`; one older file of equal size is kept. */
export class LogFile {
  readonly path: string;
  #descriptor: number;
  #bytes: number;

  constructor(dataDir: string) {
    const folder = join(dataDir, "logs");
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, "lab.log");
    this.#descriptor = openSync(this.path, "a");
    this.#bytes = statSync(this.path).size;
  }

  write(line: string): void {
    if (this.#bytes > MAX_BYTES) this.#rotate();
    try {
      this.#bytes += writeSync(this.#descriptor, `${line}\n`);
    } catch {
      // A full disk must not end the lab; the terminal still shows the line and health names the disk.
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #rotate(): void {
    closeSync(this.#descriptor);
    renameSync(this.path, `${this.path}.1`);
    this.#descriptor = openSync(this.path, "a");
    this.#bytes = 0;
  }
}
