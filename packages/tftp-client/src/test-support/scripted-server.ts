import { createSocket, type RemoteInfo } from "node:dgram";
import { once } from "node:events";
import { onTestFinished } from "vitest";

const HOST = "127.0.0.1";

export interface ScriptedServer {
  port: number;
  /** Datagrams that came, oldest first. */
  received: Buffer[];
  /** Sends to the client from another port than the transfer's; resolves with the client's answer. */
  sendAsStranger(packet: Uint8Array): Promise<Buffer>;
  /** Resolves when `count` datagrams have come. */
  awaitReceived(count: number): Promise<void>;
}

export const oack = (...words: string[]) => Buffer.from(`\0\x06${words.map((word) => `${word}\0`).join("")}`);
export const ack = (block: number) => Buffer.from([0, 4, block >> 8, block & 0xff]);
export const data = (block: number, content: string) =>
  Buffer.concat([Buffer.from([0, 3, block >> 8, block & 0xff]), Buffer.from(content)]);
export const error = (code: number, message: string) =>
  Buffer.from(`\0\x05\0${String.fromCharCode(code)}${message}\0`);

/** A server that answers the datagram number n (from 0) as the test wants; all from one port. */
export async function startScriptedServer(
  answer: (datagram: Buffer, index: number) => readonly Uint8Array[],
): Promise<ScriptedServer> {
  const socket = createSocket("udp4").bind(0, HOST);
  const stranger = createSocket("udp4").bind(0, HOST);
  await Promise.all([once(socket, "listening"), once(stranger, "listening")]);
  onTestFinished(() => {
    socket.close();
    stranger.close();
  });
  const received: Buffer[] = [];
  let client: RemoteInfo | undefined;
  let arrived = () => {};
  socket.on("message", (datagram, sender) => {
    client = sender;
    received.push(datagram);
    for (const packet of answer(datagram, received.length - 1)) socket.send(packet, sender.port, HOST);
    arrived();
  });
  return {
    port: socket.address().port,
    received,
    sendAsStranger: async (packet) => {
      stranger.send(packet, client!.port, HOST);
      const [reply] = (await once(stranger, "message")) as [Buffer];
      return reply;
    },
    awaitReceived: async (count) => {
      while (received.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
  };
}
