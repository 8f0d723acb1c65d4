import { recordingSettingsSchema } from "@pnmlab/protocol";
import { z } from "zod";
import { crc32 } from "./crc32.ts";

/**
 * A recording as a file, and each of the segments that it is kept in: a head, then records up to the end of the
 * file. All numbers are little-endian.
 *
 * | offset | type | field |
 * | --- | --- | --- |
 * | 0 | u8[4] | `PLR1` |
 * | 4 | u16 | version, 1 |
 * | 6 | u16 | reserved, 0 |
 * | 8 | u32 | length n of the JSON |
 * | 12 | u32 | CRC-32 of the JSON |
 * | 16 | u8[n] | JSON in ASCII, other characters escaped: `RecordingHead`, with the settings that hold for the frames that follow |
 *
 * A record:
 *
 * | offset | type | field |
 * | --- | --- | --- |
 * | 0 | u32 | kind: 1 frame, 2 settings, 3 summary, 4 reading, 5 origin |
 * | 4 | u32 | length n of what it holds |
 * | 8 | u32 | CRC-32 of what it holds |
 * | 12 | u8[n] | frame: the bytes of `SpectrumFrame` on the wire; settings: JSON that holds from here on; summary: see `Summary`; reading and origin: below |
 *
 * A reading tells how files were read, for the origins that follow it up to the next reading:
 *
 * | offset | type | field |
 * | --- | --- | --- |
 * | 0 | u16 | length h of the bytes in front of the samples, at most 1,024 |
 * | 2 | u8[h] | those bytes, of the first of its files |
 * | 2 + h | u8[] | JSON: `OriginReading` |
 *
 * An origin tells where the frame comes from whose record follows it, if that has its number:
 *
 * | offset | type | field |
 * | --- | --- | --- |
 * | 0 | u32 | number of the frame |
 * | 4 | u32 | length of the file |
 * | 8 | f64 | when the file was modified, Unix milliseconds; NaN for what was read by SNMP |
 * | 16 | u32 | which capture of the file it is, from 1 |
 * | 20 | u8[32] | SHA-256 of the file |
 * | 52 | u16 | length n of its name |
 * | 54 | u16 | length c of the changes |
 * | 56 | u8[n] | name of the file, a JSON string |
 * | 56 + n | u8[c] | where the bytes in front of its samples differ from those of the reading: offset as u16, length as u16, bytes |
 *
 * Version 1 grows by kinds of records, by fields of JSON and by bytes at the end of an origin: readers pass over
 * what they do not know, so that those who know three kinds read frames and settings of these files, and a recording
 * without readings and origins is whole. Whatever changes the meaning of what is there is another version.
 *
 * A file that a program was writing when it died ends within a record. Everything before that record is whole, as
 * its CRCs tell; the rest is cut off.
 */
export const RECORDING_MAGIC = 0x31524c50; // "PLR1" read as little-endian u32
export const RECORDING_VERSION = 1;
export const HEAD_FIXED_BYTES = 16;
export const RECORD_HEADER_BYTES = 12;

/** Longest JSON, and longest record: a frame of 65,535 bins is 131,134 bytes, its summary twice that. */
export const MAX_CONTENT_BYTES = 4 * 1024 * 1024;

export const RECORDING_FILE_ENDING = ".pnmrec";

export const RecordKind = { frame: 1, settings: 2, summary: 3, reading: 4, origin: 5 } as const;

/** Where a recording comes from and what held when it began. */
export const recordingHeadSchema = z.strictObject({
  sessionId: z.string().min(1).max(128),
  cmtsId: z.string().max(128),
  rfPortIfIndex: z.int(),
  rfPortName: z.string().max(256),
  label: z.string().max(120),
  note: z.string().max(4000),
  createdAt: z.iso.datetime(),
  settings: recordingSettingsSchema,
});
export type RecordingHead = z.infer<typeof recordingHeadSchema>;

export function encodeHead(head: RecordingHead): Uint8Array<ArrayBuffer> {
  const json = encodeJson(head);
  const bytes = new Uint8Array(HEAD_FIXED_BYTES + json.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, RECORDING_MAGIC, true);
  view.setUint16(4, RECORDING_VERSION, true);
  view.setUint32(8, json.length, true);
  view.setUint32(12, crc32(json), true);
  bytes.set(json, HEAD_FIXED_BYTES);
  return bytes;
}

/** JSON in ASCII: neither Node nor browser is needed to read it. */
export function encodeJson(value: unknown): Uint8Array<ArrayBuffer> {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const text = JSON.stringify(value).replaceAll(/[^\0-\x7f]/g, escaped);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** @throws SyntaxError */
export function decodeJson(bytes: Uint8Array): unknown {
  let text = "";
  for (const code of bytes) {
    if (code > 0x7f) throw new SyntaxError("it holds bytes that are not ASCII");
    text += String.fromCharCode(code);
  }
  return JSON.parse(text);
}

/** A record of a kind of `RecordKind`. */
export function encodeRecord(kind: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, kind, true);
  view.setUint32(4, content.length, true);
  view.setUint32(8, crc32(content), true);
  bytes.set(content, RECORD_HEADER_BYTES);
  return bytes;
}
