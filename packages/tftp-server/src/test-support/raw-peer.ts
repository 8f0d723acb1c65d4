import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const HOST = "127.0.0.1";
const WAIT_MS = 5000;

/** A datagram of the server, read without the code under test. */
export interface Reply {
  opcode: number;
  /** Block number or error code. */
  value: number;
  /** Text of an ERROR or names and values of an OACK, NULs as spaces. */
  text: string;
  data: Buffer;
  port: number;
}

export const OPCODE = { data: 3, ack: 4, error: 5, optionAck: 6 } as const;

function request(opcode: 1 | 2, name: string | Buffer, ...rest: string[]): Buffer {
  const words = rest.length === 0 ? ["octet"] : rest;
  return Buffer.concat([Buffer.from([0, opcode]), Buffer.from(name), Buffer.from(`\0${words.join("\0")}\0`)]);
}

export const writeRequest = (name: string | Buffer, ...rest: string[]) => request(2, name, ...rest);
export const readRequest = (name: string | Buffer, ...rest: string[]) => request(1, name, ...rest);

export function dataPacket(block: number, content: Uint8Array | string): Buffer {
  return Buffer.concat([Buffer.from([0, 3, block >> 8, block & 0xff]), Buffer.from(content)]);
}

export function ackPacket(block: number): Buffer {
  return Buffer.from([0, 4, block >> 8, block & 0xff]);
}

/** One UDP socket that speaks TFTP by hand: every packet is sent and awaited by the test itself. */
export class RawPeer {
  readonly #socket: Socket;
  readonly #replies: Reply[] = [];
  #wake = () => {};
  /** Port of the server's transfer, once it has answered. */
  transferPort = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (message, { port }) => {
      const opcode = message.readUInt16BE(0);
      this.#replies.push({
        opcode,
        value: message.length >= 4 ? message.readUInt16BE(2) : -1,
        text: message
          .subarray(opcode === OPCODE.optionAck ? 2 : 4)
          .toString("latin1")
          .replaceAll("\0", " ")
          .trim(),
        data: message.subarray(4),
        port,
      });
      this.#wake();
    });
  }

  static async open(): Promise<RawPeer> {
    const socket = createSocket("udp4").bind(0, HOST);
    await once(socket, "listening");
    return new RawPeer(socket);
  }

  send(packet: Uint8Array, port = this.transferPort): void {
    this.#socket.send(packet, port, HOST);
  }

  /** The next reply; fails after a generous time. */
  async next(): Promise<Reply> {
    const deadline = performance.now() + WAIT_MS;
    while (this.#replies.length === 0) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`no reply within ${WAIT_MS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#replies.shift()!;
  }

  /** Sends a request to the listening port and remembers which port answers. */
  async begin(packet: Uint8Array, listeningPort: number): Promise<Reply> {
    this.send(packet, listeningPort);
    const reply = await this.next();
    this.transferPort = reply.port;
    return reply;
  }

  /** Sends to the transfer's port and awaits the answer. */
  async exchange(packet: Uint8Array): Promise<Reply> {
    this.send(packet);
    return await this.next();
  }

  /** Uploads in lockstep with 512-byte blocks and returns the last reply. */
  async upload(name: string, content: Uint8Array, listeningPort: number): Promise<Reply> {
    let reply = await this.begin(writeRequest(name), listeningPort);
    for (let block = 1; reply.opcode === OPCODE.ack; block += 1) {
      const chunk = content.subarray((block - 1) * 512, block * 512);
      reply = await this.exchange(dataPacket(block, chunk));
      if (chunk.length < 512) break;
    }
    return reply;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.close(resolve);
    });
  }
}
