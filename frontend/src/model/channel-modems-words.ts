import type { ChannelModems } from "@pnmlab/protocol";
import { formatCount, formatLevel, formatTime } from "./format.ts";

/** What is known of the modems of a channel, a line each; what is not known says why. */
export function modemLines({ counted, received }: ChannelModems, nowMs: number): string[] {
  const at = (iso: string) => formatTime(Date.parse(iso), nowMs);
  const count = counted
    ? `Modems: ${formatCount(counted.total)}, ${formatCount(counted.online)} on line, read ${at(counted.readAt)}`
    : "Modems: their table has not been read";
  const level = received
    ? `Received: mean ${formatLevel(received.meanDbmv)}, ${formatLevel(received.minDbmv)} to ${formatLevel(received.maxDbmv)} of ${formatCount(received.modems)} modems, polled ${at(received.newestAt)}`
    : "Received: not polled";
  return [count, level];
}
