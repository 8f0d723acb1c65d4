import type { FrequencyAxis } from "./axis.ts";
import { excludedRanges, frequencyPlotAxis, type PlotSeries } from "./plot.ts";
import { hashDoubles, hashNumbers, round9 } from "./summary.ts";
import type { Sha256 } from "./type.ts";

// RxMerData (DOCS-PNM-MIB): one byte per subcarrier in quarter dB, 0 to 63.5. 00 is clipped low, FE is 63.5
// and above, FF is "not measurable". FF must never be read as 63.75 dB, nor FE be thrown away with it.

export const NOT_MEASURED = 0xff;
export const CLIPPED_HIGH = 0xfe;
export const CLIPPED_LOW = 0x00;

const LEVELS = Float32Array.from({ length: 256 }, (_, byte) =>
  byte === NOT_MEASURED ? Number.NaN : byte / 4,
);

/** Quarter-dB bytes as dB, NaN where nothing was measured; in `out` if given, at least as long as `raw`. */
export function quarterDbLevels(
  raw: Uint8Array,
  out: Float32Array = new Float32Array(raw.length),
): Float32Array {
  for (let k = 0; k < raw.length; k++) out[k] = LEVELS[raw[k]!]!;
  return out;
}

export function plotQuarterDb(title: string, raw: Uint8Array, axis: FrequencyAxis): PlotSeries {
  const x = frequencyPlotAxis(axis);
  return {
    title,
    style: "steps",
    x,
    series: [{ name: "RxMER", unit: "dB", values: quarterDbLevels(raw) }],
    excluded: excludedRanges(x, "not measurable", (k) => raw[k] === NOT_MEASURED),
  };
}

export function summarizeQuarterDb(raw: Uint8Array, sha256: Sha256): Record<string, unknown> {
  const valid = raw.filter((value) => value !== NOT_MEASURED).sort();
  const sum = valid.reduce((total, value) => total + value, 0);
  const middle = valid.length >> 1;
  const median = valid.length % 2 === 1 ? valid[middle]! : (valid[middle - 1]! + valid[middle]!) / 2;
  return {
    count: raw.length,
    first16: Array.from(raw.subarray(0, 16), (value) => value / 4),
    last16: Array.from(raw.subarray(-16), (value) => value / 4),
    excluded_0xFF: raw.length - valid.length,
    clipped_high_0xFE: valid.filter((value) => value === CLIPPED_HIGH).length,
    clipped_low_0x00: valid.filter((value) => value === CLIPPED_LOW).length,
    sha256_raw_ints: hashNumbers(raw, sha256),
    sha256_f64le_with_63_75_for_0xFF: hashDoubles(
      Float64Array.from(raw, (value) => value / 4),
      sha256,
    ),
    valid: valid.length,
    ...(valid.length === 0
      ? {}
      : {
          min_db: valid[0]! / 4,
          max_db: valid[valid.length - 1]! / 4,
          mean_db: round9(sum / 4 / valid.length),
          sum_valid_raw: sum,
          median_db: median / 4,
        }),
  };
}
