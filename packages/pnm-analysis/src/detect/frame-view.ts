import { noiseQuantile } from "../noise-statistics.ts";
import { type BandPlan, BinClass, type BinMap, mapBins } from "../plant/band-plan.ts";
import { ChannelMeter } from "../plant/channel-meter.ts";
import { NoiseFloor } from "../plant/noise-floor.ts";
import { enbwBinsOf, powersOfLevels, type SpectrumFrame } from "../spectrum-frame.ts";
import { dbOfPower } from "../units.ts";
import { LocalBaseline, medianToMeanDb } from "./local-baseline.ts";

/** Frames that one average of the detectors holds. */
export const BLOCK_FRAMES = 16;
/** Frames before percentiles say something. */
export const WARM_UP_FRAMES = 100;

/** Frames between two counts of the occupancy; until the first of them every frame counts. */
const OCCUPANCY_FRAMES = 50;
const LEAK_BLOCKS = 2;
const LOW_SHARE = 0.1;
/** Per frame. */
const LEAST_RISE = 1.002;

/** An average of `BLOCK_FRAMES` frames without those that an impulse or an overload spoils. */
export interface AveragedBlock {
  levelsDbmv: Float64Array;
  /** Excess over the neighbours. */
  excessDb: Float32Array;
  looks: number;
}

/** What all detectors share of a stream, computed once per frame. */
export class FrameView {
  readonly plan: BandPlan;
  readonly map: BinMap;
  readonly enbwBins: number;
  readonly looks: number;
  readonly floor: NoiseFloor;
  readonly meter: ChannelMeter;
  readonly quiet: Int32Array;
  readonly above: Int32Array;
  readonly below: Int32Array;
  frame: SpectrumFrame;
  readonly powers: Float64Array;
  /** Excess of every bin outside of channels over its neighbours in this frame. */
  readonly excessDb: Float32Array;
  /** Mean noise power of one quiet bin in this frame, by the median over them; NaN without any. */
  quietDbmv = Number.NaN;
  /** Mean power of the quiet bins in this frame, mV^2. */
  quietPower = Number.NaN;
  /** Frame is spoilt by an impulse or an overload: averages and baselines leave it out. */
  isSpoilt = false;
  frames = 0;
  /** The average that this frame completed. */
  block: AveragedBlock | undefined;
  readonly #baseline: LocalBaseline;
  readonly #blockBaseline: LocalBaseline;
  readonly #blockPower: Float64Array;
  readonly #sorted: Float32Array;
  readonly #medianDb: number;
  #blockFrames = 0;
  #leastNoise = Number.NaN;

  constructor(frame: SpectrumFrame, plan: BandPlan) {
    const bins = frame.levelsDbmv.length;
    this.frame = frame;
    this.plan = plan;
    this.looks = frame.looks ?? 1;
    this.enbwBins = enbwBinsOf(frame);
    const mainLobeBins = Math.ceil(this.enbwBins);
    this.map = mapBins(frame, plan, mainLobeBins);
    this.floor = new NoiseFloor(bins, this.looks);
    this.meter = new ChannelMeter(frame, plan.channels, mainLobeBins);
    this.powers = new Float64Array(bins);
    this.excessDb = new Float32Array(bins);
    const groups = Int16Array.from(this.map.classes, (value) =>
      value === BinClass.occupied || value === BinClass.guard ? -1 : value,
    );
    this.#baseline = new LocalBaseline(groups, this.looks);
    this.#blockBaseline = new LocalBaseline(groups, this.looks * BLOCK_FRAMES);
    this.#blockPower = new Float64Array(bins);
    this.quiet = binsOfClass(this.map, BinClass.quiet);
    this.above = binsOfClass(this.map, BinClass.above);
    this.below = binsOfClass(this.map, BinClass.below);
    this.#sorted = new Float32Array(this.quiet.length);
    this.#medianDb = medianToMeanDb(this.looks);
  }

  /** Takes a frame in; detectors read it from here, then `finish` ends it. */
  begin(frame: SpectrumFrame): void {
    this.frame = frame;
    this.isSpoilt = false;
    this.block = undefined;
    const { levelsDbmv } = frame;
    powersOfLevels(levelsDbmv, this.powers);
    let sum = 0;
    let known = 0;
    for (const k of this.quiet) {
      const power = this.powers[k]!;
      if (Number.isNaN(power)) continue;
      this.#sorted[known] = levelsDbmv[k]!;
      sum += power;
      known += 1;
    }
    this.quietPower = known === 0 ? Number.NaN : sum / known;
    this.quietDbmv = known === 0 ? Number.NaN : middleOf(this.#sorted.subarray(0, known)) + this.#medianDb;
    this.#baseline.excess(levelsDbmv, this.excessDb);
  }

  /** Feeds what goes on over frames, once it is known whether the frame is spoilt. */
  settle(): void {
    const { frame } = this;
    if (!this.isSpoilt) {
      this.floor.add(frame.levelsDbmv);
      const noise = Number.isNaN(this.quietDbmv) ? this.#lowestPower() : 10 ** (this.quietDbmv / 10);
      this.meter.add(this.powers, this.enbwBins, noise, frame.timeS);
      for (let k = 0; k < this.#blockPower.length; k += 1) this.#blockPower[k]! += this.powers[k]!;
      this.#blockFrames += 1;
      if (this.#blockFrames === BLOCK_FRAMES) this.#endBlock();
    }
    this.frames += 1;
    if (this.frames % OCCUPANCY_FRAMES === 0 || this.frames < OCCUPANCY_FRAMES) this.#setOccupancy();
  }

  #endBlock(): void {
    const levelsDbmv = this.#blockPower.map((power) => dbOfPower(power / BLOCK_FRAMES));
    const excessDb = this.#blockBaseline.excess(levelsDbmv, new Float32Array(levelsDbmv.length));
    this.block = { levelsDbmv, excessDb, looks: this.looks * BLOCK_FRAMES };
    this.#blockPower.fill(0);
    this.#blockFrames = 0;
  }

  #setOccupancy(): void {
    for (const record of this.meter.records) {
      if (!record.isVisible || record.frames === 0) continue;
      this.floor.setOccupancy(record.first, record.end, record.occupancy);
      if (record.channel.kind !== "ofdma") continue;
      record.blocks.forEach(({ first, end }, i) => {
        // Granted minislots leak into those beside them: the noise shows only where all of them are empty.
        const near = record.blocks.slice(Math.max(0, i - LEAK_BLOCKS), i + LEAK_BLOCKS + 1);
        const idle = near.reduce((share, { activeFrames }) => share * (1 - activeFrames / record.frames), 1);
        this.floor.setOccupancy(first, end, 1 - Math.max(0, idle));
      });
    }
  }

  /**
   * Where channels fill the whole band, no bin shows the noise at all times: the lowest tenth of the bins tells it
   * in frames in which some channel is idle, and the lowest of those estimates stands, rising slowly.
   */
  #lowestPower(): number {
    const sorted = Float64Array.from(this.powers)
      .filter((power) => !Number.isNaN(power))
      .sort();
    const low = sorted[Math.floor(sorted.length * LOW_SHARE)] ?? Number.NaN;
    const estimate = low / noiseQuantile(LOW_SHARE, this.looks);
    if (!(estimate > this.#leastNoise * LEAST_RISE))
      this.#leastNoise = Number.isNaN(estimate) ? this.#leastNoise : estimate;
    else this.#leastNoise *= LEAST_RISE;
    return this.#leastNoise;
  }

  /** Ids of the channels that overlap a band. */
  channelsAt(lowerHz: number, upperHz: number): string[] {
    return this.plan.channels
      .filter((channel) => channel.lowerHz < upperHz && channel.upperHz > lowerHz)
      .map(({ id }) => id);
  }

  /** Level relative to the channel at a frequency, or to the nearest where none is there; undefined without channels. */
  dBcAt(frequencyHz: number, levelDbmv: number): number | undefined {
    let best: { distance: number; powerDbmv: number } | undefined;
    for (const record of this.meter.records) {
      const { lowerHz, upperHz } = record.channel;
      const distance = Math.max(0, lowerHz - frequencyHz, frequencyHz - upperHz);
      const powerDbmv = record.signalDbmv(this.enbwBins);
      if (Number.isNaN(powerDbmv) || (best && best.distance <= distance)) continue;
      best = { distance, powerDbmv };
    }
    return best && levelDbmv - best.powerDbmv;
  }
}

function binsOfClass({ classes }: BinMap, wanted: number): Int32Array {
  return Int32Array.from([...classes.keys()].filter((k) => classes[k] === wanted));
}

/** Median by Hoare's selection; reorders the values. */
function middleOf(values: Float32Array): number {
  let low = 0;
  let high = values.length - 1;
  const wanted = values.length >> 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i += 1;
      while (values[j]! > pivot) j -= 1;
      if (i <= j) {
        const swap = values[i]!;
        values[i] = values[j]!;
        values[j] = swap;
        i += 1;
        j -= 1;
      }
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else break;
  }
  return values[wanted]!;
}
