import { dbOfPower, powerOfDb } from "@pnmlab/pnm-analysis";
import type { ColumnBins } from "./frequency-axis.ts";
import type { Decimation } from "./trace-options.ts";

/**
 * What each pixel column shows of the levels of its bins (dB, NaN for no value): the highest, the one in the
 * middle, or the mean of their powers. NaN where the column has no value.
 */
export function decimate(
  how: Decimation,
  levels: ArrayLike<number>,
  columns: ColumnBins,
  out: Float32Array,
): Float32Array {
  for (let column = 0; column < out.length; column += 1) {
    const first = columns.first[column]!;
    out[column] = first < 0 ? Number.NaN : ofColumn(how, levels, first, columns.last[column]!);
  }
  return out;
}

function ofColumn(how: Decimation, levels: ArrayLike<number>, first: number, last: number): number {
  if (how === "sample" || first === last) return levels[(first + last) >> 1]!;
  return how === "peak" ? peakOf(levels, first, last) : meanOf(levels, first, last);
}

function peakOf(levels: ArrayLike<number>, first: number, last: number): number {
  let peak = Number.NEGATIVE_INFINITY;
  // A comparison with NaN is false, so bins without a value never win.
  for (let bin = first; bin <= last; bin += 1) if (levels[bin]! > peak) peak = levels[bin]!;
  return peak === Number.NEGATIVE_INFINITY ? Number.NaN : peak;
}

function meanOf(levels: ArrayLike<number>, first: number, last: number): number {
  let sum = 0;
  let known = 0;
  for (let bin = first; bin <= last; bin += 1) {
    const level = levels[bin]!;
    if (Number.isNaN(level)) continue;
    sum += powerOfDb(level);
    known += 1;
  }
  return dbOfPower(sum / known);
}
