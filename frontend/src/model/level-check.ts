import { isOffByNoiseBandwidth, type LevelCheck, levelCheck } from "@pnmlab/pnm-analysis";
import type { UtscSampleReading } from "@pnmlab/protocol";
import { formatSigned } from "./format.ts";
import type { PlotReport } from "./plot-report.ts";

/** The channel table of a plot held against the levels that the CMTS sets; undefined where that says nothing. */
export function levelCheckOf(
  report:
    | Pick<PlotReport, "channels" | "uncalibrated" | "ring" | "resolutionBandwidthHz" | "binSpacingHz">
    | undefined,
): LevelCheck | undefined {
  if (!report || report.uncalibrated) return undefined;
  const { channels, ring, binSpacingHz } = report;
  return levelCheck({
    deviationsDb: channels.map(({ deviationDb }) => deviationDb),
    frames: ring.frames,
    enbwBins: (report.resolutionBandwidthHz || binSpacingHz) / binSpacingHz,
  });
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
export function levelCheckWords(check: LevelCheck, { cmtsId, isTime, reading }: LevelCheckSamples): string {
  const { medianDb, deviationsDb } = check;
  const what = `The ${deviationsDb.length} channels stand ${formatSigned(medianDb, 1)} dB off the levels that the CMTS sets, in the median.`;
  if (isTime) {
    const other = `${what} Where this stays, K refers to something else than our FFT`;
    if (!reading) return `${other}.`;
    const timeOffsetDb = reading.timeOffsetDb - medianDb;
    return `${other}: in PNMLAB_UTSC_SAMPLES the entry ${entryWith(cmtsId, reading, { timeOffsetDb })} mends it.`;
  }
  const binCal = medianDb < 0 ? "power" : "cw";
  // Bins that are read so already are off by something else.
  if (!isOffByNoiseBandwidth(check) || reading?.binCal === binCal) {
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
