import { NO_LEVEL } from "@pnmlab/protocol/frame";
import type { ColumnBins } from "./frequency-axis.ts";

/**
 * The highest level of each pixel column in dBmV, NaN where the column has no value. Hundredths
 * (`Int16Array`) and dBmV with NaN for no value (`Float32Array`) are both accepted.
 */
export function peakPerColumn(
  levels: Int16Array | Float32Array,
  columns: ColumnBins,
  out: Float32Array,
): Float32Array {
  const hundredths = levels instanceof Int16Array;
  for (let column = 0; column < out.length; column += 1) {
    const first = columns.first[column]!;
    let peak = Number.NEGATIVE_INFINITY;
    if (first >= 0) {
      const last = columns.last[column]!;
      for (let bin = first; bin <= last; bin += 1) {
        const level = levels[bin]!;
        // A comparison with NaN is false, so bins without a value never win.
        if (level > peak && !(hundredths && level === NO_LEVEL)) peak = level;
      }
    }
    out[column] = peak === Number.NEGATIVE_INFINITY ? Number.NaN : hundredths ? peak / 100 : peak;
  }
  return out;
}
