import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { PnmLabError } from "@pnmlab/kit";
import type { SnmpEngine } from "./engine.ts";
import type { Faults } from "./faults.ts";

/** Bytes of requests that may wait in the kernel while a frame is computed. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

export interface AgentOptions {
  engine: SnmpEngine;
  faults: Faults;
  host: string;
  /** UDP port; 0 takes any free one. */
  port: number;
}

/** An engine on a UDP socket. */
export class SnmpAgent implements AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly #socket: Socket;
  readonly #engine: SnmpEngine;
  readonly #faults: Faults;
  readonly #delayed = new Set<NodeJS.Timeout>();
  #closing: Promise<void> | undefined;

  private constructor(options: AgentOptions, socket: Socket) {
    const { address, port } = socket.address();
    this.address = address;
    this.port = port;
    this.#socket = socket;
    this.#engine = options.engine;
    this.#faults = options.faults;
    socket.on("message", (datagram, sender) => this.#receive(datagram, sender));
    // A manager that is gone answers with ICMP: nothing to do, and nothing to end for.
    socket.on("error", () => {});
  }

  /** @throws PnmLabError `PORT_IN_USE` or `HOST_NOT_USABLE`, naming host and port. */
  static async listen(agent: AgentOptions): Promise<SnmpAgent> {
    const socket = createSocket({
      type: isIPv6(agent.host) ? "udp6" : "udp4",
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once("error", reject);
        socket.bind(agent.port, agent.host, () => {
          socket.off("error", reject);
          resolve();
        });
      });
    } catch (cause) {
      socket.close();
      const { code, message } = cause as NodeJS.ErrnoException;
      const place = `UDP port ${agent.host}:${agent.port}`;
      const options = { cause, details: { host: agent.host, port: agent.port } };
      throw code === "EADDRINUSE"
        ? new PnmLabError("PORT_IN_USE", `${place} is in use by another program`, options)
        : new PnmLabError("HOST_NOT_USABLE", `${place} cannot be opened: ${message}`, options);
    }
    return new SnmpAgent(agent, socket);
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      for (const timer of this.#delayed) clearTimeout(timer);
      this.#socket.close(() => resolve());
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #receive(datagram: Uint8Array, sender: RemoteInfo): void {
    if (this.#faults.losesRequest()) return;
    const response = this.#engine.respond(datagram);
    if (response === undefined || this.#faults.losesResponse()) return;
    const send = () => {
      // A datagram that cannot be sent is a lost datagram, which managers know how to repeat.
      if (!this.#closing) this.#socket.send(response, sender.port, sender.address, () => {});
    };
    this.#after(this.#faults.delayMs(), send);
    if (this.#faults.duplicatesResponse()) this.#after(this.#faults.delayMs(), send);
  }

  #after(delayMs: number, send: () => void): void {
    if (delayMs <= 0) {
      send();
      return;
    }
    const timer = setTimeout(() => {
      this.#delayed.delete(timer);
      send();
    }, delayMs);
    this.#delayed.add(timer);
  }
}
