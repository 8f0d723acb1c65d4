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

/** Usual intervals that may pass before the lack of a frame counts as a gap. */
const INTERVALS_TO_A_GAP = 2.5;
/** Share of an interval that a marked interruption must cost to be a gap: a quick re-arm loses nothing. */
const LEAST_LOSS = 0.25;
/** The same in milliseconds while the usual interval is not known yet. */
const LEAST_LOSS_MS = 300;

/**
 * The gap in front of a frame, or undefined where the frame simply follows the one before. A gap is the
 * time without data: it begins when the frame before would have been followed by the next.
 */
export function gapBefore(input: GapInput): Gap | undefined {
  const { previousMs, capturedAtMs, usualIntervalMs } = input;
  const missingMs = capturedAtMs - previousMs - usualIntervalMs;
  const isLate = usualIntervalMs > 0 && missingMs > usualIntervalMs * (INTERVALS_TO_A_GAP - 1);
  const leastMs = usualIntervalMs > 0 ? usualIntervalMs * LEAST_LOSS : LEAST_LOSS_MS;
  const isMarked = input.flagged && missingMs > leastMs;
  if (!isLate && !isMarked) return undefined;
  const parts = [`gap ${(missingMs / 1000).toFixed(1)} s`];
  if (input.withheldFrames > 0) parts.push(`${input.withheldFrames} frames not sent to this browser`);
  return { fromMs: previousMs + usualIntervalMs, toMs: capturedAtMs, label: parts.join(", ") };
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
