import { binAt, binFrequencyHz, coveredRange } from "./frequency-axis.ts";
import { highestBin } from "./levels.ts";
import type { PlotData } from "./plot-data.ts";
import type { CursorReading, PlotReport } from "./plot-report.ts";

/** Takes the figures of the moment; undefined while there is no frame. */
export function takeReport(
  data: PlotData,
  framesShown: number,
  readings: Pick<PlotReport, "markers" | "masks" | "playOutMs" | "shownFrame" | "waterfall">,
): PlotReport | undefined {
  const { axis, traces, plant, ring } = data;
  if (!axis || !traces || !plant || !ring || traces.frames === 0) return undefined;
  const { average } = traces;
  const peakBin = highestBin(average);
  const floor = plant.floor();
  const newest = ring.endIndex - 1;
  return {
    framesShown,
    framesHeld: data.heldFrames,
    withheld: data.withheld,
    streamId: data.streamId,
    sequence: ring.sequenceAt(newest),
    capturedAtMs: ring.timeAt(newest),
    levelsHundredthsDbmv: ring.levelsAt(newest).slice(),
    firstBinHz: axis.firstBinHz,
    averageDbmv: Float32Array.from(average),
    averagedFrames: traces.averagedFrames,
    holdFrames: traces.max.looks,
    minHoldFrames: traces.min.looks,
    bandFrames: traces.bandFrames,
    referenceLabel: traces.reference?.label,
    peak: { frequencyHz: binFrequencyHz(axis, peakBin), levelDbmv: average[peakBin]! },
    floorDbmv: floor?.dbmv ?? Number.NaN,
    floorOrigin: floor?.origin,
    resolutionBandwidthHz: data.resolutionBandwidthHz,
    binSpacingHz: axis.binSpacingHz,
    bins: axis.bins,
    ...coveredRange(axis),
    uncalibrated: data.uncalibrated,
    channels: plant.channels(),
    bandFloors: plant.bandFloors(),
    ring: {
      frames: ring.length,
      bytes: ring.length * axis.bins * 2,
      spanMs: ring.timeAt(newest) - ring.timeAt(ring.firstIndex),
    },
    ...readings,
  };
}

/** Reads all traces at a frequency; undefined outside the data. */
export function readTraces(
  data: PlotData,
  frequencyHz: number,
): Omit<CursorReading, "x" | "y" | "pane" | "rowMs" | "rowDbmv"> | undefined {
  const { axis, traces, shown } = data;
  if (!axis || !traces) return undefined;
  const bin = binAt(axis, frequencyHz);
  if (bin === undefined) return undefined;
  const at = (levels: ArrayLike<number> | undefined) => levels?.[bin] ?? Number.NaN;
  return {
    bin,
    frequencyHz: binFrequencyHz(axis, bin),
    liveDbmv: at(traces.live),
    averageDbmv: at(traces.average),
    maxDbmv: at(traces.max.levelsDb),
    maxAtMs: traces.heldAtMs("max", bin),
    minDbmv: at(traces.min.levelsDb),
    minAtMs: traces.heldAtMs("min", bin),
    p10Dbmv: at(shown.band?.low),
    p50Dbmv: at(shown.band?.middle),
    p90Dbmv: at(shown.band?.high),
    referenceDbmv: at(traces.reference?.levelsDbmv),
    differenceDb: at(shown.difference),
    userLevel: at(shown.user),
  };
}
