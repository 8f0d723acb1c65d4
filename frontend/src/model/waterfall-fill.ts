import type { TimeSpan } from "../api/recordings-client.ts";

/** Rows of a recording: which time they are of, and the time that each stands for. */
export interface RowsOf {
  span: TimeSpan;
  rowMs: number;
}

export interface WaterfallNeed {
  /** Times at the edges of the waterfall. */
  topMs: number;
  bottomMs: number;
  /** From when on the picture has frames of its own. */
  heldFromMs: number;
  /** What is recorded. */
  recorded: TimeSpan;
  framesPerMs: number;
  msPerPx: number;
  /** So much of the time shown is read on either side of it as well; a half unless given. */
  marginShare?: number;
  /** Rows that are read at most; `MOST_ROWS` unless given. */
  mostRows?: number;
}

/** The recorder has the peaks of stretches this long ready; for shorter rows it reads every frame of theirs. */
const SUMMED_MS = 10_000;
/** So many frames are read for one picture at most. */
const MOST_FRAMES = 20_000;
export const MOST_ROWS = 900;
/** Rows this much longer than a row of pixels are read again, finer. */
const TOO_COARSE = 1.6;

/**
 * The rows that a waterfall lacks, with a margin on either side; undefined where it lacks none, or where those it has
 * are enough. Rows go up to the newest recorded time even where the picture has frames of its own: those move on.
 */
export function rowsNeeded(need: WaterfallNeed, read: RowsOf | undefined): RowsOf | undefined {
  const { topMs, bottomMs, heldFromMs, recorded, framesPerMs, msPerPx } = need;
  const { marginShare = 0.5, mostRows = MOST_ROWS } = need;
  if (topMs <= 0) return undefined;
  const missing = {
    fromMs: Math.max(recorded.fromMs, bottomMs),
    toMs: Math.min(heldFromMs, topMs, recorded.toMs),
  };
  if (missing.toMs - missing.fromMs < msPerPx) return undefined;
  const marginMs = (topMs - bottomMs) * marginShare;
  const span = {
    fromMs: Math.max(recorded.fromMs, bottomMs - marginMs),
    toMs: Math.min(recorded.toMs, topMs + marginMs),
  };
  const isMuch = (span.toMs - span.fromMs) * framesPerMs > MOST_FRAMES;
  const rowMs = Math.max(msPerPx, isMuch ? SUMMED_MS : 0, (span.toMs - span.fromMs) / mostRows);
  const isCovered =
    read !== undefined &&
    read.span.fromMs <= missing.fromMs &&
    read.span.toMs >= missing.toMs &&
    read.rowMs <= rowMs * TOO_COARSE;
  return isCovered ? undefined : { span, rowMs };
}
