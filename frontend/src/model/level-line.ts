import type { LevelLine, LinePoint } from "@pnmlab/pnm-analysis";

export { type LevelLine, type LinePoint, orderedLine } from "@pnmlab/pnm-analysis";

/** A line of at most `most` points: of each stretch of the original the point with the highest level. */
export function thinnedLine(line: LevelLine, most: number): LinePoint[] {
  if (line.length <= most) return [...line];
  const inner = most - 2;
  const thinned = [line[0]!];
  for (let stretch = 0; stretch < inner; stretch += 1) {
    const from = 1 + Math.floor((stretch * (line.length - 2)) / inner);
    const end = 1 + Math.floor(((stretch + 1) * (line.length - 2)) / inner);
    let highest = line[from]!;
    for (let k = from + 1; k < end; k += 1) if (line[k]!.levelDbmv > highest.levelDbmv) highest = line[k]!;
    thinned.push(highest);
  }
  thinned.push(line.at(-1)!);
  return thinned;
}
