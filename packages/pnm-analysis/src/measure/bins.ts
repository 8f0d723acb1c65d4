import type { LevelSpectrum } from "../band.ts";

/** Centre of bin `k`, fractions between bins. */
export function frequencyOfBin(axis: Pick<LevelSpectrum, "firstBinHz" | "binSpacingHz">, k: number): number {
  return axis.firstBinHz + k * axis.binSpacingHz;
}

/** Place of a frequency on the axis; whole numbers are bin centres. */
export function binOfFrequency(
  axis: Pick<LevelSpectrum, "firstBinHz" | "binSpacingHz">,
  frequencyHz: number,
): number {
  return (frequencyHz - axis.firstBinHz) / axis.binSpacingHz;
}

/** Bins whose centre lies in the band, as [first, end), within the spectrum; empty where first >= end. */
export function binsOfBand(
  axis: LevelSpectrum | { levelsDbmv: { length: number }; firstBinHz: number; binSpacingHz: number },
  lowerHz: number,
  upperHz: number,
): [number, number] {
  // A thousandth of a bin: a band that ends on a bin's centre holds it, whatever the last digit says.
  const first = Math.ceil(binOfFrequency(axis, lowerHz) - 1e-3);
  const last = Math.floor(binOfFrequency(axis, upperHz) + 1e-3);
  return [Math.max(0, first), Math.min(axis.levelsDbmv.length, last + 1)];
}
