/** A level that a band often has, and its share of the frames. */
export interface Hump {
  levelDbmv: number;
  share: number;
}

const LEAST_FRAMES = 20;
/** Two levels nearer to each other than this are one. */
const LEAST_APART_DB = 6;
/** A level that is seen less often than this is not one of its own. */
const LEAST_SHARE = 0.03;
const STEPS = 20;

/**
 * The one or two levels of a histogram, the lower first: two-means in dB, taken as two where both are seen often
 * enough and stand apart by more than their own spread (on and off of a channel). None of too few frames.
 */
export function humpsOf(cells: ArrayLike<number>, cellDb: number, lowestDbmv: number): Hump[] {
  const levels: [level: number, count: number][] = [];
  let frames = 0;
  for (let k = 0; k < cells.length; k += 1) {
    if (cells[k]! === 0) continue;
    levels.push([lowestDbmv + (k + 0.5) * cellDb, cells[k]!]);
    frames += cells[k]!;
  }
  if (frames < LEAST_FRAMES) return [];
  let low = levels[0]![0];
  let high = levels.at(-1)![0];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (low + high) / 2;
    low = statisticsOf(levels.filter(([level]) => level <= middle)).mean;
    high = statisticsOf(levels.filter(([level]) => level > middle)).mean;
    if (Number.isNaN(low) || Number.isNaN(high)) break;
  }
  const middle = (low + high) / 2;
  const [lower, upper] = [
    statisticsOf(levels.filter(([level]) => level <= middle)),
    statisticsOf(levels.filter(([level]) => level > middle)),
  ];
  const apart = upper.mean - lower.mean;
  const isTwo =
    apart >= LEAST_APART_DB &&
    apart > 2 * (lower.spread + upper.spread) &&
    Math.min(lower.count, upper.count) >= LEAST_SHARE * frames;
  if (!isTwo) return [{ levelDbmv: statisticsOf(levels).mean, share: 1 }];
  return [lower, upper].map(({ mean, count }) => ({ levelDbmv: mean, share: count / frames }));
}

function statisticsOf(levels: readonly [level: number, count: number][]) {
  const count = levels.reduce((sum, [, hits]) => sum + hits, 0);
  const mean = levels.reduce((sum, [level, hits]) => sum + level * hits, 0) / count;
  const variance = levels.reduce((sum, [level, hits]) => sum + hits * (level - mean) ** 2, 0) / count;
  return { count, mean, spread: Math.sqrt(variance) };
}
