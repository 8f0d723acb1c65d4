/** What an acknowledgement means to the sending side. */
export type AckVerdict = "next" | "repeat" | "done" | "ignore";

/** Bookkeeping of the sending side (RFC 1350 lockstep, RFC 7440 windows). */
export class SendWindow {
  readonly #windowSize: number;
  readonly #totalBlocks: number;
  /** Blocks that the peer has, counted from the first. */
  #acknowledged = 0;
  #repeated = false;

  constructor(fileBytes: number, blockSize: number, windowSize: number) {
    this.#windowSize = windowSize;
    // A file that fills its last block is ended by an empty one.
    this.#totalBlocks = Math.floor(fileBytes / blockSize) + 1;
  }

  /** Blocks to send now, counted from 0: from `first` on, `count` of them. */
  get range(): { first: number; count: number } {
    const first = this.#acknowledged;
    return { first, count: Math.min(this.#windowSize, this.#totalBlocks - first) };
  }

  /** True until the peer has acknowledged a block. */
  get isFresh(): boolean {
    return this.#acknowledged === 0;
  }

  acknowledge(block: number): AckVerdict {
    const { first, count } = this.range;
    const advance = (block - first) & 0xffff;
    if (advance === 0) return this.#peerMissedTheFirst();
    if (advance > count) return "ignore";
    this.#acknowledged += advance;
    this.#repeated = false;
    return this.#acknowledged === this.#totalBlocks ? "done" : "next";
  }

  /**
   * In lockstep, a repeated acknowledgement must not make a second copy of every later block (RFC 1123,
   * section 4.2.3.1). Within a window it says that the first block of it was lost: answered once.
   */
  #peerMissedTheFirst(): AckVerdict {
    if (this.#windowSize === 1 || this.#repeated) return "ignore";
    this.#repeated = true;
    return "repeat";
  }
}
