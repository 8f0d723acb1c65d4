import { NO_LEVEL } from "@pnmlab/protocol/frame";

/** Level in dBmV of a level in hundredths; NaN for a bin without a value. */
export function levelOfHundredths(levelHundredths: number): number {
  return levelHundredths === NO_LEVEL ? Number.NaN : levelHundredths / 100;
}

/** Levels of a spectrum in dBmV, NaN for bins without a value. */
export function levelsOfHundredths(levels: Int16Array, out: Float32Array): Float32Array {
  for (let bin = 0; bin < levels.length; bin += 1) out[bin] = levelOfHundredths(levels[bin]!);
  return out;
}

/** Bin of the highest level. */
export function highestBin(levels: ArrayLike<number>): number {
  let highest = 0;
  for (let bin = 1; bin < levels.length; bin += 1) {
    if (levels[bin]! > levels[highest]! || Number.isNaN(levels[highest]!)) highest = bin;
  }
  return highest;
}
