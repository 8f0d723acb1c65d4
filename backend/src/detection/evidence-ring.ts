import type { EvidenceFrame } from "./worker-messages.ts";

/** Half a minute and more of most captures: so long ago may lie the peak of an alarm that waits for its time. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_FRAMES = 2000;
/** Also of the largest frames. */
const LEAST_FRAMES = 32;

/** The newest frames of a stream as wire bytes. */
export class EvidenceRing {
  readonly #frames: EvidenceFrame[] = [];
  #bytes = 0;
  /** Frames of the front that are given up; they are cut off now and then, because shifting an array costs. */
  #given = 0;

  push(frame: EvidenceFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.bytes.byteLength;
    while (this.#isTooMuch()) {
      this.#bytes -= this.#frames[this.#given]!.bytes.byteLength;
      this.#given += 1;
    }
    if (this.#given > LEAST_FRAMES) {
      this.#frames.splice(0, this.#given);
      this.#given = 0;
    }
  }

  /** Copies of the frames of these numbers that are there, oldest first; a number that came twice gives its newest. */
  pick(sequences: readonly number[]): EvidenceFrame[] {
    const found: EvidenceFrame[] = [];
    const wanted = new Set(sequences);
    for (let k = this.#frames.length - 1; k >= this.#given && wanted.size > 0; k -= 1) {
      const { sequence, bytes } = this.#frames[k]!;
      if (wanted.delete(sequence)) found.unshift({ sequence, bytes: bytes.slice(0) });
    }
    return found;
  }

  #isTooMuch(): boolean {
    const count = this.#frames.length - this.#given;
    return count > MOST_FRAMES || (this.#bytes > MOST_BYTES && count > LEAST_FRAMES);
  }
}
