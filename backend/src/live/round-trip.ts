/** Round trip that is assumed before the first answer: a satellite's. */
const FIRST_MS = 600;
/** A way that got longer is believed after so many answers, so that a browser that dozed off once changes little. */
const RISE_SHARE = 1 / 64;

/** How long an answer takes at best: a shorter one is believed at once, a longer one only little by little. */
export class RoundTrip {
  #bestMs = FIRST_MS;

  get bestMs(): number {
    return this.#bestMs;
  }

  add(tookMs: number): void {
    this.#bestMs = tookMs < this.#bestMs ? tookMs : this.#bestMs + (tookMs - this.#bestMs) * RISE_SHARE;
  }
}
