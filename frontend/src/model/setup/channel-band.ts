import type { UpstreamChannel } from "@pnmlab/protocol";
import { rangeOfChannel } from "../channel-ranges.ts";
import type { FrequencyRange } from "../frequency-axis.ts";
import { brokenRules, type SetupSituation, type SetupValues } from "./judge.ts";
import { boundsOf, listedNumbers, type PortFields, stepOf } from "./limits.ts";

/** Where and how finely a capture looks. */
export interface CapturedBand {
  centerFrequencyHz: number;
  spanHz: number;
  bins: number;
}

/** Centres and spans where the port tells no grid: what CMTSs that round do round to. */
const GRID_HZ = 50_000;
/** With finer bins a capture lasts longer than 0.2 ms, and a burst fills ever less of it. */
const FINEST_BIN_HZ = 5000;
/** Where the vendors' lists end. */
const MOST_BINS = 3200;

/**
 * The narrowest span that the port takes and that holds a channel, with room at both sides where it can be had, and
 * the finest bins up to 3200 of 5 kHz; centred on the channel as far as the port takes that centre. Undefined where no
 * span that is taken holds the channel.
 */
export function bandOfChannel(
  channel: UpstreamChannel,
  options: PortFields,
  situation: SetupSituation,
): CapturedBand | undefined {
  const middleHz = (channel.lowerFrequencyHz + channel.upperFrequencyHz) / 2;
  for (const range of [rangeOfChannel(channel), extentOf(channel)]) {
    const wishHz = Math.ceil((range.stopHz - range.startHz + GRID_HZ) / (2 * GRID_HZ)) * 2 * GRID_HZ;
    const listed = listedNumbers(options, "spanHz", situation);
    for (const spanHz of listed.length > 0 ? listed : [wishHz]) {
      const centerFrequencyHz = centreNear(middleHz, spanHz, options, situation);
      const band = { centerFrequencyHz, spanHz, bins: finestBins(spanHz, options, situation) };
      if (holdsRange(band, range) && isTaken(band, options, situation)) return band;
    }
  }
  return undefined;
}

/** A band that has been chosen already, where it holds the channel and is taken in this situation too. */
export function keptBand(
  chosen: SetupValues,
  channel: UpstreamChannel | undefined,
  options: PortFields,
  situation: SetupSituation,
): CapturedBand | undefined {
  const { centerFrequencyHz, spanHz, bins } = chosen;
  if (typeof centerFrequencyHz !== "number" || typeof spanHz !== "number") return undefined;
  const kept = { centerFrequencyHz, spanHz, bins: finestBins(spanHz, options, situation) };
  if (channel && !holdsRange(kept, extentOf(channel))) return undefined;
  if (!isTaken(kept, options, situation)) return undefined;
  const asChosen = { ...kept, bins: typeof bins === "number" ? bins : kept.bins };
  return isTaken(asChosen, options, situation) ? asChosen : kept;
}

/** Whether a band has the whole of a channel in it. */
export function holdsChannel(
  band: Pick<CapturedBand, "centerFrequencyHz" | "spanHz">,
  channel: UpstreamChannel,
) {
  return holdsRange(band, extentOf(channel));
}

function extentOf({ lowerFrequencyHz, upperFrequencyHz }: UpstreamChannel): FrequencyRange {
  return { startHz: lowerFrequencyHz, stopHz: upperFrequencyHz };
}

function holdsRange(
  { centerFrequencyHz, spanHz }: Pick<CapturedBand, "centerFrequencyHz" | "spanHz">,
  { startHz, stopHz }: FrequencyRange,
): boolean {
  return centerFrequencyHz - spanHz / 2 <= startHz && centerFrequencyHz + spanHz / 2 >= stopHz;
}

function isTaken(band: CapturedBand, options: PortFields, situation: SetupSituation): boolean {
  const broken = brokenRules(options, { ...band }, situation);
  return (["centerFrequencyHz", "spanHz", "bins"] as const).every((field) => !broken.has(field));
}

/** The centre of the grid nearest to a frequency, whose span begins at 0 Hz or above. */
function centreNear(wishHz: number, spanHz: number, options: PortFields, situation: SetupSituation): number {
  const told = stepOf(options, "centerFrequencyHz", situation);
  const step = told > 1 ? told : GRID_HZ;
  const { least, most } = boundsOf(options, "centerFrequencyHz", situation);
  const lowest = Math.ceil(Math.max(least, spanHz / 2) / step) * step;
  const highest = Math.floor(most / step) * step;
  return Math.max(lowest, Math.min(highest, Math.round(wishHz / step) * step));
}

function finestBins(spanHz: number, options: PortFields, situation: SetupSituation): number {
  const wish = Math.min(MOST_BINS, Math.ceil(spanHz / FINEST_BIN_HZ));
  const listed = listedNumbers(options, "bins", situation);
  if (listed.length > 0) return listed.findLast((bins) => bins <= wish) ?? listed[0]!;
  const { least, most } = boundsOf(options, "bins", situation);
  return Math.max(least, Math.min(most, wish));
}
