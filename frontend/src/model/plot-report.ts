import type { BandFloor, ChannelFigures } from "@pnmlab/pnm-analysis";
import type { MarkerReading } from "./marker.ts";
import type { MaskReport } from "./mask-spec.ts";
import type { FloorOrigin } from "./plant-figures.ts";
import type { ShownFrame } from "./shown-frame.ts";

/** Floor of a reporting band over its bins of no channel; NaN where every bin belongs to one. */
export interface BandFloorFigures extends BandFloor {
  /** `5–10 MHz`. */
  label: string;
  /** Why no bin of it shows the noise of the upstream; undefined where one does. */
  none: string | undefined;
}

/** Figures of a plot as the page shows them, twice a second, and at once where the user changed what is measured. */
export interface PlotReport {
  framesShown: number;
  framesHeld: number;
  withheld: number;
  /** Of the newest frame. */
  streamId: number;
  sequence: number;
  capturedAtMs: number;
  /** The frame behind the trace under the active marker. */
  shownFrame?: ShownFrame | undefined;
  /** Levels of that frame, hundredths of a dBmV. */
  levelsHundredthsDbmv: Int16Array;
  firstBinHz: number;
  averageDbmv: Float32Array;
  /** Frames that the average holds now. */
  averagedFrames: number;
  /** Looks of max hold, of min hold and of the band. */
  holdFrames: number;
  minHoldFrames: number;
  bandFrames: number;
  /** What the reference was taken from; undefined while there is none. */
  referenceLabel: string | undefined;
  peak: { frequencyHz: number; levelDbmv: number };
  /** Noise floor in one bin, dBmV; NaN where no bin shows it. */
  floorDbmv: number;
  floorOrigin: FloorOrigin | undefined;
  resolutionBandwidthHz: number;
  binSpacingHz: number;
  bins: number;
  startHz: number;
  stopHz: number;
  uncalibrated: boolean;
  /** One row per channel that the spectrum shows. */
  channels: ChannelFigures[];
  bandFloors: BandFloorFigures[];
  ring: { frames: number; bytes: number; spanMs: number };
  /** How long live frames are held back so that bursts play at the pace of their captures; 0 while they pass at once. */
  playOutMs: number;
  /**
   * Times at the upper and lower edge of the waterfall, of the oldest frame kept to fill it, and of the oldest that was
   * received and not read for it.
   */
  waterfall: { topMs: number; bottomMs: number; keptFromMs: number; heldFromMs: number };
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
  minAtMs: number;
  /** Edges and middle of the band. */
  p10Dbmv: number;
  p50Dbmv: number;
  p90Dbmv: number;
  referenceDbmv: number;
  differenceDb: number;
  /** dBmV, or dB where the user's maths is a difference. */
  userLevel: number;
  /** Time and level of the waterfall row under the pointer. */
  rowMs: number;
  rowDbmv: number;
}
