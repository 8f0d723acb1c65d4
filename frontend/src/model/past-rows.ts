import { FrameRing } from "./frame-ring.ts";

const SLOT_MS = 500;

/** What the ring of frames has no room for any more: the peak of every half second, for scrolling back. */
export class PastRows {
  readonly rows: FrameRing;
  readonly #peak: Int16Array;
  #slot: number | undefined;
  #startMs = 0;
  #gapBefore = false;

  /** @param slots half seconds that are kept */
  constructor(bins: number, slots: number) {
    this.rows = new FrameRing(bins, slots);
    this.#peak = new Int16Array(bins);
  }

  /** Takes the frame that is about to be overwritten. */
  add(levels: Int16Array, timeMs: number, gapBefore: boolean): void {
    const slot = Math.floor(timeMs / SLOT_MS);
    if (slot !== this.#slot) {
      this.#close();
      this.#slot = slot;
      this.#startMs = timeMs;
      this.#gapBefore = gapBefore;
      this.#peak.set(levels);
      return;
    }
    const peak = this.#peak;
    // A bin without a value is the lowest number there is, so it never wins against a level.
    for (let bin = 0; bin < peak.length; bin += 1) if (levels[bin]! > peak[bin]!) peak[bin] = levels[bin]!;
  }

  #close(): void {
    if (this.#slot === undefined) return;
    this.rows.push(this.#peak, { sequence: 0, capturedAtMs: this.#startMs, gapBefore: this.#gapBefore });
  }
}
