import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import { PnmLabError, sleep } from "@pnmlab/kit";

const BLOCK_OCTETS = 512;
const WRITE_REQUEST = 2;
const DATA = 3;
const ACK = 4;
const TRIES = 4;
const REPEAT_MS = 1000;

export interface PacedPut {
  /** An address, not a name. */
  host: string;
  port: number;
  name: string;
  data: Uint8Array;
  /** No faster than this. */
  octetsPerS?: number;
  /** Falls silent once so many octets are acknowledged. */
  silentAfterOctets?: number;
  signal: AbortSignal;
}

/**
 * A PUT as RFC 1350 has it, block by block and without options, that can be slow or give up in the middle
 * without a word: what a sound client never does.
 *
 * @returns whether the whole file is acknowledged
 * @throws PnmLabError `TFTP_TIMEOUT` or `TFTP_REFUSED`, or the reason of the signal
 */
export async function pacedPut(put: PacedPut): Promise<boolean> {
  const { host, data, octetsPerS = Infinity, silentAfterOctets = Infinity, signal } = put;
  const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
  let port = put.port;
  const exchange = async (packet: Uint8Array, block: number): Promise<void> => {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(REPEAT_MS)]);
      socket.send(packet, port, host, () => {});
      try {
        for (;;) {
          const [answer, sender] = (await once(socket, "message", { signal: limit })) as [
            Buffer,
            { port: number },
          ];
          if (answer.length < 4) continue;
          const [opcode, number] = [answer.readUInt16BE(0), answer.readUInt16BE(2)];
          if (opcode === ACK && number === block) {
            port = sender.port;
            return;
          }
          if (opcode !== ACK) {
            throw new PnmLabError("TFTP_REFUSED", `the server answers ${put.name} with error ${number}`);
          }
        }
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof PnmLabError) throw error;
      }
    }
    throw new PnmLabError("TFTP_TIMEOUT", `no answer from ${host}:${put.port} to ${put.name}`);
  };
  // A datagram that cannot be sent is one that is not answered.
  socket.on("error", () => {});
  try {
    await exchange(writeRequest(put.name), 0);
    for (let block = 1, from = 0; ; block += 1, from += BLOCK_OCTETS) {
      if (from >= silentAfterOctets) return false;
      const content = data.subarray(from, from + BLOCK_OCTETS);
      await exchange(dataPacket(block, content), block & 0xffff);
      if (content.length < BLOCK_OCTETS) return true;
      if (octetsPerS < Infinity) await sleep((1000 * content.length) / octetsPerS, signal);
    }
  } finally {
    socket.close();
  }
}

function writeRequest(name: string): Uint8Array {
  return Buffer.concat([Buffer.of(0, WRITE_REQUEST), Buffer.from(`${name}\0octet\0`)]);
}

function dataPacket(block: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.of(0, DATA, (block >> 8) & 0xff, block & 0xff), content]);
}
