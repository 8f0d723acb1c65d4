import type { MaskSource, MaskTrace } from "@pnmlab/pnm-analysis";

export { MASK_TRACES, type MaskSource, type MaskTrace, type MeasuredChannel } from "@pnmlab/pnm-analysis";

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
