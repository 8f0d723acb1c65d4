import type { LevelSpectrum } from "../band.ts";
import { dbOfPower, powerOfDb } from "../units.ts";
import { binOfFrequency } from "./bins.ts";

/** Bins on either side that a noise marker takes in: a single bin of noise spreads by 5.6 dB. */
const NOISE_MARKER_REACH = 8;

/** Level of the bin that holds a frequency; NaN outside of the spectrum. */
export function levelAt(spectrum: LevelSpectrum, frequencyHz: number): number {
  return spectrum.levelsDbmv[Math.round(binOfFrequency(spectrum, frequencyHz))] ?? Number.NaN;
}

/** What a delta marker reads against its reference. */
export function deltaMarker(
  spectrum: LevelSpectrum,
  referenceHz: number,
  markerHz: number,
): { deltaHz: number; deltaDb: number } {
  return {
    deltaHz: markerHz - referenceHz,
    deltaDb: levelAt(spectrum, markerHz) - levelAt(spectrum, referenceHz),
  };
}

/**
 * Noise density in dBmV/Hz around a frequency: mean power of 17 bins over their noise bandwidth. NaN where no bin
 * is known.
 */
export function noiseMarkerDbmvPerHz(
  spectrum: LevelSpectrum,
  frequencyHz: number,
  noiseBandwidthHz: number,
): number {
  const middle = Math.round(binOfFrequency(spectrum, frequencyHz));
  let sum = 0;
  let known = 0;
  for (let k = middle - NOISE_MARKER_REACH; k <= middle + NOISE_MARKER_REACH; k += 1) {
    const level = spectrum.levelsDbmv[k] ?? Number.NaN;
    if (Number.isNaN(level)) continue;
    sum += powerOfDb(level);
    known += 1;
  }
  return dbOfPower(sum / known / noiseBandwidthHz);
}
