import type { LevelSpectrum } from "../band.ts";
import { AnalysisError } from "../errors.ts";
import { dbOfPower, powerOfDb } from "../units.ts";

/** Where bins lie, without levels. */
export interface BinAxis {
  firstBinHz: number;
  binSpacingHz: number;
  bins: number;
}

/** Two spacings that differ by less than this share are taken as the same. */
const SPACING_TOLERANCE = 1e-6;
/** A bin of which less than this share is covered has no level. */
const LEAST_COVERED = 0.5;

/**
 * The grid that two spectra are compared on: that of the coarser one, cut to what both cover. Of two grids that are
 * equally fine the first one's is taken.
 *
 * @throws AnalysisError `BAD_ARGUMENT` where they have no frequency in common
 */
export function coarserAxis(a: LevelSpectrum, b: LevelSpectrum): BinAxis {
  const coarse = b.binSpacingHz > a.binSpacingHz * (1 + SPACING_TOLERANCE) ? b : a;
  const spacing = coarse.binSpacingHz;
  const startHz = Math.max(lowerEdge(a), lowerEdge(b));
  const stopHz = Math.min(upperEdge(a), upperEdge(b));
  const first = Math.max(0, Math.ceil((startHz - lowerEdge(coarse)) / spacing - LEAST_COVERED));
  const end = Math.min(
    coarse.levelsDbmv.length,
    Math.floor((stopHz - lowerEdge(coarse)) / spacing + LEAST_COVERED),
  );
  if (end <= first) throw new AnalysisError("BAD_ARGUMENT", "the two spectra have no frequency in common");
  return { firstBinHz: coarse.firstBinHz + first * spacing, binSpacingHz: spacing, bins: end - first };
}

/**
 * Levels of a spectrum on another grid: per bin the mean of the linear powers that lie in it, bins at its edges by
 * the share that lies inside. The level stays one of the noise bandwidth that it was measured in. A bin that is
 * covered by less than half has none.
 */
export function resampled(spectrum: LevelSpectrum, axis: BinAxis): Float64Array {
  const { levelsDbmv, binSpacingHz } = spectrum;
  const startHz = lowerEdge(spectrum);
  const powers = Float64Array.from(levelsDbmv, (level) => powerOfDb(level));
  return Float64Array.from({ length: axis.bins }, (_, bin) => {
    const lowerHz = axis.firstBinHz + (bin - 0.5) * axis.binSpacingHz;
    const from = (lowerHz - startHz) / binSpacingHz;
    const to = (lowerHz + axis.binSpacingHz - startHz) / binSpacingHz;
    let sum = 0;
    let covered = 0;
    for (let k = Math.max(0, Math.floor(from)); k < Math.min(powers.length, Math.ceil(to)); k += 1) {
      const share = Math.min(k + 1, to) - Math.max(k, from);
      if (share <= 0 || Number.isNaN(powers[k]!)) continue;
      sum += share * powers[k]!;
      covered += share;
    }
    return covered < LEAST_COVERED * (to - from) ? Number.NaN : dbOfPower(sum / covered);
  });
}

function lowerEdge({ firstBinHz, binSpacingHz }: LevelSpectrum): number {
  return firstBinHz - binSpacingHz / 2;
}

function upperEdge(spectrum: LevelSpectrum): number {
  return lowerEdge(spectrum) + spectrum.levelsDbmv.length * spectrum.binSpacingHz;
}
