/** Periods that may pass between two captures before the lack of others counts as a gap. */
const PERIODS_TO_A_GAP = 2.5;
/** Share of a period that a marked interruption must cost to be a gap: a quick re-arm loses nothing. */
const LEAST_LOSS = 0.25;
/** The same in milliseconds while the period is not known yet. */
const LEAST_LOSS_MS = 300;

/**
 * Length of the gap between two captures, ms: the time between them less one period, so from when the earlier would
 * have been followed by the next up to the later. Undefined where the one simply follows the other.
 *
 * @param intervalMs between the captures
 * @param periodMs usual interval; 0 while unknown
 * @param isMarked the stream is known to have been interrupted between them
 */
export function captureGapMs(intervalMs: number, periodMs: number, isMarked: boolean): number | undefined {
  const gapMs = intervalMs - periodMs;
  const isLate = periodMs > 0 && gapMs > periodMs * (PERIODS_TO_A_GAP - 1);
  const leastMs = periodMs > 0 ? periodMs * LEAST_LOSS : LEAST_LOSS_MS;
  return isLate || (isMarked && gapMs > leastMs) ? gapMs : undefined;
}
