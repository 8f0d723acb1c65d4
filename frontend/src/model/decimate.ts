import type { ColumnBins } from "./frequency-axis.ts";
import type { Decimation } from "./trace-options.ts";

/** One level for the bins of a pixel column: the highest, the lowest, or the one in the middle. */
export type ColumnLevel = "peak" | "lowest" | "sample";

/** What a decimation shows at the upper and at the lower end of a column; the same where it shows one level alone. */
export const COLUMN_ENDS: Record<Decimation, readonly [upper: ColumnLevel, lower: ColumnLevel]> = {
  peak: ["peak", "peak"],
  normal: ["peak", "lowest"],
  sample: ["sample", "sample"],
};

/** A level for each pixel column out of those of its bins (dB, NaN for no value). NaN where the column has no value. */
export function decimate(
  which: ColumnLevel,
  levels: ArrayLike<number>,
  columns: ColumnBins,
  out: Float32Array,
): Float32Array {
  for (let column = 0; column < out.length; column += 1) {
    const first = columns.first[column]!;
    out[column] = first < 0 ? Number.NaN : ofColumn(which, levels, first, columns.last[column]!);
  }
  return out;
}

function ofColumn(which: ColumnLevel, levels: ArrayLike<number>, first: number, last: number): number {
  if (which === "sample" || first === last) return levels[(first + last) >> 1]!;
  return which === "peak" ? peakOf(levels, first, last) : lowestOf(levels, first, last);
}

function peakOf(levels: ArrayLike<number>, first: number, last: number): number {
  let peak = Number.NEGATIVE_INFINITY;
  // A comparison with NaN is false, so bins without a value never win.
  for (let bin = first; bin <= last; bin += 1) if (levels[bin]! > peak) peak = levels[bin]!;
  return peak === Number.NEGATIVE_INFINITY ? Number.NaN : peak;
}

function lowestOf(levels: ArrayLike<number>, first: number, last: number): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (let bin = first; bin <= last; bin += 1) if (levels[bin]! < lowest) lowest = levels[bin]!;
  return lowest === Number.POSITIVE_INFINITY ? Number.NaN : lowest;
}
