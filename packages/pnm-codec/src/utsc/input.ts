import { sizeOf } from "../binary/fields.ts";
import { PnmDecodeError } from "../errors.ts";
import type { UtscHints, UtscLayout, UtscOutputFormat } from "../hints.ts";
import type { Confidence, Reading } from "../record.ts";
import { findEndianness } from "./endianness.ts";
import { UTSC_FORMATS } from "./formats.ts";
import {
  areEarlyFieldsPlausible,
  EARLY_FIELDS,
  type EarlyFields,
  readEarlyFields,
  type UtscCaptureFields,
} from "./header.ts";

/** How the samples lie in the file and where that knowledge comes from. */
export interface UtscShape {
  layout: UtscLayout;
  headerLength: number;
  outputFormat: UtscOutputFormat;
  bins: number;
  frames: number;
  capture: UtscCaptureFields | undefined;
  early: EarlyFields | undefined;
  confidence: Confidence;
  reason: string;
  alternatives: Reading["alternatives"];
}

export interface UtscInput {
  bytes: Uint8Array;
  /** Length of the common header: 268, 270 or 277, and 0 where the bytes carry no magic. */
  commonLength: number;
  hints: UtscHints;
  /** Attached to refusals. */
  header: object;
}

export const EARLY_LENGTH = sizeOf(EARLY_FIELDS);

/** The early layout's own fields, where they can be what they claim. */
export function earlyFields({ bytes, commonLength }: UtscInput): EarlyFields | undefined {
  const fields = commonLength === 0 ? undefined : readEarlyFields(bytes, commonLength);
  return fields !== undefined && areEarlyFieldsPlausible(fields) ? fields : undefined;
}

/** Bytes of one result in the configured format, where bins and format are known. */
export function frameBytesOf(hints: UtscHints): number | undefined {
  const format = overriddenFormat(hints) ?? hints.outputFormat;
  if (format === undefined || hints.bins === undefined) return undefined;
  if (!Number.isInteger(hints.bins) || hints.bins <= 0) return undefined;
  return UTSC_FORMATS[format].sampleWidth * hints.bins;
}

/** A sample width that contradicts the configured format replaces it: 2 bytes are dB, 4 bytes power. */
export function overriddenFormat(hints: UtscHints): UtscOutputFormat | undefined {
  if (hints.sampleWidth === undefined) return undefined;
  const format = hints.outputFormat;
  if (format !== undefined && UTSC_FORMATS[format].sampleWidth === hints.sampleWidth) return format;
  return hints.sampleWidth === 2 ? "fftDb" : "fftPower";
}

/** The likeliest format of a width: power for 4 bytes; for 2 bytes dB if most values are negative. */
export function formatOfWidth(
  input: UtscInput,
  width: 2 | 4,
  offset: number,
  length: number,
): UtscOutputFormat {
  if (width === 4) return "fftPower";
  const { endianness } = findEndianness(
    input.bytes,
    offset,
    length,
    "integer16",
    input.hints.usualEndianness,
  );
  const signByte = input.hints.endianness ?? endianness;
  let negative = 0;
  let count = 0;
  for (let at = offset + (signByte === "big" ? 0 : 1); at < offset + length; at += 2, count++) {
    if (input.bytes[at]! >= 0x80) negative++;
  }
  return negative > count / 2 ? "fftDb" : "fftAmplitude";
}

/** @throws PnmDecodeError TRUNCATED */
export function requireBytes(input: UtscInput, offset: number, length: number): void {
  const end = offset + length;
  if (input.bytes.length >= end) return;
  throw new PnmDecodeError(
    "TRUNCATED",
    `${length} bytes of samples must follow at ${offset}, the file holds ${Math.max(0, input.bytes.length - offset)}`,
    { offset, expected: `${end} bytes`, found: `${input.bytes.length} bytes`, header: { ...input.header } },
  );
}
