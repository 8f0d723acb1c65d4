import { median } from "@pnmlab/pnm-analysis";
import type { UtscSampleReading } from "@pnmlab/protocol";
import { formatSigned } from "./format.ts";
import type { PlotReport } from "./plot-report.ts";

/** Fewer frames or channels say nothing: a channel can be off by itself. */
const LEAST_FRAMES = 200;
const LEAST_CHANNELS = 2;
/** Channels are ranged to within about a decibel of the level that the CMTS sets. */
const LEAST_DB = 1.5;
/** How near to the noise bandwidth of the window a deviation speaks for the wrong reading of bins. */
const NEAR_DB = 0.6;
/** A warning stays until the levels are so much nearer. */
const HYSTERESIS_DB = 0.4;

/** How far the channels of a port are off the levels that their CMTS sets. */
export interface LevelCheck {
  medianDb: number;
  channels: number;
  /** Noise bandwidth of the bins, dB over their spacing: 0 with a rectangular window. */
  enbwDb: number;
}

/** The channel table held against the levels that the CMTS sets; undefined where that says nothing. */
export function levelCheck(
  report:
    | Pick<PlotReport, "channels" | "uncalibrated" | "ring" | "resolutionBandwidthHz" | "binSpacingHz">
    | undefined,
): LevelCheck | undefined {
  if (!report || report.uncalibrated || report.ring.frames < LEAST_FRAMES) return undefined;
  const deviations = report.channels.flatMap(({ deviationDb }) =>
    deviationDb === undefined || Number.isNaN(deviationDb) ? [] : [deviationDb],
  );
  if (deviations.length < LEAST_CHANNELS) return undefined;
  const enbwBins = (report.resolutionBandwidthHz || report.binSpacingHz) / report.binSpacingHz;
  return { medianDb: median(deviations), channels: deviations.length, enbwDb: 10 * Math.log10(enbwBins) };
}

/** Whether levels are off as a whole; once they are, until they are clearly less. */
export function isOff(check: LevelCheck | undefined, wasOff: boolean): boolean {
  if (!check) return false;
  const least = Math.max(LEAST_DB, Math.min(check.enbwDb, 3) - NEAR_DB);
  return Math.abs(check.medianDb) >= least - (wasOff ? HYSTERESIS_DB : 0);
}

/** How samples are read now, and of which CMTS. */
export interface LevelCheckSamples {
  cmtsId: string;
  /** The samples are of time, of which our own FFT is made. */
  isTime: boolean;
  /** Undefined where a recording does not tell what holds now: then no setting is named. */
  reading: UtscSampleReading | undefined;
}

/**
 * What the levels are off by, and what that speaks for. The setting that it names is the whole entry of the CMTS, with
 * what is in force already: an entry replaces the one before.
 */
export function levelCheckWords(
  { medianDb, channels, enbwDb }: LevelCheck,
  { cmtsId, isTime, reading }: LevelCheckSamples,
): string {
  const what = `The ${channels} channels stand ${formatSigned(medianDb, 1)} dB off the levels that the CMTS sets, in the median.`;
  if (isTime) {
    const other = `${what} Where this stays, K refers to something else than our FFT`;
    if (!reading) return `${other}.`;
    const timeOffsetDb = reading.timeOffsetDb - medianDb;
    return `${other}: in PNMLAB_UTSC_SAMPLES the entry ${entryWith(cmtsId, reading, { timeOffsetDb })} mends it.`;
  }
  const isWindow = enbwDb > LEAST_DB && Math.abs(Math.abs(medianDb) - enbwDb) <= NEAR_DB;
  const binCal = medianDb < 0 ? "power" : "cw";
  // Bins that are read so already are off by something else.
  if (!isWindow || reading?.binCal === binCal) {
    return `${what} K or the scale of its files may not be what they are read as.`;
  }
  const window = `${what} That is the noise bandwidth of the window: its bins may be scaled otherwise than they are read.`;
  if (!reading) return window;
  return `${window} In PNMLAB_UTSC_SAMPLES the entry ${entryWith(cmtsId, reading, { binCal })} reads them so.`;
}

/** The entry of a CMTS in PNMLAB_UTSC_SAMPLES: what it sets, with one habit changed. */
function entryWith(
  cmtsId: string,
  reading: UtscSampleReading,
  change: Partial<Pick<UtscSampleReading, "binCal" | "timeOffsetDb">>,
): string {
  const { byteOrder, binCal, timeOffsetDb } = { ...reading, ...change };
  const isIn = (habit: UtscSampleReading["set"][number]) => habit in change || reading.set.includes(habit);
  const settings = [
    ...(isIn("binCal") ? [binCal] : []),
    ...(isIn("byteOrder") ? [byteOrder] : []),
    ...(isIn("timeOffsetDb") ? [`${formatSigned(timeOffsetDb, 1).replace("\u2212", "-")}dB`] : []),
  ];
  return `${cmtsId}=${settings.join("/")}`;
}
