import { messageOf, PnmLabError } from "@pnmlab/kit";
import {
  decodeSpectrumFrame,
  type RecordingSettings,
  recordingSettingsSchema,
  type SpectrumFrame,
} from "@pnmlab/protocol";
import type { z } from "zod";
import { crc32 } from "./crc32.ts";
import {
  decodeJson,
  HEAD_FIXED_BYTES,
  MAX_CONTENT_BYTES,
  RECORD_HEADER_BYTES,
  RECORDING_MAGIC,
  RECORDING_VERSION,
  type RecordingHead,
  RecordKind,
  recordingHeadSchema,
} from "./layout.ts";
import { type FrameOrigin, isTime, OriginDecoder } from "./origin.ts";
import { decodeSummary, type Summary } from "./summary.ts";

/**
 * `bytes` of a frame are in a buffer of their own, which `frame` shares. Its origin is left out where the recording
 * does not tell it.
 */
export type RecordingPiece =
  | { kind: "head"; head: RecordingHead }
  | { kind: "frame"; frame: SpectrumFrame; bytes: Uint8Array<ArrayBuffer>; origin?: FrameOrigin }
  | { kind: "settings"; settings: RecordingSettings }
  | { kind: "summary"; summary: Summary };

/**
 * Reads a recording from chunks of any size. Holds one record at most.
 *
 * Errors are PnmLabError: `RECORDING_FILE_INVALID` where the bytes are no recording, or one that was damaged;
 * `RECORDING_FILE_UNSUPPORTED` where a later version wrote it. `wholeBytes` tells how far the file is good.
 */
export class RecordingParser {
  #rest: Uint8Array = new Uint8Array(0);
  #hasHead = false;
  #wholeBytes = 0;
  readonly #origins = new OriginDecoder();
  /** Of the frame that follows. */
  #origin: { sequence: number; origin: FrameOrigin } | undefined;

  /** Bytes up to the end of the last whole piece. */
  get wholeBytes(): number {
    return this.#wholeBytes;
  }

  /** Bytes of a piece whose end has not come; where the file ends here, they are its torn tail. */
  get tornBytes(): number {
    return this.#rest.length;
  }

  /** The pieces that `chunk` completes. */
  *push(chunk: Uint8Array): Generator<RecordingPiece, void, undefined> {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = new Uint8Array(this.#rest.length + chunk.length);
      bytes.set(this.#rest);
      bytes.set(chunk, this.#rest.length);
    }
    let at = 0;
    try {
      for (;;) {
        const step = this.#hasHead ? this.#readRecord(bytes, at) : readHead(bytes, at);
        if (step === undefined) break;
        this.#hasHead = true;
        at += step.bytes;
        this.#wholeBytes += step.bytes;
        if (step.piece) yield step.piece;
      }
    } finally {
      this.#rest = bytes.slice(at);
    }
  }

  #readRecord(bytes: Uint8Array, at: number): Step | undefined {
    if (bytes.length - at < RECORD_HEADER_BYTES) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, RECORD_HEADER_BYTES);
    const kind = view.getUint32(0, true);
    const length = view.getUint32(4, true);
    if (length > MAX_CONTENT_BYTES) throw invalid(`a record of the recording claims to have ${length} bytes`);
    if (bytes.length - at < RECORD_HEADER_BYTES + length) return undefined;
    const content = bytes.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length);
    if (crc32(content) !== view.getUint32(8, true))
      throw invalid("a record of the recording is damaged (CRC)");
    const step = { bytes: RECORD_HEADER_BYTES + length };
    switch (kind) {
      case RecordKind.frame: {
        const own = Uint8Array.from(content);
        const frame = frameOf(own);
        const told = this.#origin;
        this.#origin = undefined;
        const from = told?.sequence === frame.sequence ? { origin: told.origin } : {};
        return { ...step, piece: { kind: "frame", bytes: own, frame, ...from } };
      }
      case RecordKind.settings:
        return {
          ...step,
          piece: { kind: "settings", settings: parsed(content, recordingSettingsSchema, "settings") },
        };
      case RecordKind.summary:
        return { ...step, piece: { kind: "summary", summary: decodeSummary(content) } };
      case RecordKind.reading:
        this.#origins.takeReading(content);
        return step;
      case RecordKind.origin:
        this.#origin = this.#origins.takeOrigin(content);
        return step;
      default:
        return step;
    }
  }
}

interface Step {
  bytes: number;
  /** Left out where a record belongs to another, and for kinds that are not known: later programs may add some. */
  piece?: RecordingPiece;
}

function readHead(bytes: Uint8Array, at: number): Step | undefined {
  const here = bytes.length - at;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, here);
  if (here >= 4 && view.getUint32(0, true) !== RECORDING_MAGIC) {
    throw invalid("the file is no recording: it does not begin with PLR1");
  }
  if (here < HEAD_FIXED_BYTES) return undefined;
  const version = view.getUint16(4, true);
  if (version !== RECORDING_VERSION) {
    throw new PnmLabError(
      "RECORDING_FILE_UNSUPPORTED",
      `the recording has version ${version}; this program reads version ${RECORDING_VERSION}`,
    );
  }
  const length = view.getUint32(8, true);
  if (length > MAX_CONTENT_BYTES) throw invalid(`the head of the recording claims to have ${length} bytes`);
  if (here < HEAD_FIXED_BYTES + length) return undefined;
  const json = bytes.subarray(at + HEAD_FIXED_BYTES, at + HEAD_FIXED_BYTES + length);
  if (crc32(json) !== view.getUint32(12, true)) throw invalid("the head of the recording is damaged (CRC)");
  return {
    bytes: HEAD_FIXED_BYTES + length,
    piece: { kind: "head", head: parsed(json, recordingHeadSchema, "head") },
  };
}

function frameOf(bytes: Uint8Array<ArrayBuffer>): SpectrumFrame {
  let frame: SpectrumFrame;
  try {
    frame = decodeSpectrumFrame(bytes.buffer);
  } catch (error) {
    throw invalid(`a frame of the recording cannot be read: ${messageOf(error)}`, error);
  }
  const { capturedAtMs, receivedAtMs, firstBinHz, binSpacingHz, levelsHundredthsDbmv } = frame;
  // The wire has room for numbers that are no times and no frequencies.
  const isSound =
    isTime(capturedAtMs) &&
    isTime(receivedAtMs) &&
    Number.isFinite(firstBinHz) &&
    Number.isFinite(binSpacingHz) &&
    binSpacingHz > 0 &&
    levelsHundredthsDbmv.length > 0;
  if (!isSound) throw invalid("a frame of the recording has no bins, or no valid time or frequency axis");
  return frame;
}

function parsed<Schema extends z.ZodType>(json: Uint8Array, schema: Schema, what: string): z.output<Schema> {
  let value: unknown;
  try {
    value = decodeJson(json);
  } catch (error) {
    throw invalid(`the ${what} of the recording is no JSON: ${messageOf(error)}`, error);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw invalid(
    `the ${what} of the recording does not fit at "${field}": ${issue?.message ?? "is not valid"}`,
  );
}

function invalid(message: string, cause?: unknown): PnmLabError {
  return new PnmLabError("RECORDING_FILE_INVALID", message, cause === undefined ? {} : { cause });
}
