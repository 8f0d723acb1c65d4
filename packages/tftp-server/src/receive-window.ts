/** What a received block means. `acknowledge`: answer now with the number of the last block in order. */
export type BlockVerdict =
  | { kind: "store"; acknowledge: boolean; last: boolean }
  | { kind: "repeat"; acknowledge: boolean };

/**
 * Bookkeeping of the receiving side (RFC 1350 lockstep, RFC 7440 windows): which block is next, and
 * when an acknowledgement is due. Block numbers on the wire have 16 bits and go on from 65535 to 0.
 */
export class ReceiveWindow {
  readonly #blockSize: number;
  readonly #windowSize: number;
  /** Blocks received in order. */
  #received = 0;
  #acknowledged = 0;
  /** Block count at which the sender waits for an acknowledgement. */
  #acknowledgeAt: number;
  #gapReported = false;

  constructor(blockSize: number, windowSize: number) {
    this.#blockSize = blockSize;
    this.#windowSize = windowSize;
    this.#acknowledgeAt = windowSize;
  }

  /** True until the first block has come. */
  get isFresh(): boolean {
    return this.#received === 0;
  }

  /** Number, on the wire, of the last block received in order. */
  get lastBlock(): number {
    return this.#received & 0xffff;
  }

  accept(block: number, byteLength: number): BlockVerdict {
    const ahead = ((block - this.#received - 1) << 16) >> 16;
    if (ahead === 0) return this.#store(byteLength < this.#blockSize);
    if (ahead > 0) return this.#reportGap();
    return this.#repeat(this.#received + 1 + ahead);
  }

  /** To be called when the last block in order was acknowledged out of turn, after a silence. */
  acknowledgedOnTimer(): void {
    this.#markAcknowledged();
  }

  #store(last: boolean): BlockVerdict {
    this.#received += 1;
    this.#gapReported = false;
    const acknowledge = last || this.#received >= this.#acknowledgeAt;
    if (acknowledge) this.#markAcknowledged();
    return { kind: "store", acknowledge, last };
  }

  /** A block is missing: say once how far it got, and the sender goes on from there (RFC 7440, section 4). */
  #reportGap(): BlockVerdict {
    const acknowledge = this.#windowSize > 1 && !this.#gapReported;
    if (acknowledge) {
      this.#gapReported = true;
      this.#markAcknowledged();
    }
    return { kind: "repeat", acknowledge };
  }

  /**
   * A block that is here already: the sender went back, since an acknowledgement was lost or it takes
   * none in the middle of its window. Its window then ends earlier than counted from here.
   */
  #repeat(block: number): BlockVerdict {
    const windowEnd = block + this.#windowSize - 1;
    if (windowEnd > this.#received) this.#acknowledgeAt = Math.min(this.#acknowledgeAt, windowEnd);
    return { kind: "repeat", acknowledge: block === this.#acknowledged && block > 0 };
  }

  #markAcknowledged(): void {
    this.#acknowledged = this.#received;
    this.#acknowledgeAt = this.#received + this.#windowSize;
  }
}
