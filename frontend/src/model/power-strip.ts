/** Levels begin so late after the begin of what is shown before that is said. */
const LATE_MS = 2000;

/** When the levels begin, where that is well after `fromMs`; undefined where they fill the time shown. */
export function lateBegin(timesMs: Float64Array, fromMs: number): number | undefined {
  const [firstMs] = timesMs;
  return firstMs !== undefined && firstMs - fromMs > LATE_MS ? firstMs : undefined;
}

/** Index of the moment nearest to `timeMs`; -1 where there is none. @param timesMs ascending */
export function nearestMoment(timesMs: Float64Array, timeMs: number): number {
  let low = 0;
  let high = timesMs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (timesMs[middle]! <= timeMs) low = middle;
    else high = middle;
  }
  return high < 0 || timeMs - timesMs[low]! <= timesMs[high]! - timeMs ? Math.min(low, high) : high;
}

/**
 * Levels over time as a path of SVG in a box of 1 by 1, broken where one is no number.
 *
 * @param timesMs ascending, a moment per level
 */
export function levelPath(
  timesMs: Float64Array,
  levels: ArrayLike<number>,
  fromMs: number,
  toMs: number,
  { low, high }: { low: number; high: number },
): string {
  let path = "";
  let isBroken = true;
  for (let k = 0; k < timesMs.length; k += 1) {
    const level = levels[k]!;
    if (!Number.isFinite(level)) {
      isBroken = true;
      continue;
    }
    const x = (timesMs[k]! - fromMs) / Math.max(1, toMs - fromMs);
    const y = (high - level) / (high - low);
    path += `${isBroken ? "M" : "L"}${x.toFixed(4)} ${y.toFixed(4)}`;
    isBroken = false;
  }
  return path;
}
