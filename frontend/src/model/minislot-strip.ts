import { MINISLOT_HZ } from "@pnmlab/pnm-analysis";

/** Place of the minislot that holds a frequency; undefined between stretches and outside of the channel. */
export function minislotAt(lowerHz: Float64Array, frequencyHz: number): number | undefined {
  const index = lowerHz.findLastIndex((edgeHz) => edgeHz <= frequencyHz);
  return index >= 0 && frequencyHz < lowerHz[index]! + MINISLOT_HZ ? index : undefined;
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
