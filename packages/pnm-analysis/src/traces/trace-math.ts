import { AnalysisError } from "../errors.ts";
import { dbOfPower, powerOfDb } from "../units.ts";

function assertSameLength(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) {
    throw new AnalysisError("BAD_ARGUMENT", `traces of ${a.length} and ${b.length} bins do not go together`);
  }
}

/** `a - b` in dB per bin; NaN where one of them is absent. */
export function differenceDb(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  assertSameLength(a, b);
  return Float64Array.from({ length: a.length }, (_, k) => a[k]! - b[k]!);
}

/** Sum of the powers of two traces in dB. */
export function powerSumDb(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  assertSameLength(a, b);
  return Float64Array.from({ length: a.length }, (_, k) => dbOfPower(powerOfDb(a[k]!) + powerOfDb(b[k]!)));
}

/**
 * Difference of two traces in units of its own spread: `(a - b) / sqrt(sigma_a^2 + sigma_b^2)` with the spread of
 * noise averaged over so many looks (`noiseSpreadDb`). Beyond 2 the two differ.
 */
export function differenceInSigmas(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  spreadADb: number,
  spreadBDb: number,
): Float64Array {
  const spread = Math.hypot(spreadADb, spreadBDb);
  return differenceDb(a, b).map((difference) => difference / spread);
}

/**
 * Moving mean of linear power over `width` bins (odd), edges by reflection: the substitute for a video filter.
 * For display only; detectors never see it.
 *
 * @throws AnalysisError `BAD_ARGUMENT` for a width that is not odd and positive
 */
export function smoothedDb(levelsDb: ArrayLike<number>, width: number): Float64Array {
  if (!Number.isInteger(width) || width < 1 || width % 2 === 0) {
    throw new AnalysisError("BAD_ARGUMENT", `a smoothing width is odd, not ${width}`);
  }
  const { length } = levelsDb;
  const half = (width - 1) / 2;
  const powers = Float64Array.from({ length }, (_, k) => powerOfDb(levelsDb[k]!));
  return Float64Array.from({ length }, (_, k) => {
    let sum = 0;
    let known = 0;
    for (let i = k - half; i <= k + half; i += 1) {
      const mirrored = i < 0 ? -i - 1 : i >= length ? 2 * length - 1 - i : i;
      const power = powers[Math.min(length - 1, Math.max(0, mirrored))]!;
      if (Number.isNaN(power)) continue;
      sum += power;
      known += 1;
    }
    return Number.isNaN(levelsDb[k]!) ? Number.NaN : dbOfPower(sum / known);
  });
}
