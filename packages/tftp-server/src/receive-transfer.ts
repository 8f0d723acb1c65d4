import { type TransitionTable, transition } from "@pnmlab/kit";
import { Conversation } from "./conversation.ts";
import { faultOfFileError, TftpFault } from "./fault.ts";
import { IncomingFile } from "./incoming-file.ts";
import { type Agreement, agreeOnOptions } from "./options.ts";
import { encodeAck, encodeError, encodeOptionAck, type Packet } from "./packets.ts";
import { ReceiveWindow } from "./receive-window.ts";
import type { Transfer, TransferContext, TransferOutcome } from "./transfer.ts";

type State = "opening" | "receiving" | "committing" | "dallying" | "closed";
type Event = "opened" | "lastBlock" | "committed" | "failed" | "dallied";

const STATES: TransitionTable<State, Event> = {
  opening: { opened: "receiving", failed: "closed" },
  receiving: { lastBlock: "committing", failed: "closed" },
  committing: { committed: "dallying", failed: "closed" },
  dallying: { dallied: "closed" },
  closed: {},
};

/** An upload: WRQ to the acknowledgement of the last block, which goes out once the file is in place. */
export class ReceiveTransfer implements Transfer {
  readonly #context: TransferContext;
  readonly #agreement: Agreement;
  readonly #window: ReceiveWindow;
  readonly #file: IncomingFile;
  readonly #conversation: Conversation;
  readonly #startedAt = performance.now();
  readonly #outcome = Promise.withResolvers<TransferOutcome>();
  #state: State = "opening";
  #flushing = false;

  constructor(context: TransferContext) {
    const { limits } = context;
    this.#context = context;
    this.#agreement = agreeOnOptions(context.requestedOptions, limits);
    this.#window = new ReceiveWindow(this.#agreement.blockSize, this.#agreement.windowSize);
    this.#file = new IncomingFile(context.directory, context.name);
    this.#conversation = new Conversation({
      ...context,
      maxRetransmits: limits.maxRetransmits,
      deadlineMs: limits.transferDeadlineMs,
      onPacket: (packet) => this.#onPacket(packet),
      onSilence: () => this.#onSilence(),
      onFault: (fault) => this.abort(fault),
    });
  }

  run(): Promise<TransferOutcome> {
    void this.#open();
    return this.#outcome.promise;
  }

  abort(fault: TftpFault): void {
    // From the last block on, the file is being put in place: that ends by itself, one way or the other.
    if (this.#state === "opening" || this.#state === "receiving") void this.#fail(fault);
    else this.close();
  }

  repeatRequest(): boolean {
    if (this.#state === "receiving" && this.#window.isFresh) {
      this.#conversation.send(this.#firstAnswer());
      return true;
    }
    const silentMs = performance.now() - this.#conversation.lastHeardAt;
    return this.#state !== "receiving" || silentMs < this.#agreement.retransmitMs;
  }

  close(): void {
    if (!this.#enter("dallied")) return;
    this.#conversation.close();
  }

  async #open(): Promise<void> {
    const { directory, limits, name } = this.#context;
    const announcedBytes = this.#agreement.announcedBytes ?? 0;
    try {
      if (announcedBytes > limits.maxFileBytes) throw tooLarge(limits.maxFileBytes);
      await Promise.all([
        this.#conversation.open(),
        directory.hasFile(name),
        directory.requireFreeBytes(limits.minFreeBytes + announcedBytes),
      ]);
    } catch (error) {
      await this.#fail(faultOfFileError(error));
      return;
    }
    if (!this.#enter("opened")) return;
    this.#conversation.watchSilence(this.#agreement.retransmitMs);
    this.#conversation.send(this.#firstAnswer());
  }

  #onPacket(packet: Packet): void {
    if (packet.kind !== "data") return;
    if (this.#state === "receiving") this.#receive(packet.block, packet.data);
    else if (this.#state === "dallying" && packet.block === this.#window.lastBlock) this.#acknowledge();
  }

  #receive(block: number, data: Uint8Array): void {
    if (data.length > this.#agreement.blockSize) {
      void this.#fail(
        new TftpFault("MALFORMED", `a block is larger than ${this.#agreement.blockSize} bytes`),
      );
      return;
    }
    const verdict = this.#window.accept(block, data.length);
    if (verdict.kind === "repeat") {
      if (verdict.acknowledge && !this.#flushing) this.#acknowledge();
      return;
    }
    this.#conversation.heardProgress();
    this.#file.append(data);
    const { maxFileBytes } = this.#context.limits;
    if (this.#file.bytes > maxFileBytes) void this.#fail(tooLarge(maxFileBytes));
    else if (verdict.last) void this.#commit();
    else if (!verdict.acknowledge) return;
    else if (this.#file.needsFlush) void this.#flushThenAcknowledge();
    else this.#acknowledge();
  }

  /** Holds the acknowledgement back until the disk has followed, so that memory stays bounded. */
  async #flushThenAcknowledge(): Promise<void> {
    this.#flushing = true;
    try {
      await this.#file.flush();
    } catch (error) {
      this.abort(faultOfFileError(error));
      return;
    } finally {
      this.#flushing = false;
    }
    if (this.#state !== "receiving") return;
    this.#conversation.heardProgress();
    this.#acknowledge();
  }

  async #commit(): Promise<void> {
    if (!this.#enter("lastBlock")) return;
    this.#conversation.stopTimers();
    let kind: "replaced" | "removed" | "nothing";
    try {
      kind = await this.#file.commit();
    } catch (error) {
      await this.#fail(faultOfFileError(error));
      return;
    }
    this.#enter("committed");
    this.#acknowledge();
    const { announcedBytes } = this.#agreement;
    this.#outcome.resolve({
      kind,
      name: this.#context.name,
      bytes: this.#file.bytes,
      durationMs: performance.now() - this.#startedAt,
      ...(announcedBytes === undefined ? {} : { announcedBytes }),
    });
  }

  #onSilence(): void {
    if (this.#flushing) return;
    if (this.#window.isFresh) {
      this.#conversation.send(this.#firstAnswer());
      return;
    }
    this.#window.acknowledgedOnTimer();
    this.#acknowledge();
  }

  #acknowledge(): void {
    this.#conversation.send(encodeAck(this.#window.lastBlock));
  }

  #firstAnswer(): Uint8Array {
    const { granted } = this.#agreement;
    return granted.size > 0 ? encodeOptionAck(granted) : encodeAck(0);
  }

  async #fail(fault: TftpFault): Promise<void> {
    const kind = this.#state === "opening" ? "refused" : "aborted";
    if (!this.#enter("failed")) return;
    this.#conversation.close(fault.tellsPeer ? encodeError(fault.wireCode, fault.message) : undefined);
    // A part that cannot be removed now is hidden, and swept at the next start.
    await this.#file.discard().catch(() => {});
    this.#outcome.resolve({ kind, bytes: this.#file.bytes, fault });
  }

  #enter(event: Event): boolean {
    const next = transition(STATES, this.#state, event);
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }
}

function tooLarge(maxFileBytes: number): TftpFault {
  return new TftpFault("TOO_LARGE", `files over ${maxFileBytes} bytes are not taken`);
}
