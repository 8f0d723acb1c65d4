import { dbOfPower, powerOfDb, quantileOf } from "@pnmlab/pnm-analysis";
import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { binFrequencyHz, type FrequencyAxis, type FrequencyRange } from "./frequency-axis.ts";
import { type FrameSource, firstAtOrAfter } from "./kept-frames.ts";

/** What a box in the waterfall holds. */
export interface BoxStatistics extends FrequencyRange {
  fromMs: number;
  toMs: number;
  frames: number;
  bins: number;
  lowestDbmv: number;
  /** Of linear power. */
  meanDbmv: number;
  medianDbmv: number;
  highestDbmv: number;
  thresholdDbmv: number;
  /** Share of all levels above the threshold, and of the frames with at least one bin above it. */
  levelsAbovePct: number;
  framesAbovePct: number;
  /** Rows in it are the peaks of several frames, so that mean, median and shares read high. */
  holdsPeaks: boolean;
}

/** The median is taken of at most about so many levels, evenly picked. */
const MEDIAN_LEVELS = 200_000;

/**
 * Statistics of the levels within a range and a time; undefined where the box holds none.
 *
 * @param singleFromMs what is older are peaks of several frames
 */
export function boxStatistics(
  frames: FrameSource,
  axis: FrequencyAxis,
  range: FrequencyRange,
  time: { fromMs: number; toMs: number },
  thresholdDbmv: number,
  singleFromMs = Number.NEGATIVE_INFINITY,
): BoxStatistics | undefined {
  const bins: number[] = [];
  for (let bin = 0; bin < axis.bins; bin += 1) {
    const frequencyHz = binFrequencyHz(axis, bin);
    if (frequencyHz >= range.startHz && frequencyHz <= range.stopHz) bins.push(bin);
  }
  const first = firstAtOrAfter(frames, time.fromMs);
  const end = firstAtOrAfter(frames, time.toMs + 1);
  if (bins.length === 0 || end <= first) return undefined;
  const step = Math.max(1, Math.floor((bins.length * (end - first)) / MEDIAN_LEVELS));
  const picked: number[] = [];
  let [known, power, above, framesAbove] = [0, 0, 0, 0];
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = first; index < end; index += 1) {
    const levels = frames.levelsAt(index);
    let isAbove = false;
    for (const bin of bins) {
      if (levels[bin] === NO_LEVEL) continue;
      const level = levels[bin]! / 100;
      if (known % step === 0) picked.push(level);
      known += 1;
      power += powerOfDb(level);
      if (level < lowest) lowest = level;
      if (level > highest) highest = level;
      if (level > thresholdDbmv) {
        above += 1;
        isAbove = true;
      }
    }
    if (isAbove) framesAbove += 1;
  }
  if (known === 0) return undefined;
  return {
    ...range,
    ...time,
    frames: end - first,
    bins: bins.length,
    lowestDbmv: lowest,
    meanDbmv: dbOfPower(power / known),
    medianDbmv: quantileOf(picked, 0.5),
    highestDbmv: highest,
    thresholdDbmv,
    levelsAbovePct: (100 * above) / known,
    framesAbovePct: (100 * framesAbove) / (end - first),
    holdsPeaks: frames.timeAt(first) < singleFromMs,
  };
}
