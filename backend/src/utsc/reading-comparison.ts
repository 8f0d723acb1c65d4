import type { UtscSampleHabits } from "@pnmlab/docsis-mib";
import { AnalysisError, median, TIME_SAMPLES_WINDOW } from "@pnmlab/pnm-analysis";
import { PLAUSIBLE_LEVELS_DBMV, PnmDecodeError, type UtscHints, type UtscRecord } from "@pnmlab/pnm-codec";
import type { UtscMismatch, UtscReadingComparison, UtscReadingFigures } from "@pnmlab/protocol";
import { type CaptureContext, captureLevels, isOfTime, utscRecordOf, windowOf } from "./capture-frame.ts";
import { medianStepDb, noiseStepDb } from "./decoder-mismatch.ts";

/** The documented header of a CMTS, bytes (CommScope E6000 CER user guide). */
const DOCUMENTED_HEADER_BYTES = 328;

/** Where two readings part, and what would choose the one that was not taken. */
interface Doubt {
  taken: string;
  other: string;
  why: string;
  utsc: UtscHints;
}

/** A capture whose mismatches leave its reading open. */
export interface DoubtfulCapture {
  bytes: Uint8Array;
  fileName: string;
  /** Which of the captures in its file, from 0. */
  place: number;
  mismatches: readonly UtscMismatch[];
  /** Layout that needed no finding. */
  layout?: "headerless" | undefined;
}

/**
 * The bytes of one capture in the way that was taken and in each of those that its mismatches leave open, with what each
 * of them gives.
 *
 * @throws what `decodeCaptures` throws where the file cannot be read at all
 */
export function compareReadings(
  { bytes, fileName, place, mismatches, layout }: DoubtfulCapture,
  context: CaptureContext,
): Omit<UtscReadingComparison, "sequence" | "capturedAt"> {
  const record = utscRecordOf(bytes, fileName, context, layout);
  const figures = figuresOf(record, place, context);
  const doubts = doubtsOf(record, figures, mismatches, context);
  const others = doubts.map(({ other, why, utsc }) => {
    try {
      const read = utscRecordOf(bytes, fileName, context, layout, utsc);
      return { name: other, why, figures: figuresOf(read, place, context) };
    } catch (error) {
      if (!(error instanceof PnmDecodeError) && !(error instanceof AnalysisError)) throw error;
      return { name: other, why: `${why}; the bytes cannot be read so: ${error.message}`, figures: null };
    }
  });
  const name = doubts.map(({ taken }) => taken).join(", ");
  return {
    uncalibrated: captureLevels(record, place, context).uncalibrated,
    noiseStepDb: stepOfNoise(record, context),
    readings: [{ name, why: record.reading.reason, figures }, ...others],
  };
}

/** Of spectra that are a mean of several nobody knows: the mean is of their power or of something else. */
function stepOfNoise(record: UtscRecord, { accepted, ownWindow }: CaptureContext): number | null {
  if (isOfTime(record)) return noiseStepDb(ownWindow ?? TIME_SAMPLES_WINDOW);
  const isOneLook = accepted.averaging !== undefined && accepted.averaging <= 1;
  return isOneLook ? noiseStepDb(windowOf(accepted)) : null;
}

function doubtsOf(
  record: UtscRecord,
  figures: UtscReadingFigures | null,
  mismatches: readonly UtscMismatch[],
  context: CaptureContext,
): Doubt[] {
  const kinds = new Set(mismatches.map(({ what }) => what));
  const doubts: Doubt[] = [];
  // Levels that no return path has are what samples in the wrong order of bytes give first of all.
  if (kinds.has("byteOrder") || kinds.has("levels")) doubts.push(byteOrderDoubt(record, context));
  if (kinds.has("scale") && figures) doubts.push(scaleDoubt(figures, context));
  if (kinds.has("layout")) {
    doubts.push({
      taken: record.headerLength === 0 ? "no header" : `${record.headerLength}-byte header`,
      other: `${DOCUMENTED_HEADER_BYTES}-byte header`,
      why: "a header of this length is the one that is documented",
      utsc: { headerLength: DOCUMENTED_HEADER_BYTES },
    });
  }
  return doubts;
}

function byteOrderDoubt({ endianness }: UtscRecord, { samples, samplesSet }: CaptureContext): Doubt {
  const other: UtscSampleHabits["byteOrder"] = endianness === "big" ? "little" : "big";
  const expected = samplesSet?.includes("byteOrder")
    ? "PNMLAB_UTSC_SAMPLES sets this order for the CMTS"
    : "the profile of the CMTS says this order";
  return {
    taken: `${endianness}-endian`,
    other: `${other}-endian`,
    why: samples.byteOrder === other ? expected : "the same samples in the other order of their bytes",
    utsc: { endianness: other },
  };
}

function scaleDoubt({ stepDb }: UtscReadingFigures, { accepted }: CaptureContext): Doubt {
  const isTooLarge = stepDb > noiseStepDb(windowOf(accepted));
  return {
    taken: "hundredths of a dB",
    other: isTooLarge ? "thousandths of a dB" : "tenths of a dB",
    why: "steps between neighbouring bins are then nearer to those of noise; DOCS-PNM-MIB says hundredths, and no other unit is taken unasked",
    utsc: { dbPerCount: isTooLarge ? 0.001 : 0.1 },
  };
}

/** Null where no bin has a level. */
function figuresOf(record: UtscRecord, place: number, context: CaptureContext): UtscReadingFigures | null {
  const { levelsDbmv, raiseDb, firstBinHz, binSpacingHz } = captureLevels(record, place, context);
  const levels = Float64Array.from(levelsDbmv, (level) => level + raiseDb);
  let count = 0;
  let peak = -1;
  let implausible = 0;
  for (const [bin, level] of levels.entries()) {
    if (!Number.isFinite(level)) continue;
    count += 1;
    if (peak < 0 || level > levels[peak]!) peak = bin;
    if (level < PLAUSIBLE_LEVELS_DBMV.lowest || level > PLAUSIBLE_LEVELS_DBMV.highest) implausible += 1;
  }
  if (count < 2) return null;
  const peakDbmv = levels[peak]!;
  // Relative to the peak: a unit that is wrong by ten gives levels whose power no number holds.
  const overPeak = levels.reduce(
    (sum, level) => sum + (Number.isFinite(level) ? 10 ** ((level - peakDbmv) / 10) : 0),
    0,
  );
  return {
    bins: levels.length,
    firstBinHz,
    spanHz: levels.length * binSpacingHz,
    medianDbmv: median(levels),
    meanDbmv: peakDbmv + 10 * Math.log10(overPeak / count),
    peakDbmv,
    peakHz: firstBinHz + peak * binSpacingHz,
    stepDb: medianStepDb(levels),
    implausibleShare: implausible / count,
  };
}
