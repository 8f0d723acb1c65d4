import { createSocket, type Socket } from "node:dgram";
import { EventEmitter } from "node:events";

/**
 * A UDP socket that is connected to one address and port, in the shape in which net-snmp wants a socket.
 *
 * net-snmp takes an answer from anybody who knows the request id. A connected socket lets the kernel
 * drop what does not come from the address that was asked, and tells of a port on which nothing listens.
 * What goes wrong while an answer is read is an event here and never an exception that ends the program.
 */
export class ConnectedSocket extends EventEmitter {
  readonly #socket: Socket;
  readonly #onError: (error: unknown) => void;
  readonly #connected: Promise<void>;
  #isConnected = false;

  constructor(family: 4 | 6, address: string, port: number, onError: (error: unknown) => void) {
    super();
    this.#onError = onError;
    this.#socket = createSocket(family === 4 ? "udp4" : "udp6");
    this.#socket.on("error", onError);
    this.#socket.on("message", (message) => this.#deliver(message));
    this.#connected = new Promise((resolve, reject) => {
      this.#socket.once("connect", () => {
        this.#isConnected = true;
        resolve();
      });
      this.#socket.once("error", reject);
      this.#socket.connect(port, address);
    });
    this.#connected.catch(() => {
      // Reported by `onError`, and again to each sender.
    });
  }

  /** Sends one datagram to the peer; port and address, which net-snmp names, are those of the connection. */
  send(
    datagram: Buffer,
    offset: number,
    length: number,
    _port: number,
    _address: string,
    done: (error: Error | null, bytes?: number) => void,
  ): void {
    if (this.#isConnected) {
      this.#socket.send(datagram, offset, length, done);
      return;
    }
    this.#connected
      .then(
        () => this.#socket.send(datagram, offset, length, done),
        (error: Error) => done(error),
      )
      .catch((error: Error) => done(error));
  }

  close(): void {
    this.#socket.close();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  #deliver(message: Buffer): void {
    try {
      this.emit("message", message);
    } catch (error) {
      this.#onError(error);
    }
  }
}
