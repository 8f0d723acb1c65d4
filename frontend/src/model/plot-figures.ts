import { channelLevels } from "./channel-power.ts";
import { binAt, binFrequencyHz, coveredRange } from "./frequency-axis.ts";
import type { PlotData } from "./plot-data.ts";
import { type CursorReading, FLOOR_BANDS, type PlotReport } from "./plot-report.ts";
import { levelOfHundredths } from "./power.ts";
import { floorWithin } from "./quiet-bins.ts";

/** Takes the figures of the moment; undefined while there is no frame. */
export function takeReport(
  data: PlotData,
  framesShown: number,
  readings: Pick<PlotReport, "markers" | "masks">,
): PlotReport | undefined {
  const { axis, bank, ring } = data;
  if (!axis || !bank || !ring || bank.frames === 0) return undefined;
  const range = coveredRange(axis);
  const floorDbmv = floorWithin(bank.average, axis, data.quiet, range);
  let peakBin = 0;
  for (let bin = 1; bin < axis.bins; bin += 1) {
    if (bank.average[bin]! > bank.average[peakBin]! || Number.isNaN(bank.average[peakBin]!)) peakBin = bin;
  }
  const newest = ring.endIndex - 1;
  return {
    framesShown,
    framesHeld: data.heldFrames,
    withheld: data.withheld,
    sequence: ring.sequenceAt(newest),
    capturedAtMs: ring.timeAt(newest),
    averageDbmv: bank.average.slice(),
    averagedFrames: bank.averagedFrames,
    holdFrames: bank.heldFrames,
    peak: { frequencyHz: binFrequencyHz(axis, peakBin), levelDbmv: bank.average[peakBin]! },
    floorDbmv,
    resolutionBandwidthHz: data.resolutionBandwidthHz,
    binSpacingHz: axis.binSpacingHz,
    bins: axis.bins,
    ...range,
    uncalibrated: data.uncalibrated,
    channels: channelLevels(bank.average, axis, data.resolutionBandwidthHz, data.channels, floorDbmv),
    bandFloors: FLOOR_BANDS.filter(
      ([low, high]) => low * 1e6 < range.stopHz && high * 1e6 > range.startHz,
    ).map(([low, high]) => ({
      label: `${low}–${high} MHz`,
      floorDbmv: floorWithin(bank.average, axis, data.quiet, { startHz: low * 1e6, stopHz: high * 1e6 }),
    })),
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
  const { axis, bank, band } = data;
  if (!axis || !bank) return undefined;
  const bin = binAt(axis, frequencyHz);
  if (bin === undefined) return undefined;
  return {
    bin,
    frequencyHz: binFrequencyHz(axis, bin),
    liveDbmv: levelOfHundredths(bank.live[bin]!),
    averageDbmv: bank.average[bin]!,
    maxDbmv: levelOfHundredths(bank.maxHold[bin]!),
    maxAtMs: bank.maxHoldAtMs[bin]!,
    minDbmv: levelOfHundredths(bank.minHold[bin]!),
    p10Dbmv: band?.p10[bin] ?? Number.NaN,
    p90Dbmv: band?.p90[bin] ?? Number.NaN,
  };
}
