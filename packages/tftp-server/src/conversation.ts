import { createSocket, type Socket, type SocketType } from "node:dgram";
import type { TftpCounters } from "./counters.ts";
import { TftpFault } from "./fault.ts";
import { ERROR_CODE, encodeError, type Packet, parsePacket } from "./packets.ts";

/** Address and port of the other side: its transfer identifier (RFC 1350, section 4). */
export interface Peer {
  address: string;
  port: number;
}

export interface ConversationOptions {
  socketType: SocketType;
  /** Address to bind to: the one that the server listens on. */
  host: string;
  peer: Peer;
  maxRetransmits: number;
  deadlineMs: number;
  counters: TftpCounters;
  onPacket: (packet: Packet) => void;
  /** Sends the last packet again. */
  onSilence: () => void;
  onFault: (fault: TftpFault) => void;
}

/**
 * One transfer's socket on a fresh port, with its peer check and its timers. Packets of anybody but
 * the peer are answered with error 5 and go no further; damaged ones are dropped, since the peer repeats.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #socket: Socket;
  readonly #deadline: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;
  #retransmits = 0;
  #closed = false;
  #socketClosed = false;
  /** Time of the last packet of the peer, on the clock of `performance.now()`. */
  lastHeardAt = performance.now();

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#deadline = setTimeout(
      () => this.#fail(new TftpFault("DEADLINE", `not finished within ${options.deadlineMs} ms`)),
      options.deadlineMs,
    );
    this.#socket = createSocket(options.socketType);
    this.#socket.on("error", (cause) => {
      this.#fail(new TftpFault("NETWORK", `network error: ${cause.message}`, { cause }));
      this.#closeSocket();
    });
    this.#socket.on("message", (datagram, sender) => this.#receive(datagram, sender));
  }

  /** Binds a fresh port. A failure is reported as a fault, like every later one. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.once("error", () => resolve());
      this.#socket.bind(0, this.#options.host, resolve);
    });
  }

  send(packet: Uint8Array): void {
    if (this.#closed) return;
    this.#socket.send(packet, this.#options.peer.port, this.#options.peer.address);
  }

  /** Starts the timer that repeats the last packet whenever the peer is silent for `retransmitMs`. */
  watchSilence(retransmitMs: number): void {
    this.#silence = setInterval(() => {
      this.#retransmits += 1;
      if (this.#retransmits > this.#options.maxRetransmits) {
        this.#fail(
          new TftpFault("PEER_SILENT", `no answer to ${this.#options.maxRetransmits} repeats`, {
            retryable: true,
          }),
        );
        return;
      }
      this.#options.counters.retransmits += 1;
      this.#options.onSilence();
    }, retransmitMs);
  }

  /** To be called on progress: the count of repeats begins again. */
  heardProgress(): void {
    this.#retransmits = 0;
    this.#silence?.refresh();
  }

  /** Ends the timers; the socket goes on answering. */
  stopTimers(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#silence);
  }

  /** Closes the socket, after a last packet where one is given. */
  close(lastPacket?: Uint8Array): void {
    if (this.#closed) return;
    this.stopTimers();
    this.#closed = true;
    const { port, address } = this.#options.peer;
    if (lastPacket === undefined) this.#closeSocket();
    else this.#socket.send(lastPacket, port, address, () => this.#closeSocket());
  }

  #receive(datagram: Uint8Array, sender: Peer): void {
    if (this.#closed) return;
    const { peer, counters } = this.#options;
    if (sender.port !== peer.port || sender.address !== peer.address) {
      counters.strangers += 1;
      const refusal = encodeError(ERROR_CODE.unknownTransferId, "unknown transfer ID");
      this.#socket.send(refusal, sender.port, sender.address, () => {});
      return;
    }
    this.lastHeardAt = performance.now();
    const packet = parsePacket(datagram);
    if (packet === undefined) {
      counters.malformed += 1;
    } else if (packet.kind === "error") {
      this.#fail(
        new TftpFault("PEER_ERROR", `the peer ended it: error ${packet.errorCode} ${packet.message}`.trim()),
      );
    } else {
      this.#options.onPacket(packet);
    }
  }

  #fail(fault: TftpFault): void {
    if (!this.#closed) this.#options.onFault(fault);
  }

  #closeSocket(): void {
    if (this.#socketClosed) return;
    this.#socketClosed = true;
    this.#socket.close();
  }
}
