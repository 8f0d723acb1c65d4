// Shapes for headers that do not describe themselves: from the configuration the capture ran with, or from the
// size of the file alone.

import type { UtscHints, UtscLayout, UtscOutputFormat } from "../hints.ts";
import type { AlternativeReading } from "../record.ts";
import { UTSC_FORMATS } from "./formats.ts";
import { E6000_HEADER_LENGTH, E6000_VENDOR_OFFSET } from "./header.ts";
import { frameBytesOf, overriddenFormat, requireBytes, type UtscInput, type UtscShape } from "./input.ts";
import { type RankedFormat, rankFormats } from "./rank-formats.ts";

/** FFT lengths and bin counts CMTSs are known to use (DOCS-PNM-MIB, CommScope E6000 CER user guide). */
const USUAL_BINS = [200, 256, 400, 512, 800, 1024, 1600, 2048, 3200, 4096];
/** More readings than this nobody tries. */
const MOST_ALTERNATIVES = 5;
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

interface Guess {
  bins: number;
  frames: number;
  format: RankedFormat;
}

/**
 * The 328-byte form with a usual number of bins: in the likeliest format first, then with bins that the header
 * repeats, then in as few results as possible.
 */
export function guessedShape(input: UtscInput): UtscShape | undefined {
  const { bytes, hints } = input;
  const dataLength = bytes.length - E6000_HEADER_LENGTH;
  if (dataLength <= 0) return undefined;
  const formats = rankFormats(input, E6000_HEADER_LENGTH, dataLength);
  const [best, ...others] = formats.flatMap((format) => guessesOf(input, format, dataLength));
  if (best === undefined) return undefined;
  const confirmation = findConfirmation(bytes, dataLength, hints);
  return {
    ...shapeOf(
      "e6000-328",
      E6000_HEADER_LENGTH,
      { bins: best.bins, outputFormat: best.format.outputFormat },
      best.frames,
    ),
    confidence: confirmation === undefined ? "low" : "medium",
    reason: `${dataLength} bytes after a 328-byte header are ${textOf(best)}${confirmation === undefined ? "" : `; ${confirmation}`}`,
    alternatives: [
      ...others
        .toSorted((a, b) => Number(a.frames > 1) - Number(b.frames > 1))
        .slice(0, MOST_ALTERNATIVES)
        .map((guess, i) => alternativeOf(guess, i + 2)),
      ...inTenths(best, Math.min(others.length, MOST_ALTERNATIVES) + 2),
      ...longerData(bytes, dataLength),
    ],
  };
}

/** Some readers take the counts for tenths of a dB; nothing in the bytes tells for sure. */
function inTenths({ format, bins, frames }: Guess, rank: number): AlternativeReading[] {
  if (format.outputFormat !== "fftDb") return [];
  const utsc: UtscHints = {
    layout: "e6000-328",
    outputFormat: "fftDb",
    bins,
    resultsPerFile: frames,
    dbPerCount: 0.1,
  };
  return [{ layout: "e6000-328", reason: "the same values as tenths of a dB", rank, utsc }];
}

function guessesOf({ bytes, hints }: UtscInput, format: RankedFormat, dataLength: number): Guess[] {
  const { sampleWidth } = UTSC_FORMATS[format.outputFormat];
  const counts = hints.bins === undefined ? USUAL_BINS : [hints.bins];
  return counts
    .filter((bins) => format.outputFormat !== "timeIQ" || Number.isInteger(Math.log2(bins)))
    .map((bins) => ({ bins, frames: dataLength / (bins * sampleWidth), format }))
    .filter(({ frames }) => Number.isInteger(frames) && frames > 0)
    .filter(({ frames }) => hints.resultsPerFile === undefined || frames === hints.resultsPerFile)
    .map((guess) => ({ guess, isRepeated: findWord(bytes, guess.bins) !== undefined }))
    .sort((a, b) => Number(b.isRepeated) - Number(a.isRepeated) || a.guess.frames - b.guess.frames)
    .map(({ guess }) => guess);
}

function textOf({ bins, frames, format }: Guess): string {
  const results = frames === 1 ? "" : `${frames} results of `;
  return `${results}${bins} bins of ${UTSC_FORMATS[format.outputFormat].sampleWidth} bytes, ${format.reason}`;
}

function alternativeOf(guess: Guess, rank: number): AlternativeReading {
  const { outputFormat } = guess.format;
  return {
    layout: "e6000-328",
    reason: textOf(guess),
    rank,
    utsc: { layout: "e6000-328", outputFormat, bins: guess.bins, resultsPerFile: guess.frames },
  };
}

/** A word that would be a usual data length, but a longer one than the file has. */
function longerData(bytes: Uint8Array, dataLength: number): AlternativeReading[] {
  const lengths = USUAL_BINS.map((bins) => 4 * bins).filter((length) => length > dataLength);
  const found = lengths.find((length) => findWord(bytes, length) !== undefined);
  if (found === undefined) return [];
  const reason = `cut off: the word at ${findWord(bytes, found)} may be a data length of ${found}`;
  return [{ layout: "e6000-328", reason }];
}

/**
 * A common header and bytes in which no arrangement was found, kept whole: the header can be shown and hints
 * can say how to read the rest. Only where the configuration does not say what the samples must be.
 */
export function unknownShape(input: UtscInput): UtscShape | undefined {
  const { bytes, hints, commonLength } = input;
  if (commonLength === 0 || bytes.length <= E6000_HEADER_LENGTH || configuredResult(hints) !== undefined) {
    return undefined;
  }
  return {
    ...shapeOf("unknown", bytes.length, { bins: 0, outputFormat: "fftPower" }, 0),
    confidence: "low",
    reason: `no known arrangement has ${bytes.length - commonLength} bytes after its common header; header length, bins and format must be given`,
    alternatives: longerData(bytes, bytes.length - E6000_HEADER_LENGTH),
  };
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
  const known: [string, number | undefined][] = [
    ["data length", dataLength],
    ["configured centre", hints.centerFrequencyHz],
    ["configured span", hints.spanHz],
    ["configured number of bins", hints.bins],
  ];
  for (const [name, value] of known) {
    const at = value === undefined || value <= 0 ? undefined : findWord(bytes, value);
    if (at !== undefined) return `the ${name} stands at ${at}`;
  }
  return undefined;
}

/** Where a big-endian word of this value stands among the unknown bytes. */
function findWord(bytes: Uint8Array, value: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = E6000_VENDOR_OFFSET; at <= E6000_HEADER_LENGTH - 4; at++) {
    if (view.getUint32(at) === value) return at;
  }
  return undefined;
}
