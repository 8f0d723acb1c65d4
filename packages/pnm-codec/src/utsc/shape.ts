import { PnmDecodeError } from "../errors.ts";
import type { UtscHints, UtscLayout, UtscOutputFormat } from "../hints.ts";
import type { Confidence, Reading } from "../record.ts";
import { UTSC_FORMATS, utscFormatOfCode } from "./formats.ts";
import { configuredShape, guessedShape, headerlessShape, unknownShape, vendorHeaderShape } from "./guess.ts";
import {
  E6000_HEADER_LENGTH,
  E6000_VENDOR_OFFSET,
  type EarlyFields,
  recognizeCaptureFields,
  type UtscCaptureFields,
} from "./header.ts";
import {
  EARLY_LENGTH,
  earlyFields,
  formatOfWidth,
  overriddenFormat,
  requireBytes,
  type UtscInput,
  type UtscShape,
} from "./input.ts";
import { type RankedFormat, rankFormats } from "./rank-formats.ts";

/**
 * Finds the layout of a UTSC file. A header that tells everything wins over the configuration, the
 * configuration over a guess from the file's size.
 *
 * @throws PnmDecodeError TRUNCATED when the winning layout promises more, AMBIGUOUS when nothing fits
 */
export function findShape(input: UtscInput): UtscShape {
  const { layout, headerLength } = input.hints;
  if (headerLength !== undefined || layout === "manual") return manualShape(input);
  const may = (name: UtscLayout) => layout === undefined || layout === name;
  const early = may("common-header") ? earlyFields(input) : undefined;
  if (early?.dataLengthBytes === input.bytes.length - input.commonLength - EARLY_LENGTH) {
    return earlyShape(input, early, "high");
  }
  const capture = may("e6000-328") ? recognizeCaptureFields(input.bytes) : undefined;
  if (capture !== undefined) return captureShape(input, capture);
  // Version 1 and unversioned common headers are too short for the 328-byte form, so an early header whose
  // length does not fit is more likely than another layout; after a version 2 header the size decides first.
  const isShort = input.commonLength !== 0 && input.commonLength !== E6000_VENDOR_OFFSET;
  const shape =
    (may("e6000-328") ? configuredShape(input) : undefined) ??
    (may("headerless") ? headerlessShape(input) : undefined) ??
    (isShort && early !== undefined ? earlyShape(input, early, "medium") : undefined) ??
    (may("e6000-328") ? guessedShape(input) : undefined) ??
    (early === undefined ? undefined : earlyShape(input, early, "medium")) ??
    (may("vendor-header") ? vendorHeaderShape(input) : undefined) ??
    (may("unknown") ? unknownShape(input) : undefined);
  if (shape !== undefined) return shape;
  throw refuse(input);
}

function earlyShape(input: UtscInput, early: EarlyFields, confidence: Confidence): UtscShape {
  const headerLength = input.commonLength + EARLY_LENGTH;
  requireBytes(input, headerLength, early.dataLengthBytes);
  const bins = dictated(input.hints, "bins") ?? early.bins;
  const bytesPerBin = early.dataLengthBytes / bins;
  const format = chooseFormat(input, headerLength, early.dataLengthBytes, bytesPerBin);
  const { sampleWidth } = UTSC_FORMATS[format.outputFormat];
  return {
    layout: "common-header",
    headerLength,
    outputFormat: format.outputFormat,
    bins,
    frames:
      bins === early.bins
        ? bytesPerBin / sampleWidth
        : framesOf(input, early.dataLengthBytes, bins, format.outputFormat),
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
  const outputFormat = overriddenFormat(input.hints) ?? dictated(input.hints, "outputFormat") ?? stored;
  const overridden = UTSC_FORMATS[outputFormat].sampleWidth !== UTSC_FORMATS[stored].sampleWidth;
  const bins = overridden
    ? (input.hints.bins ?? Math.floor(capture.dataLengthBytes / UTSC_FORMATS[outputFormat].sampleWidth))
    : (dictated(input.hints, "bins") ?? capture.bins);
  return {
    layout: "e6000-328",
    headerLength: E6000_HEADER_LENGTH,
    outputFormat,
    bins,
    frames: framesOf(input, capture.dataLengthBytes, bins, outputFormat),
    capture,
    early: undefined,
    confidence: "high",
    reason:
      "the 51 header bytes that no source describes are arranged as the simulator of PNM Lab arranges them: " +
      "every enumeration is in range and the data length fits",
    alternatives: [],
  };
}

/** A value that wins over what the header says. */
function dictated<Key extends keyof UtscHints>(hints: UtscHints, key: Key): UtscHints[Key] | undefined {
  return hints.overrides === true ? hints[key] : undefined;
}

/** What the caller dictates. */
function manualShape(input: UtscInput): UtscShape {
  const { bytes, hints } = input;
  const headerLength = hints.headerLength ?? 0;
  if (!Number.isInteger(headerLength) || headerLength < 0 || headerLength < input.commonLength) {
    throw new PnmDecodeError("BAD_VALUE", `samples cannot begin at ${headerLength}`, {
      expected: `at least ${input.commonLength}`,
      found: String(headerLength),
      header: { ...input.header },
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
    header: { ...input.header },
  });
}

/** The likeliest format whose samples divide what the header gives each bin. */
function chooseFormat(
  input: UtscInput,
  offset: number,
  dataLength: number,
  bytesPerBin: number,
): RankedFormat & { alternatives: Reading["alternatives"] } {
  const fitting = rankFormats(input, offset, dataLength).filter(
    ({ outputFormat }) => bytesPerBin % UTSC_FORMATS[outputFormat].sampleWidth === 0,
  );
  const [best, ...others] = fitting;
  if (best === undefined) {
    const outputFormat = formatOfWidth(input, 2, offset, dataLength);
    const reason = `read as ${outputFormat}: the configured format does not divide the data`;
    return { outputFormat, reason, isCertain: false, alternatives: [] };
  }
  const alternatives = others.map(({ outputFormat, reason }, i) => ({
    layout: "common-header",
    reason,
    rank: i + 2,
    utsc: { outputFormat },
  }));
  return { ...best, alternatives };
}

function refuse(input: UtscInput): PnmDecodeError {
  return new PnmDecodeError(
    "AMBIGUOUS",
    `no known UTSC layout fits ${input.bytes.length} bytes; give header length, bins and output format`,
    {
      offset: input.commonLength,
      expected: "a 282, 284, 291 or 328-byte header whose data length fits, or a matching configuration",
      found: `${input.bytes.length} bytes`,
      header: { ...input.header },
    },
  );
}
