import { createSocket } from "node:dgram";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { randomBytesOf, seededRandom } from "./test-support/random.ts";
import { dataPacket, OPCODE, writeRequest } from "./test-support/raw-peer.ts";
import { openPeer, startServer, temporaryDirectory } from "./test-support/test-server.ts";

const ROUNDS = 4000;
const SEED = 20_260_101;

test(`${ROUNDS} garbage datagrams to the port and to a transfer leave the server serving`, async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory, retransmitMs: 50, maxRetransmits: 2 });
  const random = seededRandom(SEED);
  const peer = await openPeer();
  await peer.begin(writeRequest("capture", "octet", "timeout", "30"), server.port);
  const stranger = createSocket("udp4");
  for (let round = 0; round < ROUNDS; round += 1) {
    const port = random() < 0.5 ? server.port : peer.transferPort;
    stranger.send(garbage(random), port, "127.0.0.1");
    if (round % 50 === 0) await nextTurn();
  }
  const reply = await peer.exchange(dataPacket(1, "still whole"));
  expect(reply).toMatchObject({ opcode: OPCODE.ack, value: 1 });
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("still whole");
  const after = await openPeer();
  expect(await after.upload("after", Buffer.from("x"), server.port)).toMatchObject({ opcode: OPCODE.ack });
  expect(server.counters.strangers).toBeGreaterThan(0);
  expect(server.counters.malformed).toBeGreaterThan(0);
  stranger.close();
  await server.close();
  expect((await readdir(directory)).filter((name) => name.endsWith(".part"))).toEqual([]);
});

/** Noise, half of it beginning like a packet; requests with every kind of end. */
function garbage(random: () => number): Buffer {
  const noise = randomBytesOf(random, Math.floor(random() * random() * 700));
  const kind = random();
  if (kind < 0.3) return noise;
  const opcode = Math.floor(random() * 8);
  if (kind < 0.7) return Buffer.concat([Buffer.from([0, opcode]), noise]);
  const words = ["octet", "blksize", String(Math.floor(random() * 1e6)), "tsize", "-1", "windowsize"];
  const text = `${noise.toString("latin1").slice(0, 20)}\0${words.slice(0, Math.floor(random() * 7)).join("\0")}`;
  return Buffer.concat([
    Buffer.from([0, random() < 0.5 ? 1 : 2]),
    Buffer.from(text),
    Buffer.alloc(opcode % 3),
  ]);
}
