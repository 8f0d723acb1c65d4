import type { UpstreamChannel } from "@pnmlab/protocol";
import type { FrequencyRange } from "./frequency-axis.ts";

/** Room beside a channel, as a share of its width, so that its edges and its neighbourhood show. */
const MARGIN_SHARE = 0.1;

/** What to show of the spectrum to see one channel. */
export interface ChannelRange extends FrequencyRange {
  ifIndex: number;
  /** The channel as the CMTS names it. */
  label: string;
}

/** Range of each channel, lowest first. */
export function channelRanges(channels: readonly UpstreamChannel[]): ChannelRange[] {
  return channels
    .map((channel) => ({ ...rangeOfChannel(channel), ifIndex: channel.ifIndex, label: channel.name }))
    .sort((a, b) => a.startHz - b.startHz);
}

/** A channel with some room at both sides, never below 0 Hz. */
export function rangeOfChannel({ lowerFrequencyHz, upperFrequencyHz }: UpstreamChannel): FrequencyRange {
  const marginHz = Math.round(MARGIN_SHARE * (upperFrequencyHz - lowerFrequencyHz));
  return { startHz: Math.max(0, lowerFrequencyHz - marginHz), stopHz: upperFrequencyHz + marginHz };
}
