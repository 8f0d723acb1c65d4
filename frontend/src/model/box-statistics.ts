import { dbOfPower, powerOfDb, quantileOf } from "@pnmlab/pnm-analysis";
import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { FrameRing } from "./frame-ring.ts";
import type { RecordedFrame } from "./frame-stream.ts";
import { binFrequencyHz, type FrequencyAxis, type FrequencyRange } from "./frequency-axis.ts";
import { type FrameSource, firstAtOrAfter } from "./kept-frames.ts";

/** What a box in the waterfall holds; the levels are NaN where it holds no single frame. */
export interface BoxStatistics extends FrequencyRange {
  fromMs: number;
  toMs: number;
  frames: number;
  /** Rows in it that are the peaks of several frames, and are left out. */
  peakRows: number;
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
  /** Read from the recording: all frames of the box, or as many as are read, from its begin on. */
  read?: "all" | "begin";
}

/** The median is taken of at most about so many levels, evenly picked. */
const MEDIAN_LEVELS = 200_000;

/** So many frames of a box are read from the recording. */
export const MOST_READ_FRAMES = 600;

/**
 * Statistics of the levels within a range and a time; undefined where the box holds none.
 *
 * @param singleFromMs what is older are peaks of several frames, whose mean and shares would read high
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
  const [lowestBin, highestBin] = [bins[0], bins.at(-1)];
  const firstRow = firstAtOrAfter(frames, time.fromMs);
  const end = firstAtOrAfter(frames, time.toMs + 1);
  if (lowestBin === undefined || highestBin === undefined || end <= firstRow) return undefined;
  const first = Math.min(end, Math.max(firstRow, firstAtOrAfter(frames, singleFromMs)));
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
  if (known === 0 && first === firstRow) return undefined;
  return {
    // Of the bins that are counted, so that range and number agree.
    startHz: binFrequencyHz(axis, lowestBin) - axis.binSpacingHz / 2,
    stopHz: binFrequencyHz(axis, highestBin) + axis.binSpacingHz / 2,
    ...time,
    frames: end - first,
    peakRows: first - firstRow,
    bins: bins.length,
    lowestDbmv: known > 0 ? lowest : Number.NaN,
    meanDbmv: dbOfPower(power / known),
    medianDbmv: known > 0 ? quantileOf(picked, 0.5) : Number.NaN,
    highestDbmv: known > 0 ? highest : Number.NaN,
    thresholdDbmv,
    levelsAbovePct: (100 * above) / known,
    framesAbovePct: (100 * framesAbove) / (end - first),
  };
}

/** The same box over frames that were read from the recording; undefined where there are none on one axis. */
export function recordedBoxStatistics(
  box: BoxStatistics,
  recorded: readonly RecordedFrame[],
): BoxStatistics | undefined {
  const within = recorded.filter(({ frame }) => frame.capturedAtMs <= box.toMs);
  const last = within.at(-1)?.frame;
  if (!last) return undefined;
  const { firstBinHz, binSpacingHz, levelsHundredthsDbmv } = last;
  const axis = { firstBinHz, binSpacingHz, bins: levelsHundredthsDbmv.length };
  const ring = new FrameRing(axis.bins, within.length);
  for (const { frame } of within) {
    if (frame.levelsHundredthsDbmv.length === axis.bins && frame.firstBinHz === firstBinHz)
      ring.push(frame.levelsHundredthsDbmv, frame);
  }
  const { startHz, stopHz } = box;
  const isCut = within.length >= MOST_READ_FRAMES;
  const time = { fromMs: box.fromMs, toMs: isCut ? last.capturedAtMs : box.toMs };
  const statistics = boxStatistics(ring, axis, { startHz, stopHz }, time, box.thresholdDbmv);
  return statistics && { ...statistics, read: isCut ? "begin" : "all" };
}
