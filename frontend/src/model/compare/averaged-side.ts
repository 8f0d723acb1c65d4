import { type ChannelFigures, type ComparedSpectrum, dbOfPower, powersOfLevels } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import type { SpectrumFrame } from "@pnmlab/protocol/frame";
import { type FrequencyAxis, sameAxis } from "../frequency-axis.ts";
import { levelsOfHundredths } from "../levels.ts";
import { PlantFigures } from "../plant-figures.ts";

/** One side of a comparison as it stands. */
export interface AveragedSide extends ComparedSpectrum {
  maxDbmv: Float64Array;
  minDbmv: Float64Array;
  channels: ChannelFigures[];
  /** Median noise floor of a bin, dBmV; NaN where none shows. */
  floorDbmv: number;
  firstMs: number;
  lastMs: number;
  uncalibrated: boolean;
  /** Frames on another axis than the first, which are left out. */
  passedOver: number;
}

/** The mean power of frames on the axis of the first, made in the memory of one frame however many there are. */
export class SideAverage {
  readonly #channels: readonly UpstreamChannel[];
  #axis: FrequencyAxis | undefined;
  #sum = new Float64Array(0);
  #known = new Uint32Array(0);
  #max = new Float64Array(0);
  #min = new Float64Array(0);
  #levels = new Float32Array(0);
  #powers = new Float64Array(0);
  #plant: PlantFigures | undefined;
  #resolutionBandwidthHz = 0;
  #firstMs = Number.NaN;
  #lastMs = Number.NaN;
  #uncalibrated = false;
  #passedOver = 0;
  frames = 0;

  constructor(channels: readonly UpstreamChannel[]) {
    this.#channels = channels;
  }

  add(frame: SpectrumFrame): void {
    const { firstBinHz, binSpacingHz, levelsHundredthsDbmv } = frame;
    const axis = { firstBinHz, binSpacingHz, bins: levelsHundredthsDbmv.length };
    if (axis.bins === 0) return;
    if (!this.#axis) this.#begin(axis, frame);
    else if (!sameAxis(axis, this.#axis)) {
      this.#passedOver += 1;
      return;
    }
    const levels = levelsOfHundredths(levelsHundredthsDbmv, this.#levels);
    powersOfLevels(levels, this.#powers);
    for (let bin = 0; bin < axis.bins; bin += 1) {
      const level = levels[bin]!;
      if (Number.isNaN(level)) continue;
      this.#sum[bin]! += this.#powers[bin]!;
      this.#known[bin]! += 1;
      if (!(this.#max[bin]! >= level)) this.#max[bin] = level;
      if (!(this.#min[bin]! <= level)) this.#min[bin] = level;
    }
    this.#plant ??= new PlantFigures(axis, this.#resolutionBandwidthHz, levels, this.#channels);
    this.#plant.add(levels, frame.capturedAtMs / 1000, frame.sequence);
    this.#lastMs = frame.capturedAtMs;
    this.frames += 1;
  }

  /** The side of the moment; undefined before the first frame. */
  result(): AveragedSide | undefined {
    const axis = this.#axis;
    if (!axis || this.frames === 0) return undefined;
    return {
      levelsDbmv: Float64Array.from(this.#sum, (sum, bin) =>
        this.#known[bin] === 0 ? Number.NaN : dbOfPower(sum / this.#known[bin]!),
      ),
      firstBinHz: axis.firstBinHz,
      binSpacingHz: axis.binSpacingHz,
      resolutionBandwidthHz: this.#resolutionBandwidthHz,
      looks: this.frames,
      maxDbmv: this.#max.slice(),
      minDbmv: this.#min.slice(),
      channels: this.#plant?.channels() ?? [],
      floorDbmv: this.#plant?.floor()?.dbmv ?? Number.NaN,
      firstMs: this.#firstMs,
      lastMs: this.#lastMs,
      uncalibrated: this.#uncalibrated,
      passedOver: this.#passedOver,
    };
  }

  #begin(axis: FrequencyAxis, frame: SpectrumFrame): void {
    this.#axis = axis;
    this.#sum = new Float64Array(axis.bins);
    this.#known = new Uint32Array(axis.bins);
    this.#max = new Float64Array(axis.bins).fill(Number.NaN);
    this.#min = new Float64Array(axis.bins).fill(Number.NaN);
    this.#levels = new Float32Array(axis.bins);
    this.#powers = new Float64Array(axis.bins);
    this.#resolutionBandwidthHz = frame.resolutionBandwidthHz || axis.binSpacingHz;
    this.#firstMs = frame.capturedAtMs;
    this.#uncalibrated = frame.uncalibrated;
  }
}
