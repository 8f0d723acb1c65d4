import type { PlanChannel } from "./band-plan.ts";

/** Bandwidth of an OFDMA minislot: 16 subcarriers of 25 kHz or 8 of 50 kHz (DOCSIS 3.1 PHY, upstream framing). */
export const MINISLOT_HZ = 400_000;

/** Half a subcarrier of 50 kHz. */
const EDGE_SLACK_HZ = 25_000;
/** Part of a minislot by which sums of frequencies may be off. */
const ROUNDING = 1e-6;

/** Minislots side by side, up to `lowerHz + count * MINISLOT_HZ`. */
export interface MinislotStretch {
  lowerHz: number;
  count: number;
}

/**
 * The minislot grid of an OFDMA channel, lowest first. A minislot is made of contiguous subcarriers, so that the grid
 * begins anew behind each excluded band; what is left over at the upper end of a stretch carries none.
 *
 * @param edgeSlackHz how much further than its edges a channel may reach: a CMTS that gives them as the middles of
 *   its outer subcarriers, and excluded bands by the edges of theirs, is half a subcarrier short there.
 */
export function minislotStretches(
  { lowerHz, upperHz, excludedHz = [] }: Pick<PlanChannel, "lowerHz" | "upperHz" | "excludedHz">,
  edgeSlackHz = EDGE_SLACK_HZ,
): MinislotStretch[] {
  const stretches: MinislotStretch[] = [];
  const silent = [...excludedHz].sort(([a], [b]) => a - b);
  let fromHz = lowerHz;
  for (const [silentFromHz, silentToHz] of [...silent, [upperHz, upperHz] as const]) {
    const toHz = Math.min(silentFromHz, upperHz);
    const slackBelowHz = fromHz === lowerHz ? edgeSlackHz : 0;
    const slackHz = slackBelowHz + (toHz === upperHz ? edgeSlackHz : 0);
    const count = Math.floor((toHz - fromHz + slackHz) / MINISLOT_HZ + ROUNDING);
    if (count > 0) {
      const shortHz = Math.max(0, count * MINISLOT_HZ - (toHz - fromHz));
      stretches.push({ count, lowerHz: fromHz - (slackHz > 0 ? (shortHz * slackBelowHz) / slackHz : 0) });
    }
    fromHz = Math.max(fromHz, silentToHz);
  }
  return stretches;
}

/** Lower edges of the minislots, ascending. */
export function minislotLowerEdgesHz(stretches: readonly MinislotStretch[]): number[] {
  return stretches.flatMap(({ lowerHz, count }) =>
    Array.from({ length: count }, (_, i) => lowerHz + i * MINISLOT_HZ),
  );
}
