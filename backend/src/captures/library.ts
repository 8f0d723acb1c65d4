import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import type { Logger } from "@pnmlab/config";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { Capture, CaptureDetail, CaptureList, KeptCapture } from "@pnmlab/protocol";
import type { CaptureSink, IncomingFile } from "../contracts.ts";
import type { CaptureStore, StoredCapture } from "../storage/index.ts";
import { CaptureFiles } from "./capture-files.ts";
import { Decoder } from "./decoder.ts";

export interface CaptureLibraryOptions {
  dataDir: string;
  store: CaptureStore;
  log: Logger;
  now: () => number;
  /** A file is new in the library. */
  onCapture: (capture: Capture) => void;
}

/** Every capture file that belongs to no live session: stored as it came, decoded, listed. */
export class CaptureLibrary implements CaptureSink, AsyncDisposable {
  readonly #options: CaptureLibraryOptions;
  readonly #files: CaptureFiles;
  readonly #decoder = new Decoder();

  constructor(options: CaptureLibraryOptions) {
    this.#options = options;
    this.#files = new CaptureFiles(options.dataDir);
  }

  async accept(file: IncomingFile): Promise<void> {
    await this.keep(file);
  }

  /** Stores a file, wherever it comes from; `isNew` is false where the same one was there already. */
  async keep({ fileName, bytes, modifiedAt }: IncomingFile): Promise<KeptCapture> {
    const { store, log, now, onCapture } = this.#options;
    const inspection = await this.#decoder.inspect(fileName, bytes);
    await this.#files.store(inspection.sha256, bytes);
    const id = captureId(fileName, inspection.sha256);
    const isNew = store.get(id) === undefined;
    store.save({
      id,
      fileName,
      sizeBytes: bytes.length,
      receivedAt: new Date(now()).toISOString(),
      modifiedAt: modifiedAt.toISOString(),
      ...inspection,
    });
    const stored = this.#require(id);
    const capture = summaryOf(stored);
    if (!isNew) return { capture, isNew };
    if (stored.refusal) log.warn({ fileName, ...stored.refusal }, `capture ${fileName} refused`);
    else log.info({ fileName, kind: stored.kind, sizeBytes: bytes.length }, `capture ${fileName} stored`);
    onCapture(capture);
    return { capture, isNew };
  }

  knows(fileName: string, sizeBytes: number, modifiedAt: Date): boolean {
    return this.#options.store.knows(fileName, sizeBytes, modifiedAt);
  }

  /** Id of the capture of this name and these bytes; undefined where it is not kept. */
  idOf(fileName: string, sha256: string): string | undefined {
    const id = captureId(fileName, sha256);
    return this.#options.store.get(id) && id;
  }

  /** @throws PnmLabError `CAPTURE_UNKNOWN` where there is no capture `before`. */
  page(limit: number, before?: string): CaptureList {
    // One more than asked for tells whether another page follows.
    const found = this.#options.store.page(limit + 1, before);
    if (!found) throw unknownCapture(before);
    const captures = found.slice(0, limit);
    return { captures, nextBefore: found.length > limit ? (captures.at(-1)?.id ?? null) : null };
  }

  /** @throws PnmLabError `CAPTURE_UNKNOWN`. */
  detail(id: string): CaptureDetail {
    const { modifiedAt: _, ...detail } = this.#require(id);
    return detail;
  }

  /**
   * The plot of a capture as JSON text.
   *
   * @throws PnmLabError `CAPTURE_UNKNOWN`, `CAPTURE_REFUSED`, `CAPTURE_BYTES_MISSING`.
   */
  async plotJson(id: string): Promise<string> {
    const { fileName, sha256, refusal } = this.#require(id);
    if (refusal) throw new PnmLabError("CAPTURE_REFUSED", `${fileName} has no plot: ${refusal.message}`);
    const bytes = await this.#reading(fileName, () => readFile(this.#files.pathOf(sha256)));
    return this.#decoder.plotJson(id, fileName, bytes);
  }

  /**
   * The bytes of a capture as they arrived.
   *
   * @throws PnmLabError `CAPTURE_UNKNOWN`, `CAPTURE_BYTES_MISSING`.
   */
  async raw(id: string): Promise<{ fileName: string; sizeBytes: number; stream: Readable }> {
    const { fileName, sha256, sizeBytes } = this.#require(id);
    const file = await this.#reading(fileName, () => open(this.#files.pathOf(sha256)));
    return { fileName, sizeBytes, stream: file.createReadStream() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#decoder[Symbol.asyncDispose]();
  }

  #require(id: string): StoredCapture {
    const capture = this.#options.store.get(id);
    if (!capture) throw unknownCapture(id);
    return capture;
  }

  async #reading<T>(fileName: string, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw new PnmLabError(
        "CAPTURE_BYTES_MISSING",
        `the bytes of ${fileName} cannot be read from the data folder: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
}

/** The same name with the same bytes is the same capture, however often it arrives. */
function captureId(fileName: string, sha256: string): string {
  return createHash("sha256").update(`${fileName}\n${sha256}`).digest("hex").slice(0, 24);
}

function summaryOf({ modifiedAt: _, header: __, notes: ___, ...capture }: StoredCapture): Capture {
  return capture;
}

function unknownCapture(id: string | undefined): PnmLabError {
  return new PnmLabError("CAPTURE_UNKNOWN", `there is no capture ${id}`);
}
