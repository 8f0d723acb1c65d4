// Shapes for headers that do not describe themselves: from the configuration the capture ran with, or from the
// size of the file alone.

import type { UtscHints, UtscLayout, UtscOutputFormat } from "../hints.ts";
import { UTSC_FORMATS } from "./formats.ts";
import { E6000_HEADER_LENGTH, E6000_VENDOR_OFFSET } from "./header.ts";
import {
  formatOfWidth,
  frameBytesOf,
  overriddenFormat,
  requireBytes,
  type UtscInput,
  type UtscShape,
} from "./input.ts";

/** FFT lengths and bin counts CMTSs are known to use (DOCS-PNM-MIB, CommScope E6000 CER user guide). */
const USUAL_BINS = [200, 256, 400, 512, 800, 1024, 1600, 2048, 3200, 4096];
/** No header of a CMTS capture without an exclusion map is known to be longer. */
const LONGEST_HEADER = 512;
/** The 328-byte form whose data are a whole number of results of the configured bins and format. */
export function configuredShape(input: UtscInput): UtscShape | undefined {
  const { bytes, hints } = input;
  const dataLength = bytes.length - E6000_HEADER_LENGTH;
  const result = configuredResult(hints);
  if (result === undefined || dataLength <= 0 || dataLength % result.frameBytes !== 0) return undefined;
  const frames = dataLength / result.frameBytes;
  const confirmation = findConfirmation(bytes, dataLength, hints);
  const reason = "328-byte header; bins and format from the configuration divide the data exactly";
  return {
    ...shapeOf("e6000-328", E6000_HEADER_LENGTH, result, frames),
    confidence: confirmation === undefined ? "medium" : "high",
    reason: confirmation === undefined ? reason : `${reason}; ${confirmation}`,
    alternatives:
      frames === 1
        ? []
        : [
            {
              layout: "e6000-328",
              reason: `one result of ${result.bins * frames} bins instead of ${frames} results`,
            },
          ],
  };
}

/**
 * The configured results at the end of the file behind a header of any other length, as a CMTS may write that
 * nobody has described; a word equal to the data length in front of them makes it likelier.
 *
 * @throws PnmDecodeError TRUNCATED where not even a 328-byte header and one result fit
 */
export function vendorHeaderShape(input: UtscInput): UtscShape | undefined {
  const { bytes, hints, commonLength } = input;
  const result = configuredResult(hints);
  if (result === undefined || commonLength === 0) return undefined;
  requireBytes(input, E6000_HEADER_LENGTH, result.frameBytes);
  const dataLength = result.frameBytes * (hints.resultsPerFile ?? 1);
  const headerLength = bytes.length - dataLength;
  if (headerLength < commonLength || headerLength > LONGEST_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isConfirmed = headerLength >= commonLength + 4 && view.getUint32(headerLength - 4) === dataLength;
  return {
    ...shapeOf("vendor-header", headerLength, result, hints.resultsPerFile ?? 1),
    confidence: isConfirmed ? "medium" : "low",
    reason: `the configured results end the file behind a header of ${headerLength} bytes`,
    alternatives: [{ layout: "e6000-328", reason: "a 328-byte header, and bytes that follow the data" }],
  };
}

/** The 328-byte form with one of the usual bin counts, 4 bytes a bin before 2. */
export function guessedShape(input: UtscInput): UtscShape | undefined {
  const { bytes, hints } = input;
  const dataLength = bytes.length - E6000_HEADER_LENGTH;
  if (dataLength <= 0) return undefined;
  const options = guesses(dataLength, hints);
  const best = options[0];
  if (best === undefined) return undefined;
  const outputFormat =
    overriddenFormat(hints) ??
    hints.outputFormat ??
    formatOfWidth(input, best.width, E6000_HEADER_LENGTH, dataLength);
  const frames = dataLength / (best.bins * best.width);
  return {
    ...shapeOf("e6000-328", E6000_HEADER_LENGTH, { bins: best.bins, outputFormat }, frames),
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
export function headerlessShape(input: UtscInput): UtscShape | undefined {
  const { bytes, hints, commonLength } = input;
  const result = configuredResult(hints);
  if (commonLength !== 0 || result === undefined || bytes.length === 0) return undefined;
  if (bytes.length % result.frameBytes !== 0) return undefined;
  return {
    ...shapeOf("headerless", 0, result, bytes.length / result.frameBytes),
    confidence: "low",
    reason: "no header; bins and format from the configuration divide the file exactly",
    alternatives: [],
  };
}

interface ConfiguredResult {
  bins: number;
  outputFormat: UtscOutputFormat;
  frameBytes: number;
}

function configuredResult(hints: UtscHints): ConfiguredResult | undefined {
  const frameBytes = frameBytesOf(hints);
  const outputFormat = overriddenFormat(hints) ?? hints.outputFormat;
  if (frameBytes === undefined || outputFormat === undefined || hints.bins === undefined) return undefined;
  return { bins: hints.bins, outputFormat, frameBytes };
}

function shapeOf(
  layout: UtscLayout,
  headerLength: number,
  { bins, outputFormat }: Pick<ConfiguredResult, "bins" | "outputFormat">,
  frames: number,
) {
  return { layout, headerLength, outputFormat, bins, frames, capture: undefined, early: undefined };
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
