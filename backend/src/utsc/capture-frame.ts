import type { UtscSampleHabits } from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import {
  type FrameLevels,
  TIME_SAMPLES_WINDOW,
  utscClippedShare,
  utscFrameLevels,
  type WindowName,
  windowFigures,
} from "@pnmlab/pnm-analysis";
import {
  type DecodeHints,
  decodePnm,
  type Endianness,
  type Reading,
  type UtscHints,
  type UtscLayout,
  type UtscRecord,
} from "@pnmlab/pnm-codec";
import {
  NO_LEVEL,
  type UtscAccepted,
  type UtscMismatch,
  type UtscObserved,
  type UtscSampleReading,
} from "@pnmlab/protocol";
import { fileMismatches, scaleMismatch } from "./decoder-mismatch.ts";

/** What SNMP says about the captures that arrive; a header that says so itself wins over it. */
export interface CaptureContext {
  accepted: UtscAccepted;
  kHundredthsDb: number | undefined;
  sampleRateHz: number | undefined;
  resolutionBandwidthHz: number | undefined;
  /** How the CMTS writes and scales its samples. */
  samples: UtscSampleHabits;
  /** Which of these habits the site has set; none unless given. */
  samplesSet?: UtscSampleReading["set"] | undefined;
  /** Window of our own DFT of samples of time; Blackman-Harris unless given. */
  ownWindow?: WindowName | undefined;
}

/** How a file was read, the same for all its captures. */
export interface FileReading {
  layout: UtscLayout;
  headerLength: number;
  endianness: Endianness;
  captures: number;
  reading: Pick<Reading, "layout" | "confidence" | "reason" | "alternatives">;
  anomalies: readonly string[];
  kHundredthsDb: number | undefined;
  kSource: "header" | "snmp" | "none";
  /** What of it is not as it is expected of this CMTS. */
  mismatches: readonly UtscMismatch[];
}

/** One capture as a spectrum on its axis, and what its file shows. */
export interface CaptureFrame {
  firstBinHz: number;
  binSpacingHz: number;
  resolutionBandwidthHz: number;
  kHundredthsDb: number;
  uncalibrated: boolean;
  /** Share of samples, or of bins, at the end of their number range; left out where it is 0. */
  clippedShare?: number;
  levelsHundredthsDbmv: Int16Array;
  observed: Omit<UtscObserved, "repeatPeriodUs">;
  reading: FileReading;
}

const LEAST_HUNDREDTHS = NO_LEVEL + 1;
const MOST_HUNDREDTHS = 32767;

/**
 * Decodes a capture file, whatever its output format: every capture in it (MaxResultsPerFile), the oldest
 * first.
 *
 * @throws PnmDecodeError or AnalysisError in the words of the decoder; PnmLabError `UTSC_FILE_KIND`
 */
export function decodeCaptures(
  bytes: Uint8Array,
  fileName: string,
  context: CaptureContext,
  layout?: "headerless",
): CaptureFrame[] {
  const record = utscRecordOf(bytes, fileName, context, layout);
  const reading = readingOf(record, context, layout);
  return Array.from({ length: record.frames }, (_, k) =>
    captureOf(record, k, context, reading, bytes.length),
  );
}

/**
 * Reads a capture file, in another way than the likeliest where `other` says so.
 *
 * @throws PnmDecodeError; PnmLabError `UTSC_FILE_KIND`
 */
export function utscRecordOf(
  bytes: Uint8Array,
  fileName: string,
  context: CaptureContext,
  layout: "headerless" | undefined,
  other: UtscHints = {},
): UtscRecord {
  const { utsc, ...hints } = hintsOf(fileName, context, layout);
  // The byte order to take where the samples do not tell theirs.
  const usualEndianness = context.samples.byteOrder;
  const record = decodePnm(bytes, { ...hints, utsc: { ...utsc, usualEndianness, ...other } });
  if (record.kind !== "utsc") {
    throw new PnmLabError("UTSC_FILE_KIND", `it holds ${record.title}, not a spectrum capture`);
  }
  return record;
}

/** What the codec is told of a file besides its bytes. */
export function hintsOf(
  fileName: string,
  {
    accepted,
    kHundredthsDb,
  }: {
    accepted: Pick<UtscAccepted, "centerFrequencyHz" | "spanHz" | "bins"> & {
      outputFormat?: UtscAccepted["outputFormat"] | undefined;
    };
    kHundredthsDb: number | undefined;
  },
  layout?: UtscLayout,
): DecodeHints {
  const { centerFrequencyHz, spanHz, bins, outputFormat } = accepted;
  return {
    fileName,
    // A capture that arrived is shown; what is odd about it is told.
    tolerant: true,
    utsc: {
      centerFrequencyHz,
      spanHz,
      bins,
      outputFormat,
      kHundredthsDb,
      ...(layout === undefined ? {} : { layout }),
    },
  };
}

function readingOf(
  record: UtscRecord,
  context: CaptureContext,
  given: "headerless" | undefined,
): FileReading {
  const { layout, confidence, reason, alternatives } = record.reading;
  const isInHeader = record.capture?.kHundredthsDb !== undefined;
  const isBySnmp = context.kHundredthsDb !== undefined;
  return {
    layout: record.layout,
    headerLength: record.headerLength,
    endianness: record.endianness,
    captures: record.frames,
    reading: { layout, confidence, reason, alternatives },
    anomalies: record.anomalies,
    kHundredthsDb: record.kHundredthsDb,
    kSource: isInHeader ? "header" : isBySnmp ? "snmp" : "none",
    mismatches: fileMismatches(record, context.samples, given),
  };
}

function captureOf(
  record: UtscRecord,
  k: number,
  context: CaptureContext,
  reading: FileReading,
  fileSizeBytes: number,
): CaptureFrame {
  const { accepted } = context;
  const { raiseDb, ...frame } = captureLevels(record, k, context);
  const isTime = isOfTime(record);
  const scale = scaleMismatch(record, frame.levelsDbmv, {
    window: windowOf(accepted),
    averaging: accepted.averaging,
  });
  const mismatches = scale ? [...reading.mismatches, scale] : reading.mismatches;
  const clippedShare = utscClippedShare(record, k);
  const headerTells = record.configurationSource === "header";
  return {
    firstBinHz: frame.firstBinHz,
    binSpacingHz: frame.binSpacingHz,
    resolutionBandwidthHz: frame.resolutionBandwidthHz,
    kHundredthsDb: record.kHundredthsDb ?? 0,
    uncalibrated: frame.uncalibrated,
    ...(clippedShare > 0 ? { clippedShare } : {}),
    levelsHundredthsDbmv: toHundredths(frame.levelsDbmv, raiseDb),
    observed: {
      ...(headerTells && record.centerFrequencyHz !== undefined
        ? { centerFrequencyHz: record.centerFrequencyHz }
        : {}),
      ...(headerTells && record.spanHz !== undefined ? { spanHz: record.spanHz } : {}),
      bins: record.bins,
      outputFormat: record.outputFormat,
      resolutionBandwidthHz: frame.resolutionBandwidthHz,
      ...(isTime ? { ownWindow: context.ownWindow ?? TIME_SAMPLES_WINDOW } : {}),
      ...sampleRate(record.capture?.sampleRateHz || context.sampleRateHz),
      fileLayout: record.layout,
      samples: { ...context.samples, set: [...(context.samplesSet ?? [])] },
      ...(mismatches.length > 0 ? { mismatches: [...mismatches] } : {}),
      fileSizeBytes,
    },
    reading,
  };
}

/** Levels of one capture, and by how much they are raised so that a tone reads its level, dB. */
export function captureLevels(
  record: UtscRecord,
  k: number,
  { accepted, ...context }: CaptureContext,
): FrameLevels & { raiseDb: number } {
  const window = windowOf(accepted);
  const binSpacingHz = (record.spanHz ?? accepted.spanHz) / record.bins;
  const frame = utscFrameLevels(record, k, {
    window,
    sampleRateHz: context.sampleRateHz,
    resolutionBandwidthHz:
      record.capture?.resolutionBwHz || context.resolutionBandwidthHz || enbwBins(window) * binSpacingHz,
    timeWindow: context.ownWindow,
    timeOffsetDb: context.samples.timeOffsetDb,
  });
  // From here on a tone reads its level, whatever the CMTS makes of its bins: band powers count on it.
  const raiseDb =
    context.samples.binCal === "power" && !isOfTime(record)
      ? 10 * Math.log10(frame.resolutionBandwidthHz / frame.binSpacingHz)
      : 0;
  return { ...frame, raiseDb };
}

/** Window of the CMTS's own FFT; rectangular where it has none that the MIB names. */
export function windowOf({ window }: Pick<UtscAccepted, "window">): WindowName {
  return window === "other" ? "rectangular" : window;
}

/** Whether a file holds samples of time, whose spectrum is our own DFT. */
export function isOfTime({ outputFormat }: Pick<UtscRecord, "outputFormat">): boolean {
  return outputFormat === "timeIQ" || outputFormat === "rawAdc";
}

const enbwByWindow = new Map<WindowName, number>();

/** Noise bandwidth of a window in bins, computed once: a stream of frames has one window. */
function enbwBins(window: WindowName): number {
  const known = enbwByWindow.get(window) ?? windowFigures(window).enbwBins;
  enbwByWindow.set(window, known);
  return known;
}

function sampleRate(sampleRateHz: number | undefined): { sampleRateHz?: number } {
  return sampleRateHz === undefined ? {} : { sampleRateHz };
}

/** Levels, raised by so many dB, in hundredths of a dBmV, clamped to what an int16 holds; `NO_LEVEL` where there is none. */
export function toHundredths(levelsDbmv: Float32Array, raiseDb = 0): Int16Array {
  const hundredths = new Int16Array(levelsDbmv.length);
  for (let bin = 0; bin < levelsDbmv.length; bin += 1) {
    const level = (levelsDbmv[bin]! + raiseDb) * 100;
    hundredths[bin] = Number.isNaN(level)
      ? NO_LEVEL
      : Math.max(LEAST_HUNDREDTHS, Math.min(MOST_HUNDREDTHS, Math.round(level)));
  }
  return hundredths;
}
