import type { LevelSpectrum } from "../band.ts";
import { occupiedBandwidthOfSpectrum } from "../measure/bandwidth.ts";
import { frequencyOfBin } from "../measure/bins.ts";
import { carrierToNoiseDb } from "../measure/carrier-to-noise.ts";
import { DENSITY_REFERENCE_HZ } from "../measure/level-unit.ts";
import { median } from "../measure/quantile.ts";
import { leastSquaresLine, lineAt } from "../measure/slope.ts";
import { dbOfPower } from "../units.ts";
import type { ChannelMeter, ChannelRecord } from "./channel-meter.ts";
import type { ExclusionFigures } from "./exclusion-record.ts";
import { MINISLOT_HZ } from "./minislots.ts";
import type { FloorSource, NoiseFloor } from "./noise-floor.ts";

/** Minislots of an OFDMA channel that the axis shows whole, lowest first; one element each. */
export interface MinislotFigures {
  lowerHz: Float64Array;
  /** Share of the frames in which it was granted. */
  occupancyPct: Float32Array;
  /** Mean power in its 400 kHz while it is on, dBmV; NaN where it is on in less than 1 % of the frames. */
  powerDbmv: Float32Array;
}

/** One row of the channel table. Levels are NaN before the channel sent. */
export interface ChannelFigures {
  id: string;
  kind: "scQam" | "ofdma";
  lowerHz: number;
  upperHz: number;
  /** Power while it sends; of OFDMA with all minislots in use. */
  powerDbmv: number;
  powerDbmvPer1600Khz: number;
  /** Bandwidth that the signal's power lies in: of SC-QAM its symbol rate. */
  signalHz: number;
  expectedPowerDbmv: number | undefined;
  deviationDb: number | undefined;
  /** Noise in the bandwidth of the signal, and what it was taken from; NaN while that is `unknown`. */
  floorDbmv: number;
  floorSource: FloorSource;
  carrierToNoiseDb: number;
  occupancyPct: number;
  /** Over the centre 80 % of the signal, from its lower to its upper end. */
  tiltDb: number;
  /** Peak to peak over the same part once the tilt is taken out. */
  rippleDb: number;
  /** Strongest narrow line under or beside the bursts, relative to the channel's power; undefined without one or without idle frames to see it in. */
  worstSpur: { frequencyHz: number; dBc: number } | undefined;
  occupiedBandwidthHz: number;
  lowestDbmv: number;
  meanDbmv: number;
  highestDbmv: number;
  /** Spread of burst levels: between modems, and by the short look at each. */
  levelSpreadDb: number;
  /** Of OFDMA only, and where a minislot has bins enough to tell granted from fading. */
  minislots: MinislotFigures | undefined;
  /** Excluded bands of OFDMA, in the order of the plan. */
  exclusions: ExclusionFigures[];
}

const SPUR_DB = 6;
/** Of a minislot: with two bins, one that is always granted reads 87 % by the fading of single looks, with four 98 %. */
const LEAST_BINS = 4;
/** Noise alone takes a minislot over the threshold in fewer frames than this share. */
const LEAST_ON_SHARE = 0.01;

/** Rows of all channels that the axis shows. */
export function channelTable(
  axis: LevelSpectrum,
  meter: ChannelMeter,
  floor: NoiseFloor,
  noiseBandwidthHz: number,
): ChannelFigures[] {
  const floorDbmv = floor.levelsDbmv();
  const low = floor.lowLevelsDbmv();
  return meter.records
    .filter((record) => record.isVisible)
    .map((record) => figuresOfChannel(axis, meter, record, floor, floorDbmv, low, noiseBandwidthHz));
}

function figuresOfChannel(
  axis: LevelSpectrum,
  meter: ChannelMeter,
  record: ChannelRecord,
  floor: NoiseFloor,
  floorDbmv: Float64Array,
  low: Float64Array,
  noiseBandwidthHz: number,
): ChannelFigures {
  const { channel, first, end, signalHz } = record;
  const enbwBins = noiseBandwidthHz / axis.binSpacingHz;
  const middleHz = (channel.lowerHz + channel.upperHz) / 2;
  const powerDbmv = record.signalDbmv(enbwBins);
  const inSignal: number[] = [];
  const activeLevels = new Float64Array(axis.levelsDbmv.length).fill(Number.NaN);
  for (let k = first; k < end; k += 1) {
    activeLevels[k] = meter.activeLevelDbmv(k);
    if (Math.abs(frequencyOfBin(axis, k) - middleHz) <= 0.35 * signalHz) inSignal.push(k);
  }
  const floorSource = floor.sourceAt((first + end) >> 1);
  const floorPerBin = floorSource === "unknown" ? Number.NaN : median(inSignal.map((k) => floorDbmv[k]!));
  const noise = floorPerBin + dbOfPower(signalHz / noiseBandwidthHz);
  const signalAndNoise = record.activeDbmvPerBin + dbOfPower(signalHz / noiseBandwidthHz);
  const { tiltDb, rippleDb } = tiltAndRipple(record, channel.kind === "scQam" ? 0.4 : 0.5);
  return {
    id: channel.id,
    kind: channel.kind,
    lowerHz: channel.lowerHz,
    upperHz: channel.upperHz,
    powerDbmv,
    signalHz,
    powerDbmvPer1600Khz: powerDbmv + dbOfPower(DENSITY_REFERENCE_HZ / signalHz),
    expectedPowerDbmv: record.expectedDbmv,
    deviationDb: record.deviationDb(enbwBins),
    floorDbmv: noise,
    floorSource,
    carrierToNoiseDb: carrierToNoiseDb(signalAndNoise, noise),
    occupancyPct: 100 * record.occupancy,
    tiltDb,
    rippleDb,
    worstSpur: floorSource === "statistical" ? worstSpur(axis, inSignal, low, powerDbmv) : undefined,
    occupiedBandwidthHz: occupiedBandwidthOfSpectrum(
      { ...axis, levelsDbmv: activeLevels },
      channel.lowerHz,
      channel.upperHz,
    ),
    lowestDbmv: record.lowestDbmv,
    meanDbmv: record.meanLevelDbmv,
    highestDbmv: record.highestDbmv,
    levelSpreadDb: record.levelSpreadDb,
    minislots:
      channel.kind === "ofdma" && MINISLOT_HZ >= LEAST_BINS * axis.binSpacingHz
        ? minislotsOf(record, noiseBandwidthHz)
        : undefined,
    exclusions: record.exclusions.map((exclusion) => exclusion.figures(enbwBins)),
  };
}

function minislotsOf({ blocks, frames }: ChannelRecord, noiseBandwidthHz: number): MinislotFigures {
  const inMinislotDb = dbOfPower(MINISLOT_HZ / noiseBandwidthHz);
  return {
    lowerHz: Float64Array.from(blocks, ({ middleHz }) => middleHz - MINISLOT_HZ / 2),
    occupancyPct: Float32Array.from(blocks, ({ activeFrames }) =>
      frames === 0 ? 0 : (100 * activeFrames) / frames,
    ),
    powerDbmv: Float32Array.from(blocks, ({ activePower, activeFrames }) =>
      activeFrames < LEAST_ON_SHARE * frames
        ? Number.NaN
        : dbOfPower(activePower / activeFrames) + inMinislotDb,
    ),
  };
}

function tiltAndRipple(record: ChannelRecord, halfShare: number): { tiltDb: number; rippleDb: number } {
  const middleHz = (record.channel.lowerHz + record.channel.upperHz) / 2;
  const blocks = record.blocks.filter(
    ({ middleHz: at, activeFrames }) =>
      activeFrames > 0 && Math.abs(at - middleHz) <= halfShare * record.signalHz,
  );
  if (blocks.length < 3) return { tiltDb: Number.NaN, rippleDb: Number.NaN };
  const frequencies = blocks.map(({ middleHz: at }) => at);
  const levels = blocks.map(({ activePower, activeFrames }) => dbOfPower(activePower / activeFrames));
  const line = leastSquaresLine(frequencies, levels);
  const rest = levels.map((level, i) => level - lineAt(line, frequencies[i]!));
  return {
    tiltDb: line.slopeDbPerHz * 0.8 * record.signalHz,
    rippleDb: Math.max(...rest) - Math.min(...rest),
  };
}

/** A line shows in the low quantile, where the bursts are out of the way. */
function worstSpur(
  axis: LevelSpectrum,
  bins: readonly number[],
  low: Float64Array,
  powerDbmv: number,
): ChannelFigures["worstSpur"] {
  const usual = median(bins.map((k) => low[k]!));
  let worst = -1;
  for (const k of bins) if (low[k]! > usual + SPUR_DB && (worst < 0 || low[k]! > low[worst]!)) worst = k;
  if (worst < 0 || Number.isNaN(powerDbmv)) return undefined;
  return { frequencyHz: frequencyOfBin(axis, worst), dBc: low[worst]! - powerDbmv };
}
