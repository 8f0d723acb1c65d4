import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { InputError } from "./problem.ts";
import { UsageError } from "./usage.ts";

export interface OutputOptions {
  output: string | undefined;
  files: readonly string[];
  recursive: boolean;
}

/** Where results go: one named file, or a directory with a file per capture. */
export class OutputFiles {
  readonly #path: string;
  readonly #extension: string;
  readonly #isDirectory: boolean;
  readonly #taken = new Set<string>();

  private constructor(path: string, extension: string, isDirectory: boolean) {
    this.#path = path;
    this.#extension = extension;
    this.#isDirectory = isDirectory;
  }

  /**
   * Undefined where results go to standard output. A name with an ending is a file unless it is a directory
   * already; several captures need a directory, which is made.
   *
   * @throws UsageError
   */
  static async open(
    { output, files, recursive }: OutputOptions,
    folder: string,
    extension: string,
  ): Promise<OutputFiles | undefined> {
    if (output === undefined) return undefined;
    const path = resolve(folder, output);
    const isDirectory = (await isExistingDirectory(path)) || extname(output) === "" || output.endsWith("/");
    if (!isDirectory && (files.length > 1 || recursive)) {
      throw new UsageError(`several captures need a directory: -o ${output} is one file`);
    }
    const isImage = extension === ".svg" || extension === ".png";
    if (!isDirectory && isImage && !/\.(svg|png)$/i.test(output)) {
      throw new UsageError(`-o ${output} ends neither in .svg nor in .png`);
    }
    try {
      if (isDirectory) await mkdir(path, { recursive: true });
    } catch (error) {
      throw new UsageError(`-o ${output}: ${InputError.from(error).message}`);
    }
    return new OutputFiles(path, extension, isDirectory);
  }

  /** Writes one result whole or not at all. @throws InputError */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const path = this.#isDirectory ? join(this.#path, this.#freeName(name)) : this.#path;
    if (!this.#isDirectory) {
      if (this.#taken.has(path)) {
        throw new InputError("SEVERAL_CAPTURES", "the output is one file, taken by another capture", {
          expected: "-o with a directory",
        });
      }
      this.#taken.add(path);
    }
    const partial = `${path}.partial-${process.pid}`;
    try {
      await writeFile(partial, content);
      await rename(partial, path);
    } catch (error) {
      await rm(partial, { force: true });
      const reason = InputError.from(error);
      throw new InputError(reason.code, `${basename(path)} cannot be written: ${reason.message}`);
    }
  }

  /** Names come from archives: no folders, no leading dots, and no name twice. */
  #freeName(name: string): string {
    const plain = name
      .replace(/[^\p{L}\p{N}._-]+/gu, "_")
      .replace(/^[._]+/, "")
      .slice(0, 180);
    const stem = plain === "" ? "capture" : plain;
    let free = stem + this.#extension;
    for (let n = 2; this.#taken.has(free); n++) free = `${stem}-${n}${this.#extension}`;
    this.#taken.add(free);
    return free;
  }
}

async function isExistingDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
}
