import type { UpstreamChannel } from "@pnmlab/protocol";
import { formatBandwidth, formatLevel, formatMhz } from "./format.ts";

const KINDS = { scQam: "SC-QAM", ofdma: "OFDMA" };

/** How a channel is made: the modulation that the CMTS tells, else its kind. */
export function modulationOf({ kind, modulation }: UpstreamChannel): string {
  return modulation ?? KINDS[kind];
}

export function widthOf({ lowerFrequencyHz, upperFrequencyHz }: UpstreamChannel): string {
  return `${formatMhz(upperFrequencyHz - lowerFrequencyHz, 1)} MHz`;
}

export function edgesOf({ lowerFrequencyHz, upperFrequencyHz }: UpstreamChannel): string {
  return `${formatMhz(lowerFrequencyHz, 1)}–${formatMhz(upperFrequencyHz, 1)} MHz`;
}

/** Level that the CMTS sets, with the bandwidth it is in where that is not the channel's own. */
export function expectedOf({ kind, expectedLevel }: UpstreamChannel): string {
  if (!expectedLevel) return "not told by the CMTS";
  const level = formatLevel(expectedLevel.dbmv);
  return kind === "ofdma" ? `${level} in ${formatBandwidth(expectedLevel.bandwidthHz)}` : level;
}

/** Bands that nothing is sent in; SC-QAM has none. */
export function exclusionsOf({ kind, excludedHz }: UpstreamChannel): string {
  if (kind === "scQam") return "none";
  if (!excludedHz) return "not told by the CMTS";
  if (excludedHz.length === 0) return "none";
  return excludedHz.map(([fromHz, toHz]) => `${formatMhz(fromHz)}–${formatMhz(toHz)} MHz`).join(", ");
}

/** All that is known of a channel, a line each. */
export function channelLines(channel: UpstreamChannel): string[] {
  return [
    channel.channelId === undefined ? channel.name : `${channel.name}, channel ${channel.channelId}`,
    `${edgesOf(channel)}, ${widthOf(channel)} wide`,
    modulationOf(channel),
    `Expected level: ${expectedOf(channel)}`,
    ...(channel.kind === "ofdma" ? [`Excluded: ${exclusionsOf(channel)}`] : []),
  ];
}
