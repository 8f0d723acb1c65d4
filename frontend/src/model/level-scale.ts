/** Scales begin and end at multiples of this, dB, so that they seldom move. */
const LEVEL_STEP_DB = 5;
const LEAST_SPAN_DB = 10;

/** Ends of a scale that holds all levels that are numbers; undefined where none is. */
export function levelScale(levels: ArrayLike<number>): { low: number; high: number } | undefined {
  const ends = endsOf(levels);
  if (!ends) return undefined;
  const low = LEVEL_STEP_DB * Math.floor(ends[0] / LEVEL_STEP_DB);
  const high = LEVEL_STEP_DB * Math.ceil(ends[1] / LEVEL_STEP_DB);
  return { low, high: Math.max(high, low + LEAST_SPAN_DB) };
}

/** The lowest and the highest of those that are numbers; undefined where none is. */
export function endsOf(values: ArrayLike<number>): [lowest: number, highest: number] | undefined {
  const known = Array.from(values).filter((value) => Number.isFinite(value));
  return known.length === 0 ? undefined : [Math.min(...known), Math.max(...known)];
}
