/** Round trip of the longest way, that over a satellite; assumed before the first answer. */
const LONGEST_MS = 600;
/** A way that got longer is believed after so many answers, so that a browser that dozed off once changes little. */
const RISE_SHARE = 1 / 64;

/**
 * How long an answer takes at best: a shorter one is believed at once, a longer one only little by little, and never
 * one longer than that of the longest way there is. What takes longer is a queue, and patience would make it grow.
 */
export class RoundTrip {
  #bestMs = LONGEST_MS;

  get bestMs(): number {
    return this.#bestMs;
  }

  add(tookMs: number): void {
    const wayMs = Math.min(tookMs, LONGEST_MS);
    this.#bestMs = wayMs < this.#bestMs ? wayMs : this.#bestMs + (wayMs - this.#bestMs) * RISE_SHARE;
  }
}
