import type { LevelSpectrum } from "./band.ts";

/** One spectrum of a stream: what traces, measurements and detectors are fed with. */
export interface SpectrumFrame extends LevelSpectrum {
  /** Equivalent noise bandwidth of one bin. */
  resolutionBandwidthHz: number;
  /** When the capture was taken, in seconds on a clock that does not go back. */
  timeS: number;
  /** Place of the frame in its stream or recording: events name the frames that prove them by it. */
  sequence: number;
  /** Spectra that the CMTS averaged into this one; 1 unless given. */
  looks?: number | undefined;
  /** Share of time samples or bins that stand at the end of their number range; see `utscClippedShare`. */
  clippedShare?: number | undefined;
}

/** `true` where bin k of both stands at the same frequency, so that they may be put together bin by bin. */
export function isSameAxis(a: LevelSpectrum, b: LevelSpectrum): boolean {
  return (
    a.levelsDbmv.length === b.levelsDbmv.length &&
    a.firstBinHz === b.firstBinHz &&
    a.binSpacingHz === b.binSpacingHz
  );
}

/** By how much noise bandwidths may differ that are one: computed from the window, and rounded by the CMTS. */
const SAME_BANDWIDTH = 0.01;

/** `true` where noise stands equally high in the bins of both, so that their levels may be compared in time. */
export function isSameBandwidth(
  { resolutionBandwidthHz: a }: Pick<SpectrumFrame, "resolutionBandwidthHz">,
  { resolutionBandwidthHz: b }: Pick<SpectrumFrame, "resolutionBandwidthHz">,
): boolean {
  return Math.abs(a - b) <= SAME_BANDWIDTH * Math.max(a, b);
}

const NEPER_POWER_PER_DB = Math.LN10 / 10;

/** Linear powers of levels in dB, into `out`: mV^2 for dBmV. NaN stays NaN. */
export function powersOfLevels(levelsDb: ArrayLike<number>, out: Float64Array): Float64Array {
  for (let k = 0; k < levelsDb.length; k += 1) out[k] = Math.exp(levelsDb[k]! * NEPER_POWER_PER_DB);
  return out;
}

/** Noise bandwidth of a bin over the bin spacing: what band powers of `cw` calibrated levels are divided by. */
export function enbwBinsOf(frame: Pick<SpectrumFrame, "resolutionBandwidthHz" | "binSpacingHz">): number {
  return frame.resolutionBandwidthHz / frame.binSpacingHz;
}
