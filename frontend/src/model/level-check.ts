import { median } from "@pnmlab/pnm-analysis";
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

/** What the levels are off by, and what that speaks for. @param isTime samples of time, of which our own FFT is made */
export function levelCheckWords(
  { medianDb, channels, enbwDb }: LevelCheck,
  cmtsId: string,
  isTime: boolean,
): string {
  const what = `The ${channels} channels stand ${formatSigned(medianDb, 1)} dB off the levels that the CMTS sets, in the median.`;
  if (isTime) {
    return `${what} Where this stays, K refers to something else than our FFT: PNMLAB_UTSC_SAMPLES=${cmtsId}=${formatSigned(-medianDb, 1).replace("\u2212", "-")}dB mends it.`;
  }
  const isWindow = enbwDb > LEAST_DB && Math.abs(Math.abs(medianDb) - enbwDb) <= NEAR_DB;
  if (!isWindow) return `${what} K or the scale of its files may not be what they are read as.`;
  const reading = medianDb < 0 ? "power" : "cw";
  return `${what} That is the noise bandwidth of the window: its bins may be scaled otherwise than they are read. PNMLAB_UTSC_SAMPLES=${cmtsId}=${reading} reads them so.`;
}
