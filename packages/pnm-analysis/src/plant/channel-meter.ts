import type { LevelSpectrum } from "../band.ts";
import { binOfFrequency } from "../measure/bins.ts";
import { symbolRateOfWidth } from "../raised-cosine.ts";
import { dbOfPower } from "../units.ts";
import type { PlanChannel } from "./band-plan.ts";
import { type Block, blocksOf, meanPower } from "./blocks.ts";
import { ExclusionRecord } from "./exclusion-record.ts";
import { MINISLOT_HZ, minislotStretches } from "./minislots.ts";

/** A channel sends where its power stands this far over its noise. */
const ACTIVE_DB = 6;
/** Frames after which older ones begin to count half. */
const HALVING_FRAMES = 300;
/** A minislot is on where it lies within 11 dB of its own strongest, which fades from frame to frame. */
const UNDER_STRONGEST = 10 ** -1.1;
const STRONGEST_KEPT = 0.995;

/** What one channel did over the last frames. */
export class ChannelRecord {
  readonly channel: PlanChannel;
  readonly blocks: readonly Block[];
  /** Excluded bands of OFDMA, in the order of the plan. */
  readonly exclusions: readonly ExclusionRecord[];
  /** Bins [first, end) that touch the channel. */
  readonly first: number;
  readonly end: number;
  /** Bandwidth that holds the signal: of OFDMA its minislots, without what is left over between excluded bands. */
  readonly signalHz: number;
  frames = 0;
  activeFrames = 0;
  /** Power of the last frame in dBmV, and whether the channel was sending. */
  powerDbmv = Number.NaN;
  isActive = false;
  activePowerSum = 0;
  levelSum = 0;
  levelSquares = 0;
  lowestDbmv = Number.NaN;
  highestDbmv = Number.NaN;
  /** Frames in a row without and with a burst. */
  idleRun = 0;
  activeRun = 0;
  lastActiveS = Number.NaN;
  readonly #edgeWeights: readonly [number, number];
  readonly #binSpacingHz: number;
  /** The axis shows all of it. */
  readonly #isWhole: boolean;

  /**
   * @param others the other channels of the plan
   * @param mainLobeBins half width of the window's main lobe
   */
  constructor(
    axis: LevelSpectrum,
    channel: PlanChannel,
    others: readonly PlanChannel[],
    mainLobeBins: number,
  ) {
    this.channel = channel;
    const bins = axis.levelsDbmv.length;
    const from = binOfFrequency(axis, channel.lowerHz) + 0.5;
    const to = binOfFrequency(axis, channel.upperHz) + 0.5;
    this.first = Math.min(bins, Math.max(0, Math.floor(from)));
    this.end = Math.max(this.first, Math.min(bins, Math.ceil(to)));
    this.#binSpacingHz = axis.binSpacingHz;
    this.#isWhole = from >= 0 && to <= bins;
    this.#edgeWeights = [from > 0 ? Math.floor(from) + 1 - from : 1, to < bins ? to - Math.ceil(to) + 1 : 1];
    this.signalHz = signalHzOf(channel);
    this.blocks = blocksOf(axis, channel);
    this.exclusions = (channel.excludedHz ?? []).map(
      (band) => new ExclusionRecord(axis, band, this.blocks, others, mainLobeBins),
    );
  }

  /** `true` where the axis shows a block of it; others have no power. */
  get isVisible(): boolean {
    return this.blocks.length > 0;
  }

  /** @param noiseDbmvPerBin noise in one bin */
  add(powers: Float64Array, enbwBins: number, noisePerBin: number, timeS: number): void {
    let sum = 0;
    for (let k = this.first; k < this.end; k += 1) {
      const power = powers[k]!;
      if (Number.isNaN(power)) continue;
      const weight = k === this.first ? this.#edgeWeights[0] : k === this.end - 1 ? this.#edgeWeights[1] : 1;
      sum += weight * power;
    }
    this.powerDbmv = dbOfPower(sum / enbwBins);
    const isWhole = this.channel.kind === "scQam";
    const overNoise = noisePerBin * 10 ** (ACTIVE_DB / 10);
    const isAllOn = isWhole && this.#meanOfBlocks(powers) > overNoise;
    let anyOn = false;
    for (const block of this.blocks) {
      const mean = meanPower(powers, block);
      block.isOn = isWhole ? isAllOn : isOn(block, innerPower(powers, block), overNoise);
      if (!block.isOn) continue;
      anyOn = true;
      block.activeFrames += 1;
      block.activePower += mean;
    }
    for (const exclusion of this.exclusions) exclusion.add(powers);
    this.isActive = anyOn;
    this.frames += 1;
    if (!anyOn) {
      this.idleRun += 1;
      this.activeRun = 0;
      return;
    }
    this.idleRun = 0;
    this.activeRun += 1;
    this.lastActiveS = timeS;
    this.activeFrames += 1;
    this.activePowerSum += sum / enbwBins;
    this.levelSum += this.powerDbmv;
    this.levelSquares += this.powerDbmv ** 2;
    if (!(this.powerDbmv >= this.lowestDbmv)) this.lowestDbmv = this.powerDbmv;
    if (!(this.powerDbmv <= this.highestDbmv)) this.highestDbmv = this.powerDbmv;
  }

  #meanOfBlocks(powers: Float64Array): number {
    let sum = 0;
    for (const block of this.blocks) sum += meanPower(powers, block);
    return sum / this.blocks.length;
  }

  /** Old frames count half from now on. */
  fade(): void {
    this.frames /= 2;
    this.activeFrames /= 2;
    this.activePowerSum /= 2;
    this.levelSum /= 2;
    this.levelSquares /= 2;
    for (const block of this.blocks) {
      block.activeFrames /= 2;
      block.activePower /= 2;
    }
    for (const exclusion of this.exclusions) exclusion.fade();
    this.lowestDbmv = Number.NaN;
    this.highestDbmv = Number.NaN;
  }

  /** Share of the frames with a burst: of the channel, or of its minislots on average. */
  get occupancy(): number {
    if (this.frames === 0) return 0;
    if (this.channel.kind === "scQam") return this.activeFrames / this.frames;
    return this.blocks.reduce((sum, block) => sum + block.activeFrames, 0) / this.blocks.length / this.frames;
  }

  /**
   * Power of the signal in dBmV while all of it is in use, whatever window it was seen through; NaN before the first
   * burst. What the axis does not show of it is taken to be as dense as the rest.
   */
  signalDbmv(enbwBins: number): number {
    if (this.channel.kind === "scQam" && this.#isWhole) {
      return dbOfPower(this.activePowerSum / this.activeFrames);
    }
    return this.activeDbmvPerBin + dbOfPower(this.signalHz / (enbwBins * this.#binSpacingHz));
  }

  /** Power in dBmV that the CMTS sets for the signal; undefined where it does not tell it. */
  get expectedDbmv(): number | undefined {
    const { expectedDbmvPerHz } = this.channel;
    return expectedDbmvPerHz === undefined ? undefined : expectedDbmvPerHz + dbOfPower(this.signalHz);
  }

  /** How far the signal is over the power that the CMTS sets, dB. */
  deviationDb(enbwBins: number): number | undefined {
    const { expectedDbmv } = this;
    return expectedDbmv === undefined ? undefined : this.signalDbmv(enbwBins) - expectedDbmv;
  }

  /** Mean power per bin of blocks while they are on. */
  get activeDbmvPerBin(): number {
    let power = 0;
    let frames = 0;
    for (const block of this.blocks) {
      power += block.activePower;
      frames += block.activeFrames;
    }
    return dbOfPower(power / frames);
  }

  /** Spread of the burst levels in dB, between modems and by the short look at each. */
  get levelSpreadDb(): number {
    const mean = this.levelSum / this.activeFrames;
    return Math.sqrt(Math.max(0, this.levelSquares / this.activeFrames - mean * mean));
  }

  get meanLevelDbmv(): number {
    return this.levelSum / this.activeFrames;
  }
}

function signalHzOf(channel: PlanChannel): number {
  const widthHz = channel.upperHz - channel.lowerHz;
  if (channel.kind === "scQam") return symbolRateOfWidth(widthHz);
  // Of a channel without room for one, no level is measured.
  return MINISLOT_HZ * minislotStretches(channel).reduce((sum, { count }) => sum + count, 0) || widthHz;
}

/** Without the outer bins, which the blocks beside reach into. */
function innerPower(powers: Float64Array, block: Block): number {
  const { first, end } = block;
  return meanPower(powers, end - first < 6 ? block : { first: first + 1, end: end - 1 });
}

/**
 * `true` where a block is on. Granted minislots of OFDMA leak into empty ones beside them by far more than the
 * noise, so that those are told apart by the distance to their own strongest as well.
 */
function isOn(block: Block, mean: number, overNoise: number): boolean {
  block.strongest = Math.max(mean, block.strongest * STRONGEST_KEPT);
  return mean > overNoise && mean > block.strongest * UNDER_STRONGEST;
}

/** Follows all channels of a plan over frames. */
export class ChannelMeter {
  readonly records: readonly ChannelRecord[];
  /** Sum over the active frames of every bin that belongs to a channel, and how many there were. */
  readonly activePower: Float64Array;
  readonly activeFrames: Float32Array;
  #frames = 0;

  /** @param mainLobeBins half width of the window's main lobe, 1 to 4 */
  constructor(axis: LevelSpectrum, channels: readonly PlanChannel[], mainLobeBins: number) {
    this.records = channels.map(
      (channel) =>
        new ChannelRecord(
          axis,
          channel,
          channels.filter((other) => other !== channel),
          mainLobeBins,
        ),
    );
    this.activePower = new Float64Array(axis.levelsDbmv.length);
    this.activeFrames = new Float32Array(axis.levelsDbmv.length);
  }

  /** @param noisePerBin mean noise power of one bin, in mV^2 */
  add(powers: Float64Array, enbwBins: number, noisePerBin: number, timeS: number): void {
    for (const record of this.records) {
      record.add(powers, enbwBins, noisePerBin, timeS);
      if (!record.isActive) continue;
      if (record.channel.kind === "scQam") this.#addBins(powers, record.first, record.end);
      else {
        for (const block of record.blocks) {
          if (block.isOn) this.#addBins(powers, block.first, block.end);
        }
      }
    }
    this.#frames += 1;
    if (this.#frames % HALVING_FRAMES !== 0) return;
    for (const record of this.records) record.fade();
    for (let k = 0; k < this.activePower.length; k += 1) {
      this.activePower[k]! /= 2;
      this.activeFrames[k]! /= 2;
    }
  }

  #addBins(powers: Float64Array, first: number, end: number): void {
    for (let k = first; k < end; k += 1) {
      this.activePower[k]! += powers[k]!;
      this.activeFrames[k]! += 1;
    }
  }

  /** Mean level of a bin while its channel sends; NaN before the first burst. */
  activeLevelDbmv(bin: number): number {
    return dbOfPower(this.activePower[bin]! / this.activeFrames[bin]!);
  }
}
