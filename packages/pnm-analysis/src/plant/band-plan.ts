import type { LevelSpectrum } from "../band.ts";
import { binOfFrequency, frequencyOfBin } from "../measure/bins.ts";

/** An upstream channel as the CMTS's tables give it. */
export interface PlanChannel {
  id: string;
  kind: "scQam" | "ofdma";
  lowerHz: number;
  upperHz: number;
  /** Expected density while modems send, from expected power and symbol rate; undefined where nobody says. */
  expectedDbmvPerHz?: number | undefined;
  /** Bands within an OFDMA channel that no minislot uses. */
  excludedHz?: readonly (readonly [number, number])[];
}

/** What may lie in the upstream of a port. */
export interface BandPlan {
  channels: readonly PlanChannel[];
  /** Where the upstream ends: 42, 65, 85, 117, 204, 396, 492 or 684 MHz. */
  upperEdgeHz: number;
  /** Where it begins; 5 MHz unless given. */
  lowerEdgeHz?: number | undefined;
}

export const BinClass = {
  /** In the upstream, in no channel. */
  quiet: 0,
  occupied: 1,
  /** Beside a channel, where the window smears it: 3 % of its width, at least 2 bins and the main lobe. */
  guard: 2,
  below: 3,
  above: 4,
} as const;

export interface BinMap {
  /** Value of `BinClass` per bin. */
  classes: Uint8Array;
  /** Number of the channel in the plan per bin, -1 for none; excluded bands of a channel count as none. */
  channels: Int16Array;
}

const BESIDE_SHARE = 0.03;
/** Bins of a guard besides the main lobe of the window, at least. */
export const GUARD_BINS = 2;

/** The outer bins of a channel and the guard on either side, in bins; also where the axis does not reach. */
export function binsOfChannel(
  axis: Pick<LevelSpectrum, "firstBinHz" | "binSpacingHz">,
  { lowerHz, upperHz }: Pick<PlanChannel, "lowerHz" | "upperHz">,
  mainLobeBins: number,
): { first: number; last: number; guard: number } {
  const besideBins = Math.round((BESIDE_SHARE * (upperHz - lowerHz)) / axis.binSpacingHz);
  return {
    first: Math.ceil(binOfFrequency(axis, lowerHz) - 0.5),
    last: Math.floor(binOfFrequency(axis, upperHz) + 0.5),
    guard: Math.max(besideBins, GUARD_BINS + mainLobeBins),
  };
}

/** Sorts the bins of an axis by the plan. @param mainLobeBins half width of the window's main lobe, 1 to 4 */
export function mapBins(axis: LevelSpectrum, plan: BandPlan, mainLobeBins: number): BinMap {
  const { length } = axis.levelsDbmv;
  const lowerEdgeHz = plan.lowerEdgeHz ?? 5e6;
  const classes = new Uint8Array(length);
  const channels = new Int16Array(length).fill(-1);
  for (let k = 0; k < length; k += 1) {
    const frequencyHz = frequencyOfBin(axis, k);
    if (frequencyHz < lowerEdgeHz) classes[k] = BinClass.below;
    else if (frequencyHz > plan.upperEdgeHz) classes[k] = BinClass.above;
  }
  plan.channels.forEach((channel, number) => {
    const { first, last, guard } = binsOfChannel(axis, channel, mainLobeBins);
    for (let k = Math.max(0, first - guard); k <= Math.min(length - 1, last + guard); k += 1) {
      if (k >= first && k <= last) classes[k] = BinClass.occupied;
      else if (classes[k] !== BinClass.occupied) classes[k] = BinClass.guard;
      const frequencyHz = frequencyOfBin(axis, k);
      const isExcluded = channel.excludedHz?.some(([from, to]) => frequencyHz >= from && frequencyHz <= to);
      if (k >= first && k <= last && !isExcluded) channels[k] = number;
    }
  });
  return { classes, channels };
}
