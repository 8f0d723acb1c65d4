import { dbOfPower } from "../units.ts";
import type { BandPlan, PlanChannel } from "./band-plan.ts";

/** An upstream channel as a program that reads a CMTS lists it. */
export interface ListedChannel {
  ifIndex: number;
  kind: "scQam" | "ofdma";
  lowerFrequencyHz: number;
  upperFrequencyHz: number;
  /** Bands that nothing is sent in, Hz. */
  excludedHz?: readonly (readonly [number, number])[] | undefined;
  /** Power that the CMTS sets for the channel, in this bandwidth of it. */
  expectedLevel?: { readonly dbmv: number; readonly bandwidthHz: number } | undefined;
}

/** Ends of the upstream in DOCSIS plants, MHz: sub-split, Euro, mid-split, high-split and ultra-high-splits. */
const UPSTREAM_EDGES_MHZ: readonly number[] = [42, 65, 85, 117, 204, 396, 492, 684];

/**
 * Plan of the upstream of a port; a channel's id is its ifIndex in decimal.
 * @param options.upperEdgeHz end of the upstream; unless given the lowest of `UPSTREAM_EDGES_MHZ` that holds all
 *   channels, or the end of the highest channel where none does.
 */
export function bandPlanOf(
  channels: readonly ListedChannel[],
  options: { upperEdgeHz?: number | undefined } = {},
): BandPlan {
  const highestHz = Math.max(0, ...channels.map(({ upperFrequencyHz }) => upperFrequencyHz));
  const edgeMhz = UPSTREAM_EDGES_MHZ.find((mhz) => mhz * 1e6 >= highestHz);
  return {
    channels: channels.map(planChannelOf),
    upperEdgeHz: options.upperEdgeHz ?? (edgeMhz === undefined ? highestHz : edgeMhz * 1e6),
  };
}

function planChannelOf(channel: ListedChannel): PlanChannel {
  const { expectedLevel: expected, excludedHz } = channel;
  return {
    id: String(channel.ifIndex),
    kind: channel.kind,
    lowerHz: channel.lowerFrequencyHz,
    upperHz: channel.upperFrequencyHz,
    ...(expected && { expectedDbmvPerHz: expected.dbmv - dbOfPower(expected.bandwidthHz) }),
    ...(excludedHz && { excludedHz }),
  };
}
