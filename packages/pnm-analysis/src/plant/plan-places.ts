import type { LevelSpectrum } from "../band.ts";
import { binOfFrequency } from "../measure/bins.ts";
import { type BandPlan, binsOfChannel, GUARD_BINS, type PlanChannel } from "./band-plan.ts";
import { RECTANGULAR_BINS, rectangularSkirt } from "./exclusion-record.ts";

/** An excluded band of which fewer bins lie between its guards is its channel's. */
const LEAST_BINS = 3;

interface Excluded {
  /** Bins between the guards. */
  first: number;
  last: number;
  /** Edges of the band in bins, with their fraction. */
  lower: number;
  upper: number;
}

interface ChannelPlace {
  channel: PlanChannel;
  first: number;
  last: number;
  guard: number;
  excluded: readonly Excluded[];
}

/** Where the bins of an axis lie in the plan: in channels with the guards of `mapBins`, or where nothing sends. */
export class PlanPlaces {
  readonly #places: readonly ChannelPlace[];
  /** A window without skirts has a noise bandwidth well over one bin. */
  readonly #hasSkirts: boolean;

  /** @param noiseBandwidthHz of one bin */
  constructor(
    axis: Pick<LevelSpectrum, "firstBinHz" | "binSpacingHz">,
    plan: BandPlan,
    noiseBandwidthHz: number,
  ) {
    const enbwBins = noiseBandwidthHz / axis.binSpacingHz;
    const mainLobeBins = Math.ceil(enbwBins);
    const guard = GUARD_BINS + mainLobeBins;
    this.#hasSkirts = enbwBins < RECTANGULAR_BINS;
    this.#places = plan.channels.map((channel) => ({
      channel,
      ...binsOfChannel(axis, channel, mainLobeBins),
      excluded: (channel.excludedHz ?? [])
        .map(([lowerHz, upperHz]) => {
          const [lower, upper] = [binOfFrequency(axis, lowerHz), binOfFrequency(axis, upperHz)];
          return { first: Math.ceil(lower + guard), last: Math.floor(upper - guard), lower, upper };
        })
        .filter(({ first, last }) => last - first + 1 >= LEAST_BINS),
    }));
  }

  /** The channels that a bin lies in, else those that it is beside; none between channels and in excluded bands. */
  channelsAt(bin: number): PlanChannel[] {
    const reaching = this.#places.filter(
      ({ first, last, guard, excluded }) =>
        bin >= first - guard &&
        bin <= last + guard &&
        !excluded.some((band) => bin >= band.first && bin <= band.last),
    );
    const within = reaching.filter(({ first, last }) => bin >= first && bin <= last);
    return (within.length > 0 ? within : reaching).map(({ channel }) => channel);
  }

  /** Share of the power of its channel that the window shows in a bin of an excluded band; none of most windows. */
  skirtsAt(bin: number): { channel: PlanChannel; share: number }[] {
    if (!this.#hasSkirts) return [];
    return this.#places.flatMap(({ channel, excluded }) =>
      excluded
        .filter(({ first, last }) => bin >= first && bin <= last)
        .map(({ lower, upper }) => ({
          channel,
          share: rectangularSkirt(bin - lower) + rectangularSkirt(upper - bin),
        })),
    );
  }
}
