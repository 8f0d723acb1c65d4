import type { BinAxis } from "../compare/resample.ts";
import type { LimitMask } from "../measure/limit-mask.ts";
import type { BandPlan } from "../plant/band-plan.ts";
import { PlanPlaces } from "../plant/plan-places.ts";

/** Narrower stretches are what is left beside a channel at the end of the spectrum. */
const LEAST_BINS = 3;

/** Bins [first, end) of a mask that pass or fail together. */
export interface MaskBand {
  /** Ids of the channels in the band in their order; none between channels and in an excluded band. */
  channels: readonly string[];
  first: number;
  end: number;
}

/**
 * The bands that a mask is judged by: channels that touch are one, and so is what lies between them, and an excluded
 * band between its guards. Only stretches that have a limit count.
 *
 * @param noiseBandwidthHz of one bin
 */
export function bandsOfMask(
  limits: LimitMask,
  axis: BinAxis,
  plan: BandPlan,
  noiseBandwidthHz: number,
): MaskBand[] {
  const places = new PlanPlaces(axis, plan, noiseBandwidthHz);
  const bands: { channels: Set<string>; first: number; end: number }[] = [];
  for (let bin = 0; bin < axis.bins; bin += 1) {
    if (Number.isNaN(limits.upperDbmv[bin]!) && Number.isNaN(limits.lowerDbmv[bin]!)) continue;
    const here = places.channelsAt(bin);
    let band = bands.at(-1);
    const isNext = band?.end === bin && band.channels.size > 0 === here.length > 0;
    if (!band || !isNext) {
      band = { channels: new Set(), first: bin, end: bin };
      bands.push(band);
    }
    band.end = bin + 1;
    for (const { id } of here) band.channels.add(id);
  }
  return bands
    .filter(({ first, end }) => end - first >= LEAST_BINS)
    .map((band) => ({ ...band, channels: [...band.channels] }));
}
