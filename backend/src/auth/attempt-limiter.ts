export interface AttemptLimits {
  windowMs: number;
  /** Attempts of one caller in a window. */
  maxPerCaller: number;
  /** Attempts of all callers in a window. */
  maxTotal: number;
}

/** Counts attempts in windows of time, so that whoever guesses or floods is stopped. */
export class AttemptLimiter {
  readonly #limits: AttemptLimits;
  readonly #counts = new Map<string, number>();
  #total = 0;
  #windowStartMs = Number.NEGATIVE_INFINITY;

  constructor(limits: AttemptLimits) {
    this.#limits = limits;
  }

  /** Notes an attempt; gives the milliseconds that the caller has to wait, 0 where it is within the limits. */
  note(caller: string, nowMs: number): number {
    const { windowMs, maxPerCaller, maxTotal } = this.#limits;
    if (nowMs - this.#windowStartMs >= windowMs || nowMs < this.#windowStartMs) {
      this.#windowStartMs = nowMs;
      this.#counts.clear();
      this.#total = 0;
    }
    const count = this.#counts.get(caller) ?? 0;
    if (count >= maxPerCaller || this.#total >= maxTotal) return this.#windowStartMs + windowMs - nowMs;
    this.#counts.set(caller, count + 1);
    this.#total += 1;
    return 0;
  }
}
