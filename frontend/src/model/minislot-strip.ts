import { MINISLOT_HZ } from "@pnmlab/pnm-analysis";

/** Levels of the strip begin and end at multiples of this, dB, so that they seldom move. */
const LEVEL_STEP_DB = 5;
const LEAST_SPAN_DB = 10;

/** Place of the minislot that holds a frequency; undefined between stretches and outside of the channel. */
export function minislotAt(lowerHz: Float64Array, frequencyHz: number): number | undefined {
  const index = lowerHz.findLastIndex((edgeHz) => edgeHz <= frequencyHz);
  return index >= 0 && frequencyHz < lowerHz[index]! + MINISLOT_HZ ? index : undefined;
}

/** Ends of a scale that holds all levels that are numbers; undefined where none is. */
export function levelScale(levels: ArrayLike<number>): { low: number; high: number } | undefined {
  const ends = endsOf(levels);
  if (!ends) return undefined;
  const low = LEVEL_STEP_DB * Math.floor(ends[0] / LEVEL_STEP_DB);
  const high = LEVEL_STEP_DB * Math.ceil(ends[1] / LEVEL_STEP_DB);
  return { low, high: Math.max(high, low + LEAST_SPAN_DB) };
}

/** A step for each minislot as a path of SVG; broken where one has no level and where the next does not adjoin. */
export function levelSteps(
  lowerHz: Float64Array,
  levels: ArrayLike<number>,
  xOf: (frequencyHz: number) => number,
  yOf: (level: number) => number,
): string {
  let path = "";
  for (let i = 0; i < lowerHz.length; i += 1) {
    const level = levels[i]!;
    if (!Number.isFinite(level)) continue;
    const y = yOf(level).toFixed(4);
    const isAdjoined =
      i > 0 && Number.isFinite(levels[i - 1]!) && lowerHz[i]! - lowerHz[i - 1]! < 1.01 * MINISLOT_HZ;
    path += isAdjoined ? `V${y}` : `M${xOf(lowerHz[i]!).toFixed(4)} ${y}`;
    path += `H${xOf(lowerHz[i]! + MINISLOT_HZ).toFixed(4)}`;
  }
  return path;
}

/** The lowest and the highest of those that are numbers; undefined where none is. */
export function endsOf(values: ArrayLike<number>): [lowest: number, highest: number] | undefined {
  const known = Array.from(values).filter((value) => Number.isFinite(value));
  return known.length === 0 ? undefined : [Math.min(...known), Math.max(...known)];
}
