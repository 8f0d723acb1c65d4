/** How the line of a mask comes about. */
export type MaskSource =
  | { from: "points"; points: { frequencyHz: number; levelDbmv: number }[] }
  | { from: "floor"; upperDb: number }
  | { from: "reference"; upperDb: number; lowerDb: number | undefined }
  | { from: "plan"; channelMarginDb: number; idleDbmv: number };

/** A limit that spectra are judged by. */
export interface MaskSpec {
  id: number;
  name: string;
  isOn: boolean;
  source: MaskSource;
  /** Trace that is judged. */
  trace: "live" | "average" | "max";
  /** Frames in a row that must violate it before it fails. */
  consecutiveFrames: number;
}

/** How a mask stands now; per band of its line where it has several. */
export interface MaskReport {
  id: number;
  isPassing: boolean;
  violations: number;
  /** How far the worst bin lies beyond the limit; negative is the margin that is left. */
  worstDb: number;
  worstHz: number;
  consecutive: number;
  framesJudged: number;
  framesFailed: number;
  bands: { startHz: number; stopHz: number; isPassing: boolean; worstDb: number; consecutive: number }[];
}
