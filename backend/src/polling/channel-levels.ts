import type { ChannelModems, PollPlan } from "@pnmlab/protocol";
import type { SeriesStore } from "../storage/series.ts";

/** docsIf3CmtsCmUsStatusRxPower; its instances are modem and ifIndex of the channel. */
const METRIC = "upstream-rx-power";
/** Modems that were not read for so many intervals are not on the channel any more. */
const FRESH_INTERVALS = 2.5;

/**
 * How the CMTS receives the modems of a channel, by the newest polling of any plan that reads it; null where none does.
 *
 * @param target the CMTS by its address, and by its id where a plan names it so
 */
export function receivedOn(
  series: Pick<SeriesStore, "newest">,
  plans: readonly Pick<PollPlan, "devices">[],
  target: { id: string; host: string; port: number },
  channelIfIndex: number,
): ChannelModems["received"] {
  const labels = plans
    .flatMap(({ devices }) => devices)
    .filter(({ host, port }) => host === target.host && port === target.port)
    .map(({ label }) => label);
  for (const label of new Set([...labels, target.id])) {
    const all = series.newest(label, METRIC, `.${channelIfIndex}`);
    const newestMs = all.reduce((newest, { atMs }) => Math.max(newest, atMs), 0);
    const fresh = all.filter(({ atMs, intervalS }) => newestMs - atMs <= FRESH_INTERVALS * intervalS * 1000);
    if (fresh.length === 0) continue;
    const levels = fresh.map(({ value }) => value);
    return {
      meanDbmv: levels.reduce((sum, level) => sum + level, 0) / levels.length,
      minDbmv: levels.reduce((least, level) => Math.min(least, level), Number.POSITIVE_INFINITY),
      maxDbmv: levels.reduce((most, level) => Math.max(most, level), Number.NEGATIVE_INFINITY),
      modems: levels.length,
      newestAt: new Date(newestMs).toISOString(),
    };
  }
  return null;
}
