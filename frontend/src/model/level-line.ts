/** A level over frequency as points of rising frequency, straight in dB between them. */
export type LevelLine = readonly LinePoint[];

export interface LinePoint {
  frequencyHz: number;
  levelDbmv: number;
}

/** The points of a line put in order, of several at one frequency the last. */
export function orderedLine(points: LevelLine): LinePoint[] {
  const sorted = points.toSorted((a, b) => a.frequencyHz - b.frequencyHz);
  return sorted.filter((point, index) => sorted[index + 1]?.frequencyHz !== point.frequencyHz);
}

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
