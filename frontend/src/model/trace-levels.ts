import { type LevelSpectrum, runningMedian } from "@pnmlab/pnm-analysis";
import { levelsOfHundredths } from "./levels.ts";
import type { MarkerTrace } from "./marker.ts";
import type { PlotData } from "./plot-data.ts";

type Levels = Float32Array | Float64Array;

/** Bins that the noise floor is smoothed over. */
const FLOOR_BINS = 31;

/** A trace of the picture, dBmV per bin, or dB, with NaN where nothing is known; undefined while it is not made. */
export function traceLevels(data: PlotData, trace: MarkerTrace): Levels | undefined {
  const { traces, shown } = data;
  if (!traces || traces.frames === 0) return undefined;
  switch (trace) {
    case "live":
      return traces.live;
    case "average":
      return traces.average;
    case "max":
    case "min":
      return traces[trace].levelsDb;
    case "bandHigh":
      return shown.band?.high;
    case "p50":
      return shown.band?.middle;
    case "bandLow":
      return shown.band?.low;
    case "reference":
      return traces.reference?.levelsDbmv;
    case "difference":
    case "user":
      return shown[trace];
  }
}

/** The newest frame received, also while the picture is frozen. */
export function newestLevels(data: PlotData): Float32Array | undefined {
  const { ring } = data;
  return ring && ring.length > 0 ? levelsOf(ring.levelsAt(ring.endIndex - 1)) : undefined;
}

/** The noise floor per bin, smoothed; undefined while too little was seen. */
export function floorLevels(data: PlotData): Levels | undefined {
  const levels = data.plant?.floorPerBin();
  return levels && runningMedian(levels, FLOOR_BINS);
}

/** A trace as a spectrum on the axis of the data. */
export function traceSpectrum(data: PlotData, trace: MarkerTrace): LevelSpectrum | undefined {
  const levelsDbmv = traceLevels(data, trace);
  return data.axis && levelsDbmv
    ? { levelsDbmv, firstBinHz: data.axis.firstBinHz, binSpacingHz: data.axis.binSpacingHz }
    : undefined;
}

/** Noise bandwidth of a bin; the spacing where a file does not say. */
export function noiseBandwidthHz(data: PlotData): number {
  return data.resolutionBandwidthHz || (data.axis?.binSpacingHz ?? 1);
}

/** Levels of the bins [first, end) of a frame, dBmV. */
export function levelsOf(hundredths: Int16Array, first = 0, end = hundredths.length): Float32Array {
  return levelsOfHundredths(hundredths.subarray(first, end), new Float32Array(end - first));
}
