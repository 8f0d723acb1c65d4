import type { LevelSpectrum } from "../band.ts";
import type { BinAxis } from "../compare/resample.ts";
import { type LimitMask, maskAroundTrace, maskFromPlan, maskFromPoints } from "../measure/limit-mask.ts";
import type { BandPlan } from "../plant/band-plan.ts";
import { dbOfPower } from "../units.ts";

export interface LinePoint {
  frequencyHz: number;
  levelDbmv: number;
}

/** A level over frequency as points of rising frequency, straight in dB between them. */
export type LevelLine = readonly LinePoint[];

export interface MeasuredChannel {
  ifIndex: number;
  dbmvPerHz: number;
}

/**
 * How the line of a mask comes about. `noiseBandwidthHz` is that of a bin when the mask was made: its limits of noise
 * move with the noise bandwidth that they are judged at; without it they stay where they are.
 */
export type MaskSource =
  /** An upper limit drawn by hand. */
  | { from: "points"; points: LevelLine }
  /** The noise floor as it was when the mask was made, raised. */
  | { from: "floor"; line: LevelLine; upperDb: number; noiseBandwidthHz?: number | undefined }
  /**
   * A trace as it was when the mask was made, with a limit on one side or both. All of it moves as noise does, for
   * channels and noise are most of it; a narrow line in it keeps its level in any bandwidth, and its limit does not.
   */
  | {
      from: "reference";
      line: LevelLine;
      upperDb?: number | undefined;
      lowerDb?: number | undefined;
      noiseBandwidthHz?: number | undefined;
    }
  /**
   * The expected level of each channel, raised, and one level between the channels. Where the CMTS expects none, the
   * level that was measured when the mask was made stands in.
   */
  | {
      from: "plan";
      channelMarginDb: number;
      idleDbmv: number;
      measured: readonly MeasuredChannel[];
      noiseBandwidthHz?: number | undefined;
    };

/** Traces that a mask may judge. */
export const MASK_TRACES = ["live", "average", "max"] as const;
export type MaskTrace = (typeof MASK_TRACES)[number];

/** The points of a line put in order, of several at one frequency the last. */
export function orderedLine(points: LevelLine): LinePoint[] {
  const sorted = points.toSorted((a, b) => a.frequencyHz - b.frequencyHz);
  return sorted.filter((point, index) => sorted[index + 1]?.frequencyHz !== point.frequencyHz);
}

/** The line that a mask is made from, in order; undefined for one of the channel plan. */
export function lineOfMask(source: MaskSource): LinePoint[] | undefined {
  if (source.from === "plan") return undefined;
  return orderedLine(source.from === "points" ? source.points : source.line);
}

/** dB that the limits of noise of a mask move by on bins of a noise bandwidth; 0 where it is not known for which it was made. */
export function noiseShiftDb(source: MaskSource, noiseBandwidthHz: number): number {
  const madeAtHz = source.from === "points" ? undefined : source.noiseBandwidthHz;
  return madeAtHz === undefined ? 0 : dbOfPower(noiseBandwidthHz / madeAtHz);
}

/** The limits of a mask on an axis. @param noiseBandwidthHz of one bin, which levels of channels and noise depend on */
export function limitsOfMask(
  source: MaskSource,
  axis: BinAxis,
  plan: BandPlan,
  noiseBandwidthHz: number,
): LimitMask {
  const spectrum = spectrumOn(axis);
  const shiftDb = noiseShiftDb(source, noiseBandwidthHz);
  if (source.from === "plan") {
    const { channelMarginDb, idleDbmv } = source;
    const channels = plan.channels.map((channel) => ({
      ...channel,
      expectedDbmvPerHz: levelOfChannel(source, channel),
    }));
    const options = { noiseBandwidthHz, channelMarginDb, idleDbmv: idleDbmv + shiftDb };
    return maskFromPlan(spectrum, { ...plan, channels }, options);
  }
  const limit = maskFromPoints(spectrum, lineOfMask(source)!);
  if (source.from === "points") return limit;
  const lowerDb = source.from === "reference" ? source.lowerDb : undefined;
  return maskAroundTrace(limit.upperDbmv, {
    ...(source.upperDb !== undefined && { upperDb: source.upperDb + shiftDb }),
    ...(lowerDb !== undefined && { lowerDb: lowerDb - shiftDb }),
  });
}

/** Density that a mask of the plan takes a channel to have; undefined where nobody knows one. */
export function levelOfChannel(
  { measured }: Extract<MaskSource, { from: "plan" }>,
  { id, expectedDbmvPerHz }: BandPlan["channels"][number],
): number | undefined {
  return expectedDbmvPerHz ?? measured.find(({ ifIndex }) => String(ifIndex) === id)?.dbmvPerHz;
}

/** The axis as a spectrum; its levels say no more than how many bins there are. */
function spectrumOn({ firstBinHz, binSpacingHz, bins }: BinAxis): LevelSpectrum {
  return { levelsDbmv: new Float32Array(bins), firstBinHz, binSpacingHz };
}
