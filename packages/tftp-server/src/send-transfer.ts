import { type TransitionTable, transition } from "@pnmlab/kit";
import { Conversation } from "./conversation.ts";
import { fileInMemory, type ReadableFile } from "./directory.ts";
import { faultOfFileError, TftpFault } from "./fault.ts";
import { type Agreement, agreeOnOptions } from "./options.ts";
import { encodeData, encodeError, encodeOptionAck, type Packet } from "./packets.ts";
import { SendWindow } from "./send-window.ts";
import type { Transfer, TransferContext, TransferOutcome } from "./transfer.ts";

type State = "opening" | "offering" | "sending" | "closed";
type Event = "offered" | "accepted" | "done" | "failed";

const STATES: TransitionTable<State, Event> = {
  opening: { offered: "offering", accepted: "sending", failed: "closed" },
  offering: { accepted: "sending", failed: "closed" },
  sending: { done: "closed", failed: "closed" },
  closed: {},
};

/** A download: RRQ to the peer's acknowledgement of the last block. Reads one window at a time. */
export class SendTransfer implements Transfer {
  readonly #context: TransferContext;
  readonly #conversation: Conversation;
  readonly #startedAt = performance.now();
  readonly #outcome = Promise.withResolvers<TransferOutcome>();
  #state: State = "opening";
  #handle: ReadableFile | undefined;
  #fileBytes = 0;
  #agreement: Agreement;
  #window: SendWindow | undefined;
  #reading = false;
  #lastPackets: Uint8Array[] = [];

  constructor(context: TransferContext) {
    this.#context = context;
    this.#agreement = agreeOnOptions(context.requestedOptions, context.limits);
    this.#conversation = new Conversation({
      ...context,
      maxRetransmits: context.limits.maxRetransmits,
      deadlineMs: context.limits.transferDeadlineMs,
      onPacket: (packet) => this.#onPacket(packet),
      onSilence: () => this.#send(this.#lastPackets),
      onFault: (fault) => this.abort(fault),
    });
  }

  run(): Promise<TransferOutcome> {
    void this.#open();
    return this.#outcome.promise;
  }

  abort(fault: TftpFault): void {
    const kind = this.#state === "opening" ? "refused" : "aborted";
    if (!this.#enter("failed")) return;
    this.#conversation.close(fault.tellsPeer ? encodeError(fault.wireCode, fault.message) : undefined);
    void this.#finish({ kind, bytes: 0, fault });
  }

  repeatRequest(): boolean {
    if (this.#state === "opening") return true;
    if (this.#window?.isFresh) {
      this.#send(this.#lastPackets);
      return true;
    }
    return performance.now() - this.#conversation.lastHeardAt < this.#agreement.retransmitMs;
  }

  close(): void {}

  async #open(): Promise<void> {
    const { content, directory, limits, name, requestedOptions } = this.#context;
    try {
      const [{ handle, bytes }] = await Promise.all([
        content ? fileInMemory(content) : directory.openForReading(name),
        this.#conversation.open(),
      ]);
      this.#handle = handle;
      this.#fileBytes = bytes;
    } catch (error) {
      this.abort(faultOfFileError(error));
      return;
    }
    if (this.#state !== "opening") {
      await this.#closeHandle();
      return;
    }
    if (this.#fileBytes > limits.maxFileBytes) {
      this.abort(new TftpFault("TOO_LARGE", `files over ${limits.maxFileBytes} bytes are not sent`));
      return;
    }
    this.#agreement = agreeOnOptions(requestedOptions, limits, this.#fileBytes);
    const { blockSize, granted, retransmitMs, windowSize } = this.#agreement;
    this.#window = new SendWindow(this.#fileBytes, blockSize, windowSize);
    this.#conversation.watchSilence(retransmitMs);
    if (granted.size > 0) {
      this.#enter("offered");
      this.#lastPackets = [encodeOptionAck(granted)];
      this.#send(this.#lastPackets);
    } else {
      this.#enter("accepted");
      await this.#sendWindow(this.#window);
    }
  }

  #onPacket(packet: Packet): void {
    const window = this.#window;
    if (packet.kind !== "ack" || window === undefined || this.#reading) return;
    if (this.#state === "offering") {
      if (packet.block !== 0 || !this.#enter("accepted")) return;
      this.#conversation.heardProgress();
      void this.#sendWindow(window);
      return;
    }
    const verdict = window.acknowledge(packet.block);
    if (verdict === "ignore") return;
    if (verdict === "repeat") {
      this.#send(this.#lastPackets);
      return;
    }
    this.#conversation.heardProgress();
    if (verdict === "next") void this.#sendWindow(window);
    else this.#complete();
  }

  async #sendWindow(window: SendWindow): Promise<void> {
    this.#reading = true;
    try {
      this.#lastPackets = await this.#readWindow(window);
    } catch (error) {
      this.abort(faultOfFileError(error));
      return;
    } finally {
      this.#reading = false;
    }
    this.#send(this.#lastPackets);
  }

  async #readWindow(window: SendWindow): Promise<Uint8Array[]> {
    const { first, count } = window.range;
    const { blockSize } = this.#agreement;
    const start = first * blockSize;
    const content = new Uint8Array(Math.min(count * blockSize, this.#fileBytes - start));
    for (let filled = 0; filled < content.length; ) {
      const { bytesRead } = await this.#handle!.read(
        content,
        filled,
        content.length - filled,
        start + filled,
      );
      if (bytesRead === 0) throw new TftpFault("IO_ERROR", "the file became shorter while it was sent");
      filled += bytesRead;
    }
    return Array.from({ length: count }, (_, index) =>
      encodeData((first + index + 1) & 0xffff, content.subarray(index * blockSize, (index + 1) * blockSize)),
    );
  }

  #send(packets: readonly Uint8Array[]): void {
    for (const packet of packets) this.#conversation.send(packet);
  }

  #complete(): void {
    if (!this.#enter("done")) return;
    this.#conversation.close();
    void this.#finish({
      kind: "sent",
      name: this.#context.name,
      bytes: this.#fileBytes,
      durationMs: performance.now() - this.#startedAt,
    });
  }

  async #finish(outcome: TransferOutcome): Promise<void> {
    await this.#closeHandle();
    this.#outcome.resolve(outcome);
  }

  async #closeHandle(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => {});
  }

  #enter(event: Event): boolean {
    const next = transition(STATES, this.#state, event);
    if (next === undefined) return false;
    this.#state = next;
    return true;
  }
}
