import type { FrequencyAxis } from "./frequency-axis.ts";
import type { PlotLayout } from "./plot-layout.ts";
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

/** Pixels of `ImageData`, row by row. */
export interface PixelImage {
  columns: number;
  rows: number;
  pixels: Uint32Array<ArrayBuffer>;
}

/** The panes of a plot as drawn, for a file. */
export interface PlotPicture {
  layout: PlotLayout;
  /** Elements of SVG in the places of the layout. */
  markup: string;
  /** What the images in the markup show, by the name that stands for their address. */
  images: Readonly<Record<string, PixelImage>>;
}

/** Everything that a picture shows at one moment, in numbers. */
export interface PlotSnapshot {
  axis: FrequencyAxis;
  /** dBmV per bin, `difference` in dB; NaN where a bin has no value. Those that are not there have no entry. */
  traces: Partial<Record<SnapshotTrace, Float32Array>>;
  /** Frames that p10, p50 and p90 go over. */
  percentileFrames: number;
  report: PlotReport;
  /** Undefined where it was not asked for. */
  picture: PlotPicture | undefined;
}
