import { durationText } from "@pnmlab/kit";
import { captureGapMs } from "@pnmlab/pnm-analysis";

/** An interruption of a stream as the panes show it. */
export interface Gap {
  fromMs: number;
  toMs: number;
  label: string;
}

export interface GapInput {
  previousMs: number;
  capturedAtMs: number;
  /** The frame itself says that the stream was interrupted before it. */
  flagged: boolean;
  /** Usual interval between frames in milliseconds; 0 while unknown. */
  usualIntervalMs: number;
  /** Frames that exist but were not sent to this browser. */
  withheldFrames: number;
}

/**
 * The gap in front of a frame, or undefined where the frame simply follows the one before. A gap is the
 * time without data: it begins when the frame before would have been followed by the next.
 */
export function gapBefore(input: GapInput): Gap | undefined {
  const { previousMs, capturedAtMs, usualIntervalMs } = input;
  const missingMs = captureGapMs(capturedAtMs - previousMs, usualIntervalMs, input.flagged);
  if (missingMs === undefined) return undefined;
  const parts = [`gap ${durationText(missingMs)}`];
  if (input.withheldFrames > 0) parts.push(`${input.withheldFrames} frames not sent to this browser`);
  return { fromMs: previousMs + usualIntervalMs, toMs: capturedAtMs, label: parts.join(", ") };
}

/** Pixels of the waterfall below which a gap is a thin line: minutes of data are in sight where it would be a bar. */
const LEAST_BAR_PX = 2;

/** How a gap is marked on a waterfall: as high as it is long, a short one as a line without a label. */
export function gapMark({ fromMs, toMs }: Gap, msPerPx: number): { heightPx: number; isLabelled: boolean } {
  const heightPx = (toMs - fromMs) / msPerPx;
  return heightPx < LEAST_BAR_PX ? { heightPx: 1, isLabelled: false } : { heightPx, isLabelled: true };
}

/** Running median of the last intervals between frames. */
export class IntervalMeter {
  readonly #intervals: number[] = [];

  add(intervalMs: number): void {
    this.#intervals.push(intervalMs);
    if (this.#intervals.length > 31) this.#intervals.shift();
  }

  /** Median in milliseconds, 0 until three intervals are known. */
  get medianMs(): number {
    if (this.#intervals.length < 3) return 0;
    return this.#intervals.toSorted((a, b) => a - b)[this.#intervals.length >> 1]!;
  }
}
