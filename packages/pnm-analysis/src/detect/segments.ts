import { powerOfDb } from "../units.ts";

/** Bins that hang together and stand out of their neighbours. */
export interface Segment {
  first: number;
  end: number;
  peakBin: number;
  peakDb: number;
  /** Power-weighted middle, in bins. */
  middle: number;
  /** Sum of the power that exceeds the neighbours, mV^2; still to be divided by the noise bandwidth in bins. */
  excessPower: number;
}

/** Stretches of bins whose excess passes `thresholdDb`, joined over gaps of at most `gap` bins. */
export function findSegments(
  levelsDb: ArrayLike<number>,
  excessDb: ArrayLike<number>,
  thresholdDb: number,
  gap = 2,
): Segment[] {
  const segments: Segment[] = [];
  let first = -1;
  let last = -1;
  const close = () => {
    if (first >= 0) segments.push(segmentOf(levelsDb, excessDb, first, last + 1));
  };
  for (let k = 0; k < excessDb.length; k += 1) {
    if (!(excessDb[k]! > thresholdDb)) continue;
    if (first >= 0 && k - last - 1 > gap) {
      close();
      first = k;
    } else if (first < 0) first = k;
    last = k;
  }
  close();
  return segments;
}

function segmentOf(
  levelsDb: ArrayLike<number>,
  excessDb: ArrayLike<number>,
  first: number,
  end: number,
): Segment {
  let peakBin = first;
  let power = 0;
  let moment = 0;
  // The skirts of a line hold part of its power though they stay under the threshold.
  for (let k = Math.max(0, first - 2); k < Math.min(excessDb.length, end + 2); k += 1) {
    if (Number.isNaN(excessDb[k]!)) continue;
    const excess = powerOfDb(levelsDb[k]!) * Math.max(0, 1 - powerOfDb(-excessDb[k]!));
    power += excess;
    moment += excess * k;
    if (excessDb[k]! > excessDb[peakBin]!) peakBin = k;
  }
  return {
    first,
    end,
    peakBin,
    peakDb: excessDb[peakBin]!,
    middle: moment / power,
    excessPower: power,
  };
}
