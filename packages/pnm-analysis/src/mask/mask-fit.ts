import type { BandPlan } from "../plant/band-plan.ts";
import type { JudgedMask } from "./judged-mask.ts";
import { levelOfChannel, lineOfMask, type MaskSource } from "./mask-source.ts";

/** A line may end so many bins beyond the spectrum without being cut by it. */
const TOLERANCE_BINS = 1;

/** How much of a mask can be judged on an axis. Frequencies of a mask that has none are NaN. */
export interface MaskFit {
  /** `none`: no bin of the spectrum has a limit. `part`: some of the mask lies where the spectrum shows nothing. */
  fit: "whole" | "part" | "none";
  maskFromHz: number;
  maskToHz: number;
  axisFromHz: number;
  axisToHz: number;
  /** Channels of a mask of the plan that have no limit, because nobody knows their level. */
  channelsWithoutLevel: readonly string[];
}

/** How a mask fits the axis that it is judged on. */
export function maskFit(source: MaskSource, judged: JudgedMask, plan: BandPlan): MaskFit {
  const { firstBinHz, binSpacingHz, bins } = judged.axis;
  const axisFromHz = firstBinHz - binSpacingHz / 2;
  const axisToHz = axisFromHz + bins * binSpacingHz;
  const line = lineOfMask(source);
  const maskFromHz = line ? (line[0]?.frequencyHz ?? Number.NaN) : axisFromHz;
  const maskToHz = line ? (line.at(-1)?.frequencyHz ?? Number.NaN) : axisToHz;
  const channelsWithoutLevel =
    source.from === "plan"
      ? plan.channels
          .filter(({ lowerHz, upperHz }) => lowerHz < axisToHz && upperHz > axisFromHz)
          .filter((channel) => levelOfChannel(source, channel) === undefined)
          .map(({ id }) => id)
      : [];
  const toleranceHz = TOLERANCE_BINS * binSpacingHz;
  const isCut = maskFromHz < axisFromHz - toleranceHz || maskToHz > axisToHz + toleranceHz;
  const fit =
    judged.bands.length === 0 ? "none" : isCut || channelsWithoutLevel.length > 0 ? "part" : "whole";
  return { fit, maskFromHz, maskToHz, axisFromHz, axisToHz, channelsWithoutLevel };
}
