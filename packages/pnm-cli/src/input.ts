import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { unwrap } from "@pnmlab/pnm-codec";
import { InputError, type Problem, problemOf } from "./problem.ts";

/** One capture: a file, or a member of one. */
export interface Capture {
  /** As the user knows it: the path given, and `!member` within an archive. */
  path: string;
  /** The same with the last part of the path alone. */
  name: string;
  /** Name that may tell what kind of capture it is. */
  fileName: string;
  bytes: Uint8Array;
  anomalies: string[];
}

export type InputResult = { ok: true; capture: Capture } | { ok: false; path: string; problem: Problem };

export interface InputOptions {
  files: readonly string[];
  recursive: boolean;
  name: string | undefined;
  /** Folder that relative paths start from. */
  folder: string;
  stdin: AsyncIterable<Uint8Array>;
}

/** A capture has some kilobytes; what is larger is no capture, or many that need not be in memory at once. */
const LARGEST_FILE = 256 * 1024 * 1024;

/** Every capture the user named, packed ones unpacked, one after the other; a problem ends only its own file. */
export async function* readCaptures(options: InputOptions): AsyncGenerator<InputResult> {
  for (const given of options.files) {
    if (given === "-") {
      yield* captures("-", options.name ?? "-", () => readAll(options.stdin));
      continue;
    }
    for await (const found of walk(given, options, true)) {
      if (!found.ok) yield found;
      else {
        const absolute = resolve(options.folder, found.path);
        yield* captures(found.path, options.name ?? basename(found.path), () => readBounded(absolute));
      }
    }
  }
}

async function* captures(
  path: string,
  fileName: string,
  read: () => Promise<Uint8Array>,
): AsyncGenerator<InputResult> {
  try {
    const bytes = await read();
    const files = await unwrap(bytes, { fileName });
    if (files.length === 0) throw new InputError("EMPTY_ARCHIVE", "the archive holds no files");
    for (const file of files) {
      const inside = file.path.slice(fileName.length);
      if (!file.ok) {
        yield { ok: false, path: path + inside, problem: file.error };
        continue;
      }
      const isItself = inside === "";
      yield {
        ok: true,
        capture: {
          path: path + inside,
          name: (path === "-" ? fileName : basename(path)) + inside,
          fileName: isItself ? fileName : (file.fileName ?? fileName),
          bytes: file.bytes,
          anomalies: file.anomalies,
        },
      };
    }
  } catch (error) {
    yield { ok: false, path, problem: problemOf(error) };
  }
}

type Found = { ok: true; path: string } | { ok: false; path: string; problem: Problem };

async function* walk(
  path: string,
  options: Pick<InputOptions, "folder" | "recursive">,
  isGiven: boolean,
): AsyncGenerator<Found> {
  try {
    const absolute = resolve(options.folder, path);
    const facts = await stat(absolute);
    if (!facts.isDirectory()) {
      // What is no file is read only where the user named it: a named pipe in a folder would wait for ever.
      if (isGiven || facts.isFile()) yield { ok: true, path };
      return;
    }
    if (!options.recursive) {
      throw new InputError("IS_DIRECTORY", "is a directory; --recursive reads the files in it");
    }
    for (const entry of (await readdir(absolute, { withFileTypes: true })).sort(byName)) {
      if (!entry.isSymbolicLink()) yield* walk(join(path, entry.name), options, false);
    }
  } catch (error) {
    yield { ok: false, path, problem: InputError.from(error) };
  }
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

async function readBounded(path: string): Promise<Uint8Array> {
  await using file = await open(path);
  const { size } = await file.stat();
  if (size > LARGEST_FILE) throw tooLarge(`${size} bytes`);
  return await readAll(createReadStream(path, { fd: file, autoClose: false }));
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > LARGEST_FILE) throw tooLarge("more");
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function tooLarge(found: string): InputError {
  return new InputError("TOO_LARGE", "the file is too large for a capture", {
    expected: `at most ${LARGEST_FILE} bytes`,
    found,
  });
}
