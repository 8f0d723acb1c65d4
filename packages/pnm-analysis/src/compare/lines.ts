import type { LevelSpectrum } from "../band.ts";
import { frequencyOfBin } from "../measure/bins.ts";
import { runningMedian } from "../running-median.ts";

/** A narrow line of one of two spectra, or of both. */
export interface LineChange {
  what: "new" | "gone" | "changed" | "same";
  frequencyHz: number;
  /** Levels at its place before and after, dBmV. */
  aDbmv: number;
  bDbmv: number;
  changeDb: number;
}

/** How far a line stands out of the median of the bins around it, dB. */
const LINE_DB = 6;
/** Bins that the median goes over: wider than a line and its window, narrower than a channel. */
const MEDIAN_BINS = 31;
/** What a line changes by at least, dB. */
const CHANGE_DB = 3;
/** Spreads of the difference that noise alone does not reach. */
const SURE_SPREADS = 5;

/**
 * Lines that stand out of their neighbourhood in one of two spectra of one grid: new, gone, changed or the same.
 * Levels are compared at the place of the line, so that one which only sinks below the threshold is `changed`.
 */
export function compareLines(
  a: LevelSpectrum,
  b: LevelSpectrum,
  { spreadDb, reachHz }: { spreadDb: number; reachHz: number },
): LineChange[] {
  const leastDb = Math.max(LINE_DB, SURE_SPREADS * spreadDb);
  const changeDb = Math.max(CHANGE_DB, SURE_SPREADS * spreadDb);
  const reach = Math.max(1, Math.round(reachHz / a.binSpacingHz));
  const [linesA, linesB] = [linesOf(a, leastDb, reach), linesOf(b, leastDb, reach)];
  const isNear = (bins: readonly number[], bin: number) =>
    bins.some((other) => Math.abs(other - bin) <= reach);
  const places = [...linesB, ...linesA.filter((bin) => !isNear(linesB, bin))].sort((x, y) => x - y);
  return places.flatMap((bin) => {
    const [aDbmv, bDbmv] = [highestAround(a, bin, reach), highestAround(b, bin, reach)];
    const change = bDbmv - aDbmv;
    if (Number.isNaN(change)) return [];
    const [inA, inB] = [isNear(linesA, bin), isNear(linesB, bin)];
    const isChanged = Math.abs(change) >= changeDb;
    const what = !isChanged ? "same" : inA && inB ? "changed" : inB ? "new" : "gone";
    return [{ what, frequencyHz: frequencyOfBin(a, bin), aDbmv, bDbmv, changeDb: change } as const];
  });
}

function linesOf(spectrum: LevelSpectrum, leastDb: number, reach: number): number[] {
  const { levelsDbmv } = spectrum;
  const around = runningMedian(levelsDbmv, MEDIAN_BINS);
  const bins: number[] = [];
  for (let bin = 0; bin < levelsDbmv.length; bin += 1) {
    const level = levelsDbmv[bin]!;
    if (!(level - around[bin]! >= leastDb) || level < highestAround(spectrum, bin, reach)) continue;
    if (bins.length === 0 || bin - bins.at(-1)! > reach) bins.push(bin);
  }
  return bins;
}

function highestAround({ levelsDbmv }: LevelSpectrum, bin: number, reach: number): number {
  let highest = Number.NaN;
  for (let k = Math.max(0, bin - reach); k <= Math.min(levelsDbmv.length - 1, bin + reach); k += 1) {
    if (!(levelsDbmv[k]! <= highest)) highest = Number.isNaN(levelsDbmv[k]!) ? highest : levelsDbmv[k]!;
  }
  return highest;
}
