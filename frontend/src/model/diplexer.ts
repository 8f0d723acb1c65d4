import type { UpstreamChannel } from "@pnmlab/protocol";

/** Upper edges of the upstream that diplexers are made for, MHz: North American, Japanese and European low split, mid and high split, and those of DOCSIS 4.0. */
const UPSTREAM_EDGES_MHZ = [42, 55, 65, 85, 117, 204, 300, 396, 492, 684] as const;
/** Channels reach into the roll-off of a diplexer by so much at most, Hz. */
const ROLL_OFF_HZ = 500_000;

/**
 * Where the diplexer of a port ends its upstream, Hz: the lowest of the usual edges above all channels of the plan. No
 * CMTS tells it; undefined where there are no channels, or some above every edge.
 */
export function diplexerEdgeHz(
  channels: readonly Pick<UpstreamChannel, "upperFrequencyHz">[],
): number | undefined {
  if (channels.length === 0) return undefined;
  const highestHz = Math.max(...channels.map(({ upperFrequencyHz }) => upperFrequencyHz));
  const edgeMhz = UPSTREAM_EDGES_MHZ.find((mhz) => mhz * 1e6 >= highestHz - ROLL_OFF_HZ);
  return edgeMhz === undefined ? undefined : edgeMhz * 1e6;
}
