import type { RequiredMer } from "../required-mer.ts";
import { dbOfPower, powerOfDb } from "../units.ts";

/** Statistics of the RxMER of active subcarriers; NaN ones are excluded. */
export interface MerStatistics {
  count: number;
  /** Mean of the dB values, as DOCS-PNM-MIB has it. */
  meanDb: number;
  /** Population deviation of the dB values. */
  deviationDb: number;
  /** By mean error power: what a code that spans all subcarriers sees, ruled by the notches. */
  effectiveDb: number;
  /** By mean ratio: ruled by the best. */
  meanOfRatiosDb: number;
}

export function merStatistics(merDb: ArrayLike<number>): MerStatistics {
  let count = 0;
  let sum = 0;
  let squares = 0;
  let errors = 0;
  let ratios = 0;
  for (let k = 0; k < merDb.length; k += 1) {
    const value = merDb[k]!;
    if (Number.isNaN(value)) continue;
    count += 1;
    sum += value;
    squares += value * value;
    errors += powerOfDb(-value);
    ratios += powerOfDb(value);
  }
  const meanDb = sum / count;
  return {
    count,
    meanDb,
    deviationDb: Math.sqrt(Math.max(0, squares / count - meanDb * meanDb)),
    effectiveDb: -dbOfPower(errors / count),
    meanOfRatiosDb: dbOfPower(ratios / count),
  };
}

/** Place of a percentile in the ascending order of `count` values, counted from 1: `floor(count * share)` (DOCS-PNM-MIB). */
export function percentileRank(count: number, share: number): number {
  return Math.max(1, Math.floor(count * share));
}

/** MER of disturbances that add up, each given as its own ratio: `-10 log10(sum 10^(-MER/10))`. */
export function combinedMerDb(ratiosDb: Iterable<number>): number {
  let errors = 0;
  for (const ratioDb of ratiosDb) errors += powerOfDb(-ratioDb);
  return -dbOfPower(errors);
}

/** Error vector magnitude in percent of the rms symbol. */
export function evmPercent(merDb: number): number {
  return 100 * 10 ** (-merDb / 20);
}

/** Highest order whose required MER is met; undefined where none is. */
export function highestOrder(merDb: number, table: readonly RequiredMer[]): number | undefined {
  return table.find((row) => merDb >= row.merDb)?.order;
}
