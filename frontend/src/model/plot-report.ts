import type { ChannelLevel } from "./channel-power.ts";
import type { MarkerReading } from "./marker.ts";
import type { MaskReport } from "./mask-spec.ts";

interface BandFloor {
  label: string;
  /** Median of the average trace over the bins of no channel, dBmV; NaN where every bin belongs to one. */
  floorDbmv: number;
}

/** Figures of a plot as the page shows them, at most four times a second. */
export interface PlotReport {
  framesShown: number;
  framesHeld: number;
  withheld: number;
  sequence: number;
  capturedAtMs: number;
  averageDbmv: Float32Array;
  averagedFrames: number;
  holdFrames: number;
  peak: { frequencyHz: number; levelDbmv: number };
  floorDbmv: number;
  resolutionBandwidthHz: number;
  binSpacingHz: number;
  bins: number;
  startHz: number;
  stopHz: number;
  uncalibrated: boolean;
  channels: ChannelLevel[];
  bandFloors: BandFloor[];
  ring: { frames: number; bytes: number; spanMs: number };
  markers: MarkerReading[];
  masks: MaskReport[];
}

/** What all traces read at the pointer. NaN stands for no value. */
export interface CursorReading {
  x: number;
  y: number;
  pane: "trace" | "waterfall";
  bin: number;
  frequencyHz: number;
  liveDbmv: number;
  averageDbmv: number;
  maxDbmv: number;
  maxAtMs: number;
  minDbmv: number;
  p10Dbmv: number;
  p90Dbmv: number;
  /** Time and level of the waterfall row under the pointer. */
  rowMs: number;
  rowDbmv: number;
}

/** Bands whose floor the Channels tab lists, in MHz. */
export const FLOOR_BANDS = [
  [5, 10],
  [10, 20],
  [20, 42],
  [42, 65],
  [65, 85],
  [85, 204],
] as const;
