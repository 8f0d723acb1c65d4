import { sizeOf } from "../binary/fields.ts";
import { PnmDecodeError } from "../errors.ts";
import type { UtscHints, UtscLayout, UtscOutputFormat } from "../hints.ts";
import type { Confidence, Reading } from "../record.ts";
import { findEndianness } from "./endianness.ts";
import { UTSC_FORMATS, utscFormatOfCode } from "./formats.ts";
import {
  areEarlyFieldsPlausible,
  E6000_HEADER_LENGTH,
  E6000_VENDOR_OFFSET,
  EARLY_FIELDS,
  type EarlyFields,
  readEarlyFields,
  recognizeCaptureFields,
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
  header: Readonly<Record<string, unknown>>;
}

/** FFT lengths and bin counts CMTSs are known to use (DOCS-PNM-MIB, CommScope E6000 CER user guide). */
const USUAL_BINS = [200, 256, 400, 512, 800, 1024, 1600, 2048, 3200, 4096];
const EARLY_LENGTH = sizeOf(EARLY_FIELDS);

/**
 * Finds the layout of a UTSC file. A header that tells everything wins over the configuration, the
 * configuration over a guess from the file's size.
 *
 * @throws PnmDecodeError TRUNCATED when the winning layout promises more, AMBIGUOUS when nothing fits
 */
export function findShape(input: UtscInput): UtscShape {
  const { hints } = input;
  if (hints.headerLength !== undefined || hints.layout === "manual") return manualShape(input);
  const early =
    hints.layout === undefined || hints.layout === "common-header" ? earlyFields(input) : undefined;
  const payloadAfterEarly = input.bytes.length - input.commonLength - EARLY_LENGTH;
  if (early?.dataLengthBytes === payloadAfterEarly) return earlyShape(input, early, "high");
  if (hints.layout === undefined || hints.layout === "e6000-328") {
    const capture = recognizeCaptureFields(input.bytes);
    if (capture !== undefined) return captureShape(input, capture);
    const configured = configuredShape(input);
    if (configured !== undefined) return configured;
  }
  // Version 1 and unversioned common headers are too short for the 328-byte form, so an early header whose
  // length does not fit is more likely than another layout; after a version 2 header the size decides first.
  const sizeFirst = input.commonLength === 0 || input.commonLength === E6000_VENDOR_OFFSET;
  const guess = hints.layout === "common-header" ? undefined : guessedShape(input, sizeFirst);
  if (guess !== undefined) return guess;
  if (early !== undefined) return earlyShape(input, early, "medium");
  const headerless = input.commonLength === 0 ? headerlessShape(input) : undefined;
  if (headerless !== undefined) return headerless;
  throw refuse(input);
}

/** Total length of a file that begins with these bytes, when header or configuration can tell. */
export function expectedUtscLength(input: UtscInput): number | undefined {
  const { bytes, hints } = input;
  const configuredBytes = frameBytesOf(hints);
  const results = hints.resultsPerFile ?? 1;
  if (hints.headerLength !== undefined) {
    return configuredBytes === undefined ? undefined : hints.headerLength + configuredBytes * results;
  }
  const early = hints.layout === "e6000-328" ? undefined : earlyFields(input);
  const believed =
    early !== undefined && (hints.bins === undefined || hints.bins === early.bins) ? early : undefined;
  const earlyTotal = believed && input.commonLength + EARLY_LENGTH + believed.dataLengthBytes;
  if (earlyTotal !== undefined && bytes.length === earlyTotal) return earlyTotal;
  if (input.commonLength !== 0 && input.commonLength !== E6000_VENDOR_OFFSET && earlyTotal !== undefined) {
    return earlyTotal;
  }
  if (bytes.length < E6000_HEADER_LENGTH) return undefined;
  const capture = hints.layout === "common-header" ? undefined : recognizeCaptureFields(bytes);
  if (capture !== undefined) return E6000_HEADER_LENGTH + capture.dataLengthBytes;
  if (earlyTotal !== undefined) return earlyTotal;
  return configuredBytes === undefined ? undefined : E6000_HEADER_LENGTH + configuredBytes * results;
}

function earlyFields({ bytes, commonLength }: UtscInput): EarlyFields | undefined {
  const fields = commonLength === 0 ? undefined : readEarlyFields(bytes, commonLength);
  return fields !== undefined && areEarlyFieldsPlausible(fields) ? fields : undefined;
}

function earlyShape(input: UtscInput, early: EarlyFields, confidence: Confidence): UtscShape {
  const headerLength = input.commonLength + EARLY_LENGTH;
  requireBytes(input, headerLength, early.dataLengthBytes);
  const bytesPerBin = early.dataLengthBytes / early.bins;
  const format = chooseFormat(input, headerLength, early.dataLengthBytes, bytesPerBin);
  const { sampleWidth } = UTSC_FORMATS[format.outputFormat];
  return {
    layout: "common-header",
    headerLength,
    outputFormat: format.outputFormat,
    bins: early.bins,
    frames: bytesPerBin / sampleWidth,
    capture: undefined,
    early,
    confidence: format.isCertain ? confidence : confidence === "high" ? "medium" : "low",
    reason: `centre, span, bins and data length stand in a ${headerLength}-byte header; ${format.reason}`,
    alternatives: format.alternatives,
  };
}

function captureShape(input: UtscInput, capture: UtscCaptureFields): UtscShape {
  requireBytes(input, E6000_HEADER_LENGTH, capture.dataLengthBytes);
  const stored = utscFormatOfCode(capture.outputFormat)!;
  const outputFormat = overriddenFormat(input.hints) ?? stored;
  const overridden = UTSC_FORMATS[outputFormat].sampleWidth !== UTSC_FORMATS[stored].sampleWidth;
  const bins = overridden
    ? (input.hints.bins ?? Math.floor(capture.dataLengthBytes / UTSC_FORMATS[outputFormat].sampleWidth))
    : capture.bins;
  return {
    layout: "e6000-328",
    headerLength: E6000_HEADER_LENGTH,
    outputFormat,
    bins,
    frames: framesOf(input, capture.dataLengthBytes, bins, outputFormat),
    capture,
    early: undefined,
    confidence: "high",
    reason: "the 328-byte header is recognised: its enumerations are in range and its data length fits",
    alternatives: [],
  };
}

/** The 328-byte form read with the bins and the format of the configuration. */
function configuredShape(input: UtscInput): UtscShape | undefined {
  const { bytes, hints } = input;
  const frameBytes = frameBytesOf(hints);
  const outputFormat = overriddenFormat(hints) ?? hints.outputFormat;
  const dataLength = bytes.length - E6000_HEADER_LENGTH;
  if (frameBytes === undefined || outputFormat === undefined || hints.bins === undefined) return undefined;
  if (input.commonLength === 0 && bytes.length % frameBytes === 0) return undefined;
  if (dataLength <= 0) return undefined;
  if (dataLength < frameBytes) {
    if (input.commonLength !== 0 && input.commonLength !== E6000_VENDOR_OFFSET) return undefined;
    requireBytes(input, E6000_HEADER_LENGTH, frameBytes);
  }
  const frames = Math.floor(dataLength / frameBytes);
  const exact = dataLength === frames * frameBytes;
  const confirmed = findConfirmation(bytes, dataLength, hints);
  return {
    layout: "e6000-328",
    headerLength: E6000_HEADER_LENGTH,
    outputFormat,
    bins: hints.bins,
    frames,
    capture: undefined,
    early: undefined,
    confidence: !exact ? "low" : confirmed === undefined ? "medium" : "high",
    reason: [
      `328-byte header; bins and format from the configuration${exact ? " divide the data exactly" : ""}`,
      ...(confirmed === undefined ? [] : [confirmed]),
    ].join("; "),
    alternatives:
      frames === 1
        ? []
        : [
            {
              layout: "e6000-328",
              reason: `one result of ${hints.bins * frames} bins instead of ${frames} results`,
            },
          ],
  };
}

/** The 328-byte form with one of the usual bin counts, 4 bytes a bin before 2. */
function guessedShape(input: UtscInput, allowed: boolean): UtscShape | undefined {
  const { bytes, hints } = input;
  const dataLength = bytes.length - E6000_HEADER_LENGTH;
  if (!allowed || dataLength <= 0) return undefined;
  const options = guesses(dataLength, hints);
  const best = options[0];
  if (best === undefined) return undefined;
  const format =
    overriddenFormat(hints) ??
    hints.outputFormat ??
    formatOfWidth(input, best.width, E6000_HEADER_LENGTH, dataLength);
  return {
    layout: "e6000-328",
    headerLength: E6000_HEADER_LENGTH,
    outputFormat: format,
    bins: best.bins,
    frames: dataLength / (best.bins * best.width),
    capture: undefined,
    early: undefined,
    confidence: "low",
    reason: `${dataLength} bytes after a 328-byte header are ${best.bins} bins of ${best.width} bytes`,
    alternatives: options.slice(1).map(({ bins, width }) => ({
      layout: "e6000-328",
      reason: `${bins} bins of ${width} bytes`,
    })),
  };
}

function guesses(dataLength: number, hints: UtscHints): { bins: number; width: 2 | 4 }[] {
  const known = overriddenFormat(hints) ?? hints.outputFormat;
  const widths: (2 | 4)[] = known === undefined ? [4, 2] : [UTSC_FORMATS[known].sampleWidth];
  const counts = hints.bins === undefined ? USUAL_BINS : [hints.bins];
  const results = hints.resultsPerFile ?? 1;
  return widths.flatMap((width) =>
    counts.filter((bins) => bins * width * results === dataLength).map((bins) => ({ bins, width })),
  );
}

/** Samples without any header, which only the configuration can describe. */
function headerlessShape(input: UtscInput): UtscShape | undefined {
  const { bytes, hints } = input;
  const frameBytes = frameBytesOf(hints);
  const outputFormat = overriddenFormat(hints) ?? hints.outputFormat;
  if (frameBytes === undefined || outputFormat === undefined || bytes.length % frameBytes !== 0)
    return undefined;
  if (bytes.length === 0) return undefined;
  return {
    layout: "headerless",
    headerLength: 0,
    outputFormat,
    bins: hints.bins!,
    frames: bytes.length / frameBytes,
    capture: undefined,
    early: undefined,
    confidence: "low",
    reason: "no header; bins and format from the configuration divide the file exactly",
    alternatives: [],
  };
}

/** What the caller dictates. */
function manualShape(input: UtscInput): UtscShape {
  const { bytes, hints } = input;
  const headerLength = hints.headerLength ?? 0;
  if (!Number.isInteger(headerLength) || headerLength < 0 || headerLength < input.commonLength) {
    throw new PnmDecodeError("BAD_VALUE", `samples cannot begin at ${headerLength}`, {
      expected: `at least ${input.commonLength}`,
      found: String(headerLength),
      header: input.header,
    });
  }
  const dataLength = bytes.length - headerLength;
  requireBytes(input, headerLength, 1);
  const width =
    hints.sampleWidth ?? (hints.outputFormat && UTSC_FORMATS[hints.outputFormat].sampleWidth) ?? 4;
  const outputFormat =
    overriddenFormat(hints) ?? hints.outputFormat ?? formatOfWidth(input, width, headerLength, dataLength);
  const bins = hints.bins ?? Math.floor(dataLength / UTSC_FORMATS[outputFormat].sampleWidth);
  return {
    layout: "manual",
    headerLength,
    outputFormat,
    bins,
    frames: framesOf(input, dataLength, bins, outputFormat),
    capture: undefined,
    early: undefined,
    confidence: "medium",
    reason: "header length given by the user",
    alternatives: [],
  };
}

function framesOf(input: UtscInput, dataLength: number, bins: number, format: UtscOutputFormat): number {
  const frameBytes = UTSC_FORMATS[format].sampleWidth * bins;
  const frames = Number.isInteger(bins) && bins > 0 ? Math.floor(dataLength / frameBytes) : 0;
  if (frames > 0) return frames;
  throw new PnmDecodeError("BAD_COUNT", `${dataLength} bytes hold no frame of ${bins} bins`, {
    expected: `at least ${frameBytes} bytes`,
    found: `${dataLength} bytes`,
    header: input.header,
  });
}

/** Bytes of one result in the configured format, where bins and format are known. */
function frameBytesOf(hints: UtscHints): number | undefined {
  const format = overriddenFormat(hints) ?? hints.outputFormat;
  if (format === undefined || hints.bins === undefined) return undefined;
  if (!Number.isInteger(hints.bins) || hints.bins <= 0) return undefined;
  return UTSC_FORMATS[format].sampleWidth * hints.bins;
}

/** A sample width that contradicts the configured format replaces it: 2 bytes are dB, 4 bytes power. */
function overriddenFormat(hints: UtscHints): UtscOutputFormat | undefined {
  if (hints.sampleWidth === undefined) return undefined;
  const format = hints.outputFormat;
  if (format !== undefined && UTSC_FORMATS[format].sampleWidth === hints.sampleWidth) return format;
  return hints.sampleWidth === 2 ? "fftDb" : "fftPower";
}

function chooseFormat(
  input: UtscInput,
  offset: number,
  dataLength: number,
  bytesPerBin: number,
): {
  outputFormat: UtscOutputFormat;
  reason: string;
  isCertain: boolean;
  alternatives: Reading["alternatives"];
} {
  const known = overriddenFormat(input.hints) ?? input.hints.outputFormat;
  if (known !== undefined && bytesPerBin % UTSC_FORMATS[known].sampleWidth === 0) {
    return {
      outputFormat: known,
      reason: "format from the configuration",
      isCertain: true,
      alternatives: [],
    };
  }
  const width = bytesPerBin % 4 === 0 ? 4 : 2;
  const alternatives =
    width === 4 ? [{ layout: "common-header", reason: `${bytesPerBin / 2} results of 2-byte samples` }] : [];
  const outputFormat = formatOfWidth(input, width, offset, dataLength);
  return {
    outputFormat,
    reason: `${width}-byte samples read as ${outputFormat}`,
    isCertain: false,
    alternatives,
  };
}

/** The likeliest format of a width: power for 4 bytes; for 2 bytes dB if most values are negative. */
function formatOfWidth(input: UtscInput, width: 2 | 4, offset: number, length: number): UtscOutputFormat {
  if (width === 4) return "fftPower";
  const { endianness } = findEndianness(input.bytes, offset, length, "integer16");
  const signByte = input.hints.endianness ?? endianness;
  let negative = 0;
  let count = 0;
  for (let at = offset + (signByte === "big" ? 0 : 1); at < offset + length; at += 2, count++) {
    if (input.bytes[at]! >= 0x80) negative++;
  }
  return negative > count / 2 ? "fftDb" : "fftAmplitude";
}

/** A word among the unknown bytes that repeats something known; it confirms the 328-byte form. */
function findConfirmation(bytes: Uint8Array, dataLength: number, hints: UtscHints): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const known: [string, number | undefined][] = [
    ["data length", dataLength],
    ["configured centre", hints.centerFrequencyHz],
    ["configured span", hints.spanHz],
    ["configured number of bins", hints.bins],
  ];
  for (let at = E6000_VENDOR_OFFSET; at <= E6000_HEADER_LENGTH - 4; at++) {
    const word = view.getUint32(at);
    const match = known.find(([, value]) => value !== undefined && value > 0 && value === word);
    if (match !== undefined) return `the ${match[0]} stands at ${at}`;
  }
  return undefined;
}

function requireBytes(input: UtscInput, offset: number, length: number): void {
  const end = offset + length;
  if (input.bytes.length >= end) return;
  throw new PnmDecodeError(
    "TRUNCATED",
    `${length} bytes of samples must follow at ${offset}, the file holds ${Math.max(0, input.bytes.length - offset)}`,
    { offset, expected: `${end} bytes`, found: `${input.bytes.length} bytes`, header: input.header },
  );
}

function refuse(input: UtscInput): PnmDecodeError {
  return new PnmDecodeError(
    "AMBIGUOUS",
    `no known UTSC layout fits ${input.bytes.length} bytes; give header length, bins and output format`,
    {
      offset: input.commonLength,
      expected: "a 282, 284, 291 or 328-byte header whose data length fits, or a matching configuration",
      found: `${input.bytes.length} bytes`,
      header: input.header,
    },
  );
}
