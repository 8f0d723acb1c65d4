/** The other side asks for messages that are not kept any more, or that were never sent. */
export class LedgerGapError extends Error {
  readonly code = "LINK_LEDGER_GAP";

  constructor(received: number, oldest: number, sent: number) {
    super(
      `${received} messages are said to have arrived; ${sent} were sent and those from ${oldest} on are kept`,
    );
  }
}

/** Messages after which a receiver acknowledges without waiting for the heartbeat. */
const ACK_EVERY_MESSAGES = 64;
/** Characters of messages after which it does. */
const ACK_EVERY_CHARS = 128 * 1024;

/**
 * One side's count of a session's messages: what it has sent and must keep until the other side has it,
 * and how many it has received. Both survive the connection.
 */
export class Ledger {
  /** Texts of `#acknowledged + 1` and later. */
  #kept: string[] = [];
  #keptChars = 0;
  #acknowledged = 0;
  #received = 0;
  #receivedAtAck = 0;
  #charsSinceAck = 0;

  /** Messages that have arrived. */
  get received(): number {
    return this.#received;
  }

  /** What the other side has not acknowledged, in order. */
  get kept(): readonly string[] {
    return this.#kept;
  }

  /** Characters that wait for the other side's word. */
  get keptChars(): number {
    return this.#keptChars;
  }

  /** Notes a message that is sent. */
  keep(text: string): void {
    this.#kept.push(text);
    this.#keptChars += text.length;
  }

  /** Notes a message that has arrived; true where it is time to say so. */
  note(chars: number): boolean {
    this.#received += 1;
    this.#charsSinceAck += chars;
    return (
      this.#received - this.#receivedAtAck >= ACK_EVERY_MESSAGES || this.#charsSinceAck >= ACK_EVERY_CHARS
    );
  }

  /** Whether messages have arrived that were not yet acknowledged. */
  get owesAck(): boolean {
    return this.#received > this.#receivedAtAck;
  }

  /** What to write into an acknowledgement that is sent now. */
  acknowledge(): number {
    this.#receivedAtAck = this.#received;
    this.#charsSinceAck = 0;
    return this.#received;
  }

  /** The other side has `received` messages: they need not be kept. An older word changes nothing. */
  forget(received: number): void {
    const count = Math.min(received - this.#acknowledged, this.#kept.length);
    if (count <= 0) return;
    for (const text of this.#kept.splice(0, count)) this.#keptChars -= text.length;
    this.#acknowledged += count;
  }

  /** Whether everything after the first `received` messages can be sent. */
  canSendFrom(received: number): boolean {
    return received >= this.#acknowledged && received <= this.#acknowledged + this.#kept.length;
  }

  /**
   * What the other side misses where it has `received` messages, in order.
   *
   * @throws LedgerGapError where that cannot be said
   */
  missing(received: number): readonly string[] {
    if (!this.canSendFrom(received)) {
      throw new LedgerGapError(received, this.#acknowledged + 1, this.#acknowledged + this.#kept.length);
    }
    this.forget(received);
    return [...this.#kept];
  }
}
