import type { LevelLine } from "./level-line.ts";

/** How the line of a mask comes about. */
export type MaskSource =
  /** An upper limit drawn by hand. */
  | { from: "points"; points: LevelLine }
  /** The noise floor as it was when the mask was made, raised. */
  | { from: "floor"; line: LevelLine; upperDb: number }
  /** A trace as it was when the mask was made, with a limit on one side or both. */
  | { from: "reference"; line: LevelLine; upperDb: number | undefined; lowerDb: number | undefined }
  /**
   * The expected level of each channel, raised, and one level between the channels. Where the CMTS expects none, the
   * level that was measured when the mask was made stands in.
   */
  | { from: "plan"; channelMarginDb: number; idleDbmv: number; measured: MeasuredChannel[] };

export interface MeasuredChannel {
  ifIndex: number;
  dbmvPerHz: number;
}

export const MASK_TRACES = ["live", "average", "max"] as const;
export type MaskTrace = (typeof MASK_TRACES)[number];

/** A limit that spectra are judged by. */
export interface MaskSpec {
  id: number;
  /** Grows with every change of what is judged, so that the judge knows when to begin anew. */
  revision: number;
  name: string;
  isOn: boolean;
  source: MaskSource;
  /** Trace that is judged. */
  trace: MaskTrace;
  /** Frames in a row that must violate it before it fails. */
  consecutiveFrames: number;
}

export const MOST_MASKS = 12;

/** How one band of a mask stands. */
export interface MaskBandReport {
  /** Names of the channels in the band; empty between channels. */
  label: string;
  startHz: number;
  stopHz: number;
  isPassing: boolean;
  /** How far the worst bin lies beyond the limit; negative is the margin that is left. */
  worstDb: number;
  worstHz: number;
  /** Frames in a row that violate it. */
  consecutive: number;
}

/** How a mask stands now. */
export interface MaskReport {
  id: number;
  isPassing: boolean;
  violations: number;
  worstDb: number;
  worstHz: number;
  consecutive: number;
  framesJudged: number;
  framesFailed: number;
  /** How often it began to fail. */
  failures: number;
  bands: MaskBandReport[];
}
