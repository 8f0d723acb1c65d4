import { bandPower, type LevelSpectrum, occupiedBandwidthHz } from "../band.ts";
import { powerOfDb } from "../units.ts";
import { binsOfBand, frequencyOfBin } from "./bins.ts";

/** Bandwidth within [lowerHz, upperHz] that holds `fraction` of its power; absent bins hold none. NaN where none is known. */
export function occupiedBandwidthOfSpectrum(
  spectrum: LevelSpectrum,
  lowerHz: number,
  upperHz: number,
  fraction = 0.99,
): number {
  const [first, end] = binsOfBand(spectrum, lowerHz, upperHz);
  const density = Float64Array.from({ length: Math.max(0, end - first) }, (_, i) => {
    const level = spectrum.levelsDbmv[first + i]!;
    return Number.isNaN(level) ? 0 : powerOfDb(level);
  });
  if (!density.some((power) => power > 0)) return Number.NaN;
  return occupiedBandwidthHz(density, spectrum.binSpacingHz, fraction);
}

/**
 * Width in Hz of the signal around `bin` where it first falls `downDb` under that bin's level on either side,
 * interpolated between bins in dB. NaN where it does not fall that far within the spectrum.
 */
export function bandwidthAtDb(spectrum: LevelSpectrum, bin: number, downDb: number): number {
  const { levelsDbmv } = spectrum;
  const limit = levelsDbmv[bin]! - downDb;
  const edge = (step: 1 | -1) => {
    for (let k = bin + step; k >= 0 && k < levelsDbmv.length; k += step) {
      const level = levelsDbmv[k]!;
      if (Number.isNaN(level)) return Number.NaN;
      if (level > limit) continue;
      const before = levelsDbmv[k - step]!;
      return frequencyOfBin(spectrum, k - step + (step * (before - limit)) / (before - level));
    }
    return Number.NaN;
  };
  return edge(1) - edge(-1);
}

/** Power in an adjacent band relative to that of the channel, in dB. */
export function adjacentPowerDb(
  spectrum: LevelSpectrum,
  channel: readonly [number, number],
  adjacent: readonly [number, number],
): number {
  // The noise bandwidth of a bin divides both and drops out.
  return bandPower(spectrum, ...adjacent, 1).powerDbmv - bandPower(spectrum, ...channel, 1).powerDbmv;
}
