import type { UpstreamChannel } from "@pnmlab/protocol";
import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { binFrequencyHz, type FrequencyAxis, type FrequencyRange } from "./frequency-axis.ts";
import { levelOfPower, powerOfHundredths } from "./power.ts";

/** Distance kept from channel edges, where filters of the modems still roll off. */
const GUARD_HZ = 400_000;

/** Bins in no channel of the plan, ascending. Empty where the plan is unknown or leaves no room. */
export function quietBins(axis: FrequencyAxis, channels: readonly UpstreamChannel[]): Int32Array {
  if (channels.length === 0) return new Int32Array(0);
  const quiet: number[] = [];
  for (let bin = 0; bin < axis.bins; bin += 1) {
    const frequencyHz = binFrequencyHz(axis, bin);
    const inChannel = channels.some(
      (channel) =>
        frequencyHz > channel.lowerFrequencyHz - GUARD_HZ &&
        frequencyHz < channel.upperFrequencyHz + GUARD_HZ,
    );
    if (!inChannel) quiet.push(bin);
  }
  return Int32Array.from(quiet);
}

/** Mean level in dBmV, taken in linear power, over the given bins, or over all where none are given. */
export function meanLevel(levels: Int16Array, bins: Int32Array): number {
  let sum = 0;
  let counted = 0;
  const total = bins.length === 0 ? levels.length : bins.length;
  for (let position = 0; position < total; position += 1) {
    const level = levels[bins.length === 0 ? position : bins[position]!]!;
    if (level === NO_LEVEL) continue;
    sum += powerOfHundredths(level);
    counted += 1;
  }
  return counted === 0 ? Number.NaN : levelOfPower(sum / counted);
}

/** Median in dBmV of the average trace over quiet bins inside a range; NaN where there are none. */
export function floorWithin(
  averageDbmv: Float32Array,
  axis: FrequencyAxis,
  bins: Int32Array,
  range: FrequencyRange,
): number {
  const levels: number[] = [];
  for (const bin of bins) {
    const frequencyHz = binFrequencyHz(axis, bin);
    const level = averageDbmv[bin]!;
    if (frequencyHz >= range.startHz && frequencyHz < range.stopHz && !Number.isNaN(level))
      levels.push(level);
  }
  if (levels.length === 0) return Number.NaN;
  return levels.sort((a, b) => a - b)[levels.length >> 1]!;
}
