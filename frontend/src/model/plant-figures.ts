import {
  BinClass,
  bandPlanOf,
  type ChannelFigures,
  channelTable,
  FrameView,
  floorByBand,
  median,
  type SpectrumFrame,
} from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { formatMhz } from "./format.ts";
import type { FrequencyAxis } from "./frequency-axis.ts";
import type { BandFloorFigures } from "./plot-report.ts";

/** Frames before the quantile of the floor says something; the median of the quiet bins stands for it until then. */
const FLOOR_FRAMES = 20;

/** Where the floor of a port is taken: bins of no channel, or between the bursts where channels fill the band. */
export type FloorOrigin = "quiet" | "betweenBursts";

/** What a stream says of its plant: channels, quiet bins and noise floor. Follows every frame. */
export class PlantFigures {
  readonly #view: FrameView;
  readonly #hasPlan: boolean;
  readonly #upperEdgeHz: number;
  readonly #floor: Float64Array;
  #frame: SpectrumFrame;

  constructor(
    axis: FrequencyAxis,
    resolutionBandwidthHz: number,
    levelsDbmv: Float32Array,
    channels: readonly UpstreamChannel[],
  ) {
    const { firstBinHz, binSpacingHz } = axis;
    this.#frame = { firstBinHz, binSpacingHz, resolutionBandwidthHz, levelsDbmv, timeS: 0, sequence: 0 };
    const plan = bandPlanOf(channels);
    this.#upperEdgeHz = plan.upperEdgeHz;
    this.#view = new FrameView(this.#frame, plan);
    this.#hasPlan = channels.length > 0;
    this.#floor = new Float64Array(axis.bins).fill(Number.NaN);
  }

  /** Takes a frame; its levels are read before this returns. */
  add(levelsDbmv: Float32Array, timeS: number, sequence: number): void {
    this.#frame = { ...this.#frame, levelsDbmv, timeS, sequence };
    this.#view.begin(this.#frame);
    this.#view.settle();
  }

  /** Noise floor per bin, dBmV. */
  floorPerBin(): Float64Array {
    return this.#view.floor.levelsDbmv(this.#floor);
  }

  /** The same, under steady carriers that of the bins beside; undefined while too few frames were seen. */
  floorBesideSignals(): Float64Array | undefined {
    return this.#view.frames < FLOOR_FRAMES ? undefined : this.#view.floor.levelsBesideSignalsDbmv();
  }

  /** Median floor and what it was taken from; undefined where no bin shows the noise. */
  floor(): { dbmv: number; origin: FloorOrigin } | undefined {
    if (!this.#hasPlan) return undefined;
    const { quiet, quietDbmv, frames, floor } = this.#view;
    if (quiet.length > 0) {
      const dbmv = frames < FLOOR_FRAMES ? quietDbmv : this.#medianOf(quiet);
      return Number.isNaN(dbmv) ? undefined : { dbmv, origin: "quiet" };
    }
    if (frames < FLOOR_FRAMES) return undefined;
    const idle = this.#binsWhere(
      (bin) => this.#view.map.classes[bin] === BinClass.occupied && floor.sourceAt(bin) === "statistical",
    );
    const dbmv = this.#medianOf(idle);
    return Number.isNaN(dbmv) ? undefined : { dbmv, origin: "betweenBursts" };
  }

  channels(): ChannelFigures[] {
    const { meter, floor } = this.#view;
    return channelTable(this.#frame, meter, floor, this.#frame.resolutionBandwidthHz);
  }

  /** Floor of the quiet bins per reporting band that the axis shows. */
  bandFloors(): BandFloorFigures[] {
    const { classes } = this.#view.map;
    const { firstBinHz, binSpacingHz, levelsDbmv } = this.#frame;
    const lastHz = firstBinHz + (levelsDbmv.length - 1) * binSpacingHz;
    const edge = `the upstream's edge, ${formatMhz(this.#upperEdgeHz, 0)} MHz`;
    const noneIn = (lowerHz: number, upperHz: number) => {
      const bins = this.#binsWhere((bin) => {
        const frequencyHz = firstBinHz + bin * binSpacingHz;
        return frequencyHz >= lowerHz && frequencyHz < upperHz;
      });
      if (!this.#hasPlan || bins.some((bin) => classes[bin] === BinClass.quiet)) return undefined;
      if (!bins.some((bin) => classes[bin] === BinClass.above)) return "no quiet bin";
      return lowerHz >= this.#upperEdgeHz ? `above ${edge}` : `no quiet bin below ${edge}`;
    };
    return floorByBand(
      this.#frame,
      this.floorPerBin(),
      (bin) => this.#hasPlan && classes[bin] === BinClass.quiet,
    )
      .filter(({ lowerHz, upperHz }) => lowerHz < lastHz && upperHz > firstBinHz)
      .map((band) => ({
        ...band,
        label: `${band.lowerHz / 1e6}–${band.upperHz / 1e6} MHz`,
        none: noneIn(band.lowerHz, band.upperHz),
      }));
  }

  #medianOf(bins: ArrayLike<number>): number {
    const floor = this.floorPerBin();
    return median(Array.from(bins, (bin) => floor[bin]!));
  }

  #binsWhere(isWanted: (bin: number) => boolean): number[] {
    return Array.from({ length: this.#floor.length }, (_, bin) => bin).filter(isWanted);
  }
}
