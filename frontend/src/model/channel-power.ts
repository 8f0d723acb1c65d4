import type { UpstreamChannel } from "@pnmlab/protocol";
import { binFrequencyHz, type FrequencyAxis, type FrequencyRange } from "./frequency-axis.ts";
import { levelOfPower } from "./power.ts";

export interface ChannelLevel {
  ifIndex: number;
  /** Power in the whole channel, dBmV. */
  powerDbmv: number;
  /** The same power as density, dBmV per 1.6 MHz. */
  densityDbmv: number;
  /** Density over the quiet floor, dB; NaN without quiet bins. */
  overFloorDb: number;
  peakDbmv: number;
  peakHz: number;
}

/** First and last bin whose centre lies in the range; undefined where none does. */
function binsWithin(axis: FrequencyAxis, range: FrequencyRange): { first: number; last: number } | undefined {
  const first = Math.max(0, Math.ceil((range.startHz - axis.firstBinHz) / axis.binSpacingHz));
  const last = Math.min(axis.bins - 1, Math.floor((range.stopHz - axis.firstBinHz) / axis.binSpacingHz));
  return first <= last ? { first, last } : undefined;
}

/**
 * Power within a range, as a linear power relative to 0 dBmV. Each bin holds the power in the resolution
 * bandwidth, so the sum over bins is scaled by spacing over bandwidth (equal where `bandwidthHz` is 0).
 * NaN where the range has no level.
 */
function powerWithin(
  averageDbmv: Float32Array,
  axis: FrequencyAxis,
  bandwidthHz: number,
  range: FrequencyRange,
): number {
  const bins = binsWithin(axis, range);
  if (!bins) return Number.NaN;
  let sum = 0;
  let counted = 0;
  for (let bin = bins.first; bin <= bins.last; bin += 1) {
    const level = averageDbmv[bin]!;
    if (Number.isNaN(level)) continue;
    sum += 10 ** (level / 10);
    counted += 1;
  }
  if (counted === 0) return Number.NaN;
  const perBin = bandwidthHz > 0 ? axis.binSpacingHz / bandwidthHz : 1;
  return sum * perBin;
}

const REFERENCE_BANDWIDTH_HZ = 1_600_000;

/** Levels of every channel of the plan that the spectrum covers wholly; the others are left out. */
export function channelLevels(
  averageDbmv: Float32Array,
  axis: FrequencyAxis,
  bandwidthHz: number,
  channels: readonly UpstreamChannel[],
  floorDbmv: number,
): ChannelLevel[] {
  const levels: ChannelLevel[] = [];
  const lowestHz = axis.firstBinHz - axis.binSpacingHz;
  const highestHz = axis.firstBinHz + axis.bins * axis.binSpacingHz;
  for (const channel of channels) {
    if (channel.lowerFrequencyHz < lowestHz || channel.upperFrequencyHz > highestHz) continue;
    const range = { startHz: channel.lowerFrequencyHz, stopHz: channel.upperFrequencyHz };
    const bins = binsWithin(axis, range);
    const power = powerWithin(averageDbmv, axis, bandwidthHz, range);
    if (!bins || Number.isNaN(power)) continue;
    let peakBin = bins.first;
    for (let bin = bins.first; bin <= bins.last; bin += 1) {
      if (averageDbmv[bin]! > averageDbmv[peakBin]!) peakBin = bin;
    }
    const widthHz = range.stopHz - range.startHz;
    const perResolution = levelOfPower((power * (bandwidthHz || axis.binSpacingHz)) / widthHz);
    levels.push({
      ifIndex: channel.ifIndex,
      powerDbmv: levelOfPower(power),
      densityDbmv: levelOfPower((power * REFERENCE_BANDWIDTH_HZ) / widthHz),
      overFloorDb: perResolution - floorDbmv,
      peakDbmv: averageDbmv[peakBin]!,
      peakHz: binFrequencyHz(axis, peakBin),
    });
  }
  return levels;
}
