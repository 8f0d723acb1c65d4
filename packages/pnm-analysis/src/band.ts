import { AnalysisError } from "./errors.ts";
import { dbOfPower, powerOfDb } from "./units.ts";

/** A spectrum in dBmV per bin on an even axis; absent bins are NaN. */
export interface LevelSpectrum {
  levelsDbmv: Float32Array | Float64Array;
  /** Centre of the first bin. */
  firstBinHz: number;
  binSpacingHz: number;
}

export interface BandPower {
  /** Power of the band; NaN where none of its bins is known. */
  powerDbmv: number;
  /** Some bins of the band were absent; the power is scaled up from the known ones. */
  partial: boolean;
}

/**
 * Power in [lowerHz, upperHz]: linear sum over the bins, bins at the edges by the fraction that lies inside,
 * over `enbwBins`. Give the ENBW of the window where a tone on a bin reads its true level (`cw`
 * calibration), 1 where the sum of the bins is the true total power.
 *
 * @throws AnalysisError `BAD_ARGUMENT` where the band is empty or lies outside of the spectrum.
 */
export function bandPower(
  spectrum: LevelSpectrum,
  lowerHz: number,
  upperHz: number,
  enbwBins: number,
): BandPower {
  const { levelsDbmv, firstBinHz, binSpacingHz } = spectrum;
  const axisLowHz = firstBinHz - binSpacingHz / 2;
  const from = (lowerHz - axisLowHz) / binSpacingHz;
  const to = (upperHz - axisLowHz) / binSpacingHz;
  if (!(to > from) || to <= 0 || from >= levelsDbmv.length) {
    throw new AnalysisError(
      "BAD_ARGUMENT",
      `the band ${lowerHz} to ${upperHz} Hz does not lie in the spectrum`,
    );
  }
  let sum = 0;
  let weightAll = 0;
  let weightKnown = 0;
  const last = Math.min(levelsDbmv.length - 1, Math.ceil(to) - 1);
  for (let bin = Math.max(0, Math.floor(from)); bin <= last; bin += 1) {
    const weight = Math.min(bin + 1, to) - Math.max(bin, from);
    weightAll += weight;
    const levelDbmv = levelsDbmv[bin]!;
    if (Number.isNaN(levelDbmv)) continue;
    weightKnown += weight;
    sum += weight * powerOfDb(levelDbmv);
  }
  if (weightKnown === 0) return { powerDbmv: Number.NaN, partial: true };
  return {
    powerDbmv: dbOfPower((sum * (weightAll / weightKnown)) / enbwBins),
    partial: weightKnown < weightAll,
  };
}

/**
 * Bandwidth that holds `fraction` of the power of a density given on an even grid, from the
 * (1 - fraction) / 2 to the (1 + fraction) / 2 point of the cumulative sum, interpolated linearly.
 */
export function occupiedBandwidthHz(density: ArrayLike<number>, spacingHz: number, fraction = 0.99): number {
  let total = 0;
  for (let k = 0; k < density.length; k += 1) total += density[k]!;
  const edge = (share: number) => {
    let below = 0;
    for (let k = 0; k < density.length; k += 1) {
      const next = below + density[k]!;
      if (next >= share * total) return (k + (share * total - below) / density[k]!) * spacingHz;
      below = next;
    }
    return density.length * spacingHz;
  };
  return edge((1 + fraction) / 2) - edge((1 - fraction) / 2);
}
