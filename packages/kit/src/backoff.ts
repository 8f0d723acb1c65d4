export interface BackoffOptions {
  /** Delay before the first retry, in milliseconds. */
  baseMs: number;
  /** Upper bound of the delay, in milliseconds. */
  maxMs: number;
  /** Source of randomness in [0, 1), replaceable in tests. */
  random?: () => number;
}

/**
 * Delay in milliseconds before retry number `attempt` (0 = first): exponential, capped, with the
 * lower half fixed and the upper half random, so that peers that failed together do not return together.
 */
export function backoffDelayMs(attempt: number, options: BackoffOptions): number {
  const { baseMs, maxMs, random = Math.random } = options;
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return ceilingMs / 2 + (ceilingMs / 2) * random();
}
