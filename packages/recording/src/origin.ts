import { PnmLabError } from "@pnmlab/kit";
import { utscOutputFormatSchema } from "@pnmlab/protocol";
import { z } from "zod";
import { decodeJson, encodeJson, encodeRecord, RecordKind } from "./layout.ts";

const MAX_NAME_CHARACTERS = 1024;
/** Most bytes in front of the samples that an origin holds. No header of a CMTS capture is longer. */
export const MAX_HEAD_BYTES = 1024;
const SHA256_BYTES = 32;
/** The latest moment whose year has four digits, as in the dates that are sent to pages. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** Up to the file name of an origin. */
const FIXED_BYTES = 56;
/** Offset and length of a change. */
const CHANGE_BYTES = 4;

/** With all lists full of the longest texts, in characters of six bytes each, a reading is half of what a record holds. */
const textSchema = z.string().max(2000);
const MAX_ITEMS = 50;
const hertzSchema = z.number().nonnegative();

/** How a file was read: the same for most files of a stream. Fields that a later version adds are passed over. */
const originReadingSchema = z.object({
  /** Arrangement of its bytes, by the name that the decoder has for it. */
  layout: z.string().max(64),
  endianness: z.enum(["big", "little"]),
  /** Captures in the file. */
  captures: z.int().min(1).max(0xffff_ffff),
  /** In words for the user. */
  reading: z.object({
    layout: textSchema,
    confidence: z.enum(["high", "medium", "low"]),
    reason: textSchema,
    alternatives: z.array(z.object({ layout: textSchema, reason: textSchema })).max(MAX_ITEMS),
  }),
  anomalies: z.array(textSchema).max(MAX_ITEMS),
  calibration: z.object({ kHundredthsDb: z.int().nullable(), source: z.enum(["header", "snmp", "none"]) }),
  /** What SNMP said of the capture: the header is listed with it. */
  configuration: z.object({
    centerFrequencyHz: hertzSchema,
    spanHz: hertzSchema,
    bins: z.int().nonnegative(),
    /** Left out where a later version knows more formats than this one. */
    outputFormat: utscOutputFormatSchema.optional().catch(undefined),
    kHundredthsDb: z.int().nullable(),
  }),
});
export type OriginReading = z.infer<typeof originReadingSchema>;

/** Where a frame comes from: its file, and how that was read. */
export interface FrameOrigin {
  /** Path below the TFTP directory, or the object that was read by SNMP. */
  fileName: string;
  sizeBytes: number;
  sha256: Uint8Array;
  /** Unix milliseconds; undefined for what SNMP gave. */
  modifiedAtMs: number | undefined;
  /** Which capture of the file, from 1. */
  number: number;
  /** Bytes in front of the samples; empty where there are none, or more than are kept. */
  head: Uint8Array;
  /** One object for all files that were read alike: it is written again where it is another. */
  reading: OriginReading;
}

/** Writes the origins of frames that follow each other in one file; what they have in common is written once. */
export class OriginEncoder {
  #reading: OriginReading | undefined;
  #fits = false;
  #head: Uint8Array = new Uint8Array();

  /** Records to be put in front of that of the frame; none where the origin would be refused when it is read. */
  encode(sequence: number, origin: FrameOrigin): Uint8Array<ArrayBuffer>[] {
    if (!isSound(origin)) return [];
    const { head, reading } = origin;
    const isSame = reading === this.#reading && head.length === this.#head.length;
    if (!isSame) {
      this.#reading = reading;
      this.#head = head;
      this.#fits = originReadingSchema.safeParse(reading).success;
    }
    if (!this.#fits) return [];
    const record = encodeRecord(RecordKind.origin, encodeOrigin(sequence, origin, this.#head));
    return isSame ? [record] : [encodeRecord(RecordKind.reading, encodeReading(head, reading)), record];
  }
}

/**
 * Reads what `OriginEncoder` has written. What is no origin is refused as PnmLabError `RECORDING_FILE_INVALID`: the
 * lengths in it and the reading are checked.
 */
export class OriginDecoder {
  #held: { head: Uint8Array; reading: OriginReading } | undefined;

  takeReading(content: Uint8Array): void {
    const headBytes = content.length < 2 ? Number.NaN : viewOf(content).getUint16(0, true);
    if (!(headBytes <= Math.min(MAX_HEAD_BYTES, content.length - 2))) throw invalid("reading");
    let value: unknown;
    try {
      value = decodeJson(content.subarray(2 + headBytes));
    } catch (error) {
      throw invalid("reading", error);
    }
    const result = originReadingSchema.safeParse(value);
    if (!result.success) throw invalid("reading", result.error);
    this.#held = { head: new Uint8Array(content.subarray(2, 2 + headBytes)), reading: result.data };
  }

  takeOrigin(content: Uint8Array): { sequence: number; origin: FrameOrigin } {
    if (this.#held === undefined || content.length < FIXED_BYTES) throw invalid("origin");
    const view = viewOf(content);
    const nameEnd = FIXED_BYTES + view.getUint16(52, true);
    const end = nameEnd + view.getUint16(54, true);
    if (end > content.length) throw invalid("origin");
    const modifiedAtMs = view.getFloat64(8, true);
    const { head, reading } = this.#held;
    const origin = {
      fileName: nameOf(content.subarray(FIXED_BYTES, nameEnd)),
      sizeBytes: view.getUint32(4, true),
      sha256: new Uint8Array(content.subarray(20, 20 + SHA256_BYTES)),
      modifiedAtMs: Number.isNaN(modifiedAtMs) ? undefined : modifiedAtMs,
      number: view.getUint32(16, true),
      head: changed(head, content.subarray(nameEnd, end)),
      reading,
    };
    if (!isSound(origin)) throw invalid("origin");
    return { sequence: view.getUint32(0, true), origin };
  }
}

function isSound({ fileName, sizeBytes, modifiedAtMs, number, head, reading }: FrameOrigin): boolean {
  return (
    fileName.length <= MAX_NAME_CHARACTERS &&
    head.length <= Math.min(MAX_HEAD_BYTES, sizeBytes) &&
    number >= 1 &&
    number <= reading.captures &&
    (modifiedAtMs === undefined || isTime(modifiedAtMs))
  );
}

function encodeReading(head: Uint8Array, reading: OriginReading): Uint8Array {
  const json = encodeJson(reading);
  const bytes = new Uint8Array(2 + head.length + json.length);
  viewOf(bytes).setUint16(0, head.length, true);
  bytes.set(head, 2);
  bytes.set(json, 2 + head.length);
  return bytes;
}

function encodeOrigin(sequence: number, origin: FrameOrigin, baseHead: Uint8Array): Uint8Array {
  const { fileName, sizeBytes, sha256, modifiedAtMs, number, head } = origin;
  const name = encodeJson(fileName);
  const changes = changesOf(baseHead, head);
  const changesBytes = changes.reduce((sum, { from, to }) => sum + CHANGE_BYTES + to - from, 0);
  const bytes = new Uint8Array(FIXED_BYTES + name.length + changesBytes);
  const view = viewOf(bytes);
  view.setUint32(0, sequence, true);
  view.setUint32(4, sizeBytes, true);
  view.setFloat64(8, modifiedAtMs ?? Number.NaN, true);
  view.setUint32(16, number, true);
  bytes.set(sha256, 20);
  view.setUint16(52, name.length, true);
  view.setUint16(54, changesBytes, true);
  bytes.set(name, FIXED_BYTES);
  let at = FIXED_BYTES + name.length;
  for (const { from, to } of changes) {
    view.setUint16(at, from, true);
    view.setUint16(at + 2, to - from, true);
    bytes.set(head.subarray(from, to), at + CHANGE_BYTES);
    at += CHANGE_BYTES + to - from;
  }
  return bytes;
}

/** Stretches in which `head` differs from one of its length; those that are cheaper as one are one. */
function changesOf(baseHead: Uint8Array, head: Uint8Array): { from: number; to: number }[] {
  const changes: { from: number; to: number }[] = [];
  for (let at = 0; at < head.length; at += 1) {
    if (head[at] === baseHead[at]) continue;
    const newest = changes.at(-1);
    if (newest && at - newest.to <= CHANGE_BYTES) newest.to = at + 1;
    else changes.push({ from: at, to: at + 1 });
  }
  return changes;
}

function changed(baseHead: Uint8Array, changes: Uint8Array): Uint8Array {
  const head = new Uint8Array(baseHead);
  const view = viewOf(changes);
  for (let at = 0; at < changes.length; ) {
    if (at + CHANGE_BYTES > changes.length) throw invalid("origin");
    const from = view.getUint16(at, true);
    const bytes = changes.subarray(at + CHANGE_BYTES, at + CHANGE_BYTES + view.getUint16(at + 2, true));
    at += CHANGE_BYTES + view.getUint16(at + 2, true);
    if (at > changes.length || from + bytes.length > head.length) throw invalid("origin");
    head.set(bytes, from);
  }
  return head;
}

function nameOf(json: Uint8Array): string {
  let name: unknown;
  try {
    name = decodeJson(json);
  } catch (error) {
    throw invalid("origin", error);
  }
  if (typeof name !== "string") throw invalid("origin");
  return name;
}

/** Whether it is a time in Unix milliseconds that a date can tell. */
export function isTime(ms: number): boolean {
  return ms >= 0 && ms <= LATEST_MS;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function invalid(what: "reading" | "origin", cause?: unknown): PnmLabError {
  const held = what === "reading" ? "how the files of a recording were read" : "the file of a frame";
  const message = `what the recording tells of ${held} cannot be read`;
  return new PnmLabError("RECORDING_FILE_INVALID", message, cause === undefined ? {} : { cause });
}
