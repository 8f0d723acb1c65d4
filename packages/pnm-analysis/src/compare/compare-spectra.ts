import type { LevelSpectrum } from "../band.ts";
import { noiseSpreadDb } from "../noise-statistics.ts";
import { differenceDb, differenceInSigmas } from "../traces/trace-math.ts";
import { dbOfPower } from "../units.ts";
import { compareLines, type LineChange } from "./lines.ts";
import { type BinAxis, coarserAxis, resampled } from "./resample.ts";

/** An averaged spectrum as one side of a comparison. */
export interface ComparedSpectrum extends LevelSpectrum {
  resolutionBandwidthHz: number;
  /** Spectra that the average was made from. */
  looks: number;
}

/** Two averages on one grid, and what differs. All differences are `b - a`: after minus before. */
export interface SpectrumComparison {
  axis: BinAxis;
  /** Noise bandwidth that the levels of both are given in. */
  resolutionBandwidthHz: number;
  aDbmv: Float64Array;
  bDbmv: Float64Array;
  differenceDb: Float64Array;
  /** The difference over its own spread. */
  sigmas: Float64Array;
  /** Spread of the difference of noise that has not changed, dB; twice that is the band of chance. */
  spreadDb: number;
  /** Added to each side for the noise bandwidths to agree, dB. */
  normalisedDb: { a: number; b: number };
  lines: LineChange[];
  /** Bins that both know, and those of them beyond two sigmas. */
  bins: { known: number; beyond: number };
}

const CHANCE_SIGMAS = 2;

/**
 * Compares two averages on the coarser grid in linear power. Levels are brought to the larger noise bandwidth, which
 * is right for noise and for lines that the resampling has spread; without `forNoise` they stay as they were.
 *
 * @throws AnalysisError `BAD_ARGUMENT` where they have no frequency in common
 */
export function compareSpectra(
  a: ComparedSpectrum,
  b: ComparedSpectrum,
  { forNoise = true }: { forNoise?: boolean } = {},
): SpectrumComparison {
  const axis = coarserAxis(a, b);
  const resolutionBandwidthHz = Math.max(a.resolutionBandwidthHz, b.resolutionBandwidthHz);
  const addedTo = (side: ComparedSpectrum) =>
    forNoise ? dbOfPower(resolutionBandwidthHz / side.resolutionBandwidthHz) : 0;
  const normalisedDb = { a: addedTo(a), b: addedTo(b) };
  const aDbmv = resampled(a, axis).map((level) => level + normalisedDb.a);
  const bDbmv = resampled(b, axis).map((level) => level + normalisedDb.b);
  const [spreadA, spreadB] = [spreadOf(a, axis), spreadOf(b, axis)];
  const sigmas = differenceInSigmas(aDbmv, bDbmv, spreadA, spreadB).map((sigma) => -sigma);
  const known = sigmas.filter((sigma) => !Number.isNaN(sigma)).length;
  const beyond = sigmas.filter((sigma) => Math.abs(sigma) > CHANCE_SIGMAS).length;
  const onGrid = { firstBinHz: axis.firstBinHz, binSpacingHz: axis.binSpacingHz };
  const spreadDb = Math.hypot(spreadA, spreadB);
  return {
    axis,
    resolutionBandwidthHz,
    aDbmv,
    bDbmv,
    differenceDb: differenceDb(bDbmv, aDbmv),
    sigmas,
    spreadDb,
    normalisedDb,
    lines: compareLines(
      { ...onGrid, levelsDbmv: aDbmv },
      { ...onGrid, levelsDbmv: bDbmv },
      { spreadDb, reachHz: Math.max(1.5 * axis.binSpacingHz, resolutionBandwidthHz) },
    ),
    bins: { known, beyond },
  };
}

/** A coarse bin that is the mean of several fine ones has that many more independent looks. */
function spreadOf(side: ComparedSpectrum, axis: BinAxis): number {
  const independent = axis.binSpacingHz / Math.max(side.resolutionBandwidthHz, side.binSpacingHz);
  return noiseSpreadDb(Math.max(1, Math.round(side.looks * Math.max(1, independent))));
}
