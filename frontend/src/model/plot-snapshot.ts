import type { FrequencyAxis } from "./frequency-axis.ts";
import type { PlotReport } from "./plot-report.ts";

/** Traces of a snapshot by name. */
export type SnapshotTrace =
  | "live"
  | "average"
  | "max"
  | "min"
  | "p10"
  | "p50"
  | "p90"
  | "floor"
  | "reference"
  | "difference"
  | "user";

/** The waterfall of a snapshot as pixels of `ImageData`, newest row first. */
export interface SnapshotWaterfall {
  columns: number;
  rows: number;
  pixels: Uint32Array<ArrayBuffer>;
  topMs: number;
  bottomMs: number;
}

/** Everything that a picture shows at one moment, in numbers. */
export interface PlotSnapshot {
  axis: FrequencyAxis;
  /** dBmV per bin, `difference` in dB; NaN where a bin has no value. Those that are not there have no entry. */
  traces: Partial<Record<SnapshotTrace, Float32Array>>;
  /** Frames that p10, p50 and p90 go over. */
  percentileFrames: number;
  report: PlotReport;
  waterfall: SnapshotWaterfall | undefined;
}
