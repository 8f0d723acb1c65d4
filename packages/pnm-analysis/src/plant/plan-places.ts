import type { LevelSpectrum } from "../band.ts";
import { binOfFrequency } from "../measure/bins.ts";
import { type BandPlan, binsOfChannel, GUARD_BINS, type PlanChannel } from "./band-plan.ts";
import { RECTANGULAR_BINS, rectangularSkirt } from "./exclusion-record.ts";

/** The wider of the two subcarrier spacings of OFDMA upstream, whose tails reach further. */
const SUBCARRIER_HZ = 50_000;
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
  readonly #binSpacingHz: number;

  /** @param noiseBandwidthHz of one bin */
  constructor(
    axis: Pick<LevelSpectrum, "firstBinHz" | "binSpacingHz">,
    plan: BandPlan,
    noiseBandwidthHz: number,
  ) {
    const enbwBins = noiseBandwidthHz / axis.binSpacingHz;
    const mainLobeBins = Math.ceil(enbwBins);
    const guard = GUARD_BINS + mainLobeBins;
    this.#binSpacingHz = axis.binSpacingHz;
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

  /**
   * Share of the density of its channel that reaches into a bin of an excluded band: by the tails of the subcarriers,
   * which fall with the distance in subcarriers as those of the rectangular window do with that in bins, and by the
   * window.
   */
  skirtsAt(bin: number): { channel: PlanChannel; share: number }[] {
    const tailOf = (bins: number) =>
      rectangularSkirt((bins * this.#binSpacingHz) / SUBCARRIER_HZ) +
      (this.#hasSkirts ? rectangularSkirt(bins) : 0);
    return this.#places.flatMap(({ channel, excluded }) =>
      excluded
        .filter(({ first, last }) => bin >= first && bin <= last)
        .map(({ lower, upper }) => ({
          channel,
          share: tailOf(bin - lower) + tailOf(upper - bin),
        })),
    );
  }
}
