import type { RemoteInfo } from "node:dgram";
import type { Request } from "tftp";

const OPCODE = { data: 3, ack: 4, error: 5, optionAck: 6 } as const;

/** ERROR 5 (RFC 1350), for packets that do not belong to the transfer. */
const UNKNOWN_TRANSFER_ID = Buffer.from("\0\x05\0\x05unknown transfer ID\0");
/** ERROR 0, by which the server hears that nothing more comes. */
const GIVEN_UP = Buffer.from("\0\x05\0\0given up\0");

export interface GuardObserver {
  /** The server sent an ERROR that ends the transfer. */
  onServerError(errorCode: number, errorMessage: string): void;
  /** A packet of the server was let through. */
  onAnswer(): void;
  /** The request could not be sent. */
  onSendFailed(error: Error): void;
  /** The package threw; it must not be used further. */
  onBroken(error: unknown): void;
}

/**
 * Stands between the socket and the npm package's protocol code, and lets through only packets that
 * the code handles rightly. Without it, by reading and by trial of version 0.1.2:
 * - a repeated or partial acknowledgement near the end makes a PUT succeed whose last blocks are lost;
 * - an acknowledgement out of turn, or an OACK with an unknown option, throws inside the socket's
 *   handler and ends the process;
 * - a repeated OACK or an unknown opcode ends a transfer that would go on well;
 * - a packet of a stranger makes it send an ERROR to the server, which ends the transfer there;
 * - a request that this machine cannot send is taken for one that is not answered.
 *
 * What is held back is repaired by the package's own retransmission timer.
 */
export class Guard {
  readonly #request: Request;
  readonly #serverAddress: string;
  readonly #observer: GuardObserver;
  #nextDataBlock = 1;
  #released = false;

  /** To be made in the same tick as the request, before its socket opens. */
  constructor(request: Request, serverAddress: string, observer: GuardObserver) {
    this.#request = request;
    this.#serverAddress = serverAddress;
    this.#observer = observer;
    const open = request._open.bind(request);
    const send = request._send.bind(request);
    const initSocket = request._initSocket.bind(request);
    request._open = (withOptions) => {
      if (!this.#released) open(withOptions);
    };
    request._send = (packet, onSent) =>
      send(packet, request._firstPacket ? (error) => error && observer.onSendFailed(error) : onSent);
    request._initSocket = (socket, onMessage) =>
      initSocket(socket, (message, sender) => {
        try {
          if (!this.#admits(message, sender)) return;
          observer.onAnswer();
          onMessage(message, sender);
        } catch (error) {
          observer.onBroken(error);
        }
      });
  }

  /** Ends the request from outside: no timer, no socket and no later event of it is left. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    const request = this.#request;
    const serverWaits = !request._firstPacket && !request._closed;
    request._closed = true;
    request._requestTimer.reset();
    request._readerTimer?.reset();
    request._window?._writerTimer.reset();
    const socket = request._socket;
    if (socket === null) return;
    socket.removeAllListeners("close").removeAllListeners("message");
    const close = () => {
      try {
        socket.close();
      } catch {
        // The package has closed it in this tick.
      }
    };
    if (serverWaits) socket.send(GIVEN_UP, request._port, request._address, close);
    else close();
  }

  #admits(message: Buffer, sender: RemoteInfo): boolean {
    const request = this.#request;
    if (this.#released) return false;
    if (request._firstPacket) {
      if (sender.address !== this.#serverAddress) return false;
    } else if (sender.port !== request._port || sender.address !== request._address) {
      request._socket?.send(UNKNOWN_TRANSFER_ID, sender.port, sender.address, () => {});
      return false;
    }
    if (message.length < 4) return false;
    const block = message.readUInt16BE(2);
    switch (message.readUInt16BE(0)) {
      case OPCODE.data:
        return this.#admitsData(block);
      case OPCODE.ack:
        return message.length === 4 && this.#admitsAck(block);
      case OPCODE.error:
        this.#noteServerError(block, message);
        return true;
      case OPCODE.optionAck:
        return request._oackExpected && message.at(-1) === 0;
      default:
        return false;
    }
  }

  /** In lockstep only the next block is new; the package takes a block 0 out of turn for a rollover. */
  #admitsData(block: number): boolean {
    const isReader = this.#request._readerTimer !== undefined;
    if (!isReader || block !== this.#nextDataBlock) return false;
    this.#nextDataBlock = (block + 1) & 0xffff;
    return true;
  }

  /**
   * Only the acknowledgement of all blocks in flight, or of a request without options. One of a part of
   * the window is worked off here: the rest is sent again (RFC 7440, section 4).
   */
  #admitsAck(block: number): boolean {
    const request = this.#request;
    if (request._readerTimer !== undefined) return false;
    if (!request._extensionsEmitted) return block === 0;
    const window = request._window;
    const arrived = (window?._blocks.findIndex((inFlight) => inFlight.block === block) ?? -1) + 1;
    if (!window || arrived === 0) return false;
    if (arrived === window._blocks.length) return true;
    window._blocks.splice(0, arrived);
    window._restransmitterSendFn();
    return false;
  }

  #noteServerError(errorCode: number, message: Buffer): void {
    const request = this.#request;
    // The package then asks again without options.
    if (errorCode === 8 && request._oackExpected && !request._extensionsRetransmitted) return;
    const end = message.indexOf(0, 4);
    const text = message.toString("latin1", 4, end === -1 ? message.length : end);
    this.#observer.onServerError(errorCode, text.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, "?"));
  }
}
