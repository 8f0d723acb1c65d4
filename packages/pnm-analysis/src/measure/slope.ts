import { median } from "./quantile.ts";

export interface Line {
  /** Level per Hz. */
  slopeDbPerHz: number;
  /** Level at 0 Hz. */
  offsetDb: number;
}

/** Least squares line through levels over frequency; NaN levels are left out, NaN line with fewer than two. */
export function leastSquaresLine(frequenciesHz: ArrayLike<number>, levelsDb: ArrayLike<number>): Line {
  let n = 0;
  let meanHz = 0;
  let meanDb = 0;
  for (let k = 0; k < levelsDb.length; k += 1) {
    if (Number.isNaN(levelsDb[k]!)) continue;
    n += 1;
    meanHz += (frequenciesHz[k]! - meanHz) / n;
    meanDb += (levelsDb[k]! - meanDb) / n;
  }
  let across = 0;
  let along = 0;
  for (let k = 0; k < levelsDb.length; k += 1) {
    if (Number.isNaN(levelsDb[k]!)) continue;
    const offset = frequenciesHz[k]! - meanHz;
    along += offset * offset;
    across += offset * (levelsDb[k]! - meanDb);
  }
  const slopeDbPerHz = n < 2 ? Number.NaN : across / along;
  return { slopeDbPerHz, offsetDb: meanDb - slopeDbPerHz * meanHz };
}

/** Points that a Theil-Sen line is drawn through at most: pairs grow with the square. */
const MOST_POINTS = 160;

/** Theil-Sen line: median of the slopes of all pairs, which a third of outliers does not move. */
export function robustLine(frequenciesHz: ArrayLike<number>, levelsDb: ArrayLike<number>): Line {
  const known: number[] = [];
  for (let k = 0; k < levelsDb.length; k += 1) if (!Number.isNaN(levelsDb[k]!)) known.push(k);
  const step = Math.max(1, Math.ceil(known.length / MOST_POINTS));
  const points = known.filter((_, i) => i % step === 0);
  const slopes: number[] = [];
  for (let i = 0; i < points.length; i += 1) {
    for (let j = i + 1; j < points.length; j += 1) {
      const [a, b] = [points[i]!, points[j]!];
      slopes.push((levelsDb[b]! - levelsDb[a]!) / (frequenciesHz[b]! - frequenciesHz[a]!));
    }
  }
  const slopeDbPerHz = median(slopes);
  return {
    slopeDbPerHz,
    offsetDb: median(points.map((k) => levelsDb[k]! - slopeDbPerHz * frequenciesHz[k]!)),
  };
}

/** Level of a line at a frequency. */
export function lineAt({ slopeDbPerHz, offsetDb }: Line, frequencyHz: number): number {
  return offsetDb + slopeDbPerHz * frequencyHz;
}
