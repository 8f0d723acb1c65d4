import { lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { randomBytesOf, seededRandom } from "./test-support/random.ts";
import { ackPacket, dataPacket, OPCODE, writeRequest } from "./test-support/raw-peer.ts";
import { nextEvent, openPeer, startServer, temporaryDirectory } from "./test-support/test-server.ts";

const content = (length: number) => randomBytesOf(seededRandom(length), length);
const visible = async (directory: string) =>
  (await readdir(directory)).filter((name) => !name.startsWith("."));

test.each([1, 511, 512, 513, 65536 * 3 + 7])("an upload of %i bytes arrives bit-exact", async (length) => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const received = nextEvent(server, "received");
  const peer = await openPeer();
  const last = await peer.upload("capture", content(length), server.port);
  expect(last).toMatchObject({ opcode: OPCODE.ack, value: (Math.floor(length / 512) + 1) & 0xffff });
  expect(await readFile(join(directory, "capture"))).toEqual(content(length));
  expect(await received).toMatchObject({ name: "capture", bytes: length });
  expect(server.counters).toMatchObject({ received: 1, receivedBytes: length, active: 0 });
});

test("agreed options are answered by an OACK and hold", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const body = content(2500);
  const peer = await openPeer();
  const options = ["octet", "blksize", "1000", "windowsize", "2", "tsize", "2500", "unknown", "1"];
  const oack = await peer.begin(writeRequest("capture", ...options), server.port);
  expect(oack).toMatchObject({ opcode: OPCODE.optionAck, text: "blksize 1000 windowsize 2 tsize 2500" });
  peer.send(dataPacket(1, body.subarray(0, 1000)));
  expect(await peer.exchange(dataPacket(2, body.subarray(1000, 2000)))).toMatchObject({ value: 2 });
  expect(await peer.exchange(dataPacket(3, body.subarray(2000)))).toMatchObject({ value: 3 });
  expect(await readFile(join(directory, "capture"))).toEqual(body);
});

test("nothing is visible under the final name until the upload is whole, and then it is at once", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const blocks = 80;
  const blockSize = 8192;
  const body = content(blocks * blockSize + 5);
  const peer = await openPeer();
  await peer.begin(writeRequest("slow", "octet", "blksize", String(blockSize)), server.port);
  const seen = new Set<string>();
  for (let block = 1; block <= blocks; block += 1) {
    await peer.exchange(dataPacket(block, body.subarray((block - 1) * blockSize, block * blockSize)));
    for (const name of await readdir(directory)) seen.add(name);
    if (block % 20 === 0) await sleep(2);
  }
  expect([...seen].every((name) => /^\.slow\..*\.part$/.test(name))).toBe(true);
  expect(seen.size).toBe(1);
  await peer.exchange(dataPacket(blocks + 1, body.subarray(blocks * blockSize)));
  expect(await readdir(directory)).toEqual(["slow"]);
  expect(await readFile(join(directory, "slow"))).toEqual(body);
});

test("an upload over an existing name replaces it in one step", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), content(4000));
  const server = await startServer({ directory });
  const peer = await openPeer();
  await peer.begin(writeRequest("capture"), server.port);
  await peer.exchange(dataPacket(1, content(512)));
  expect(await readFile(join(directory, "capture"))).toEqual(content(4000));
  await peer.exchange(dataPacket(2, "end"));
  expect(await readFile(join(directory, "capture"))).toEqual(
    Buffer.concat([content(512), Buffer.from("end")]),
  );
});

test("an upload that its sender ends with an error leaves the old file and nothing else", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), "old");
  const server = await startServer({ directory });
  const aborted = nextEvent(server, "aborted");
  const peer = await openPeer();
  await peer.begin(writeRequest("capture", "octet", "blksize", "65464"), server.port);
  for (let block = 1; block <= 8; block += 1)
    await peer.exchange(dataPacket(block, Buffer.alloc(65464, block)));
  peer.send(Buffer.from("\0\x05\0\0out of paper\0", "latin1"));
  expect(await aborted).toMatchObject({
    code: "PEER_ERROR",
    name: "capture",
    reason: "the peer ended it: error 0 out of paper",
  });
  expect(await readdir(directory)).toEqual(["capture"]);
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("old");
});

test("an upload whose sender falls silent is given up, and leaves the old file", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), "old");
  const server = await startServer({ directory, retransmitMs: 20, maxRetransmits: 3 });
  const aborted = nextEvent(server, "aborted");
  const peer = await openPeer();
  await peer.begin(writeRequest("capture"), server.port);
  await peer.exchange(dataPacket(1, content(512)));
  const repeats = [await peer.next(), await peer.next(), await peer.next()];
  expect(repeats.map(({ opcode, value }) => [opcode, value])).toEqual(Array(3).fill([OPCODE.ack, 1]));
  expect(await peer.next()).toMatchObject({ opcode: OPCODE.error, text: "no answer to 3 repeats" });
  expect(await aborted).toMatchObject({ code: "PEER_SILENT" });
  expect(await readdir(directory)).toEqual(["capture"]);
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("old");
});

test("an upload that goes on for too long is ended", async () => {
  const server = await startServer({ transferDeadlineMs: 100 });
  const aborted = nextEvent(server, "aborted");
  const peer = await openPeer();
  await peer.begin(writeRequest("capture"), server.port);
  expect(await peer.next()).toMatchObject({ opcode: OPCODE.error, text: "not finished within 100 ms" });
  expect(await aborted).toMatchObject({ code: "DEADLINE" });
});

test("an empty upload deletes the file of its name", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), "old");
  const server = await startServer({ directory });
  const removed = nextEvent(server, "removed");
  const peer = await openPeer();
  expect(await peer.upload("capture", new Uint8Array(0), server.port)).toMatchObject({ value: 1 });
  expect(await removed).toMatchObject({ name: "capture" });
  expect(await readdir(directory)).toEqual([]);
});

test("an empty upload to an absent name leaves nothing", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const peer = await openPeer();
  expect(await peer.upload("capture", new Uint8Array(0), server.port)).toMatchObject({
    opcode: OPCODE.ack,
    value: 1,
  });
  expect(await readdir(directory)).toEqual([]);
  expect(server.counters).toMatchObject({ received: 0, removed: 0 });
});

test("blocks from another port are answered with error 5 and do not get into the file", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const peer = await openPeer();
  const stranger = await openPeer();
  await peer.begin(writeRequest("capture"), server.port);
  stranger.send(dataPacket(1, "forged"), peer.transferPort);
  expect(await stranger.next()).toMatchObject({ opcode: OPCODE.error, value: 5 });
  expect(await peer.exchange(dataPacket(1, "true"))).toMatchObject({ opcode: OPCODE.ack, value: 1 });
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("true");
  expect(server.counters.strangers).toBe(1);
});

test("damaged datagrams to a transfer do not end it", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const peer = await openPeer();
  await peer.begin(writeRequest("capture"), server.port);
  for (const damaged of [[], [0], [0, 3], [0, 3, 0], [9, 9, 9, 9], [0, 4, 0, 1], [0, 6, 0, 0]]) {
    peer.send(Uint8Array.from(damaged));
  }
  expect(await peer.exchange(dataPacket(1, "whole"))).toMatchObject({ opcode: OPCODE.ack, value: 1 });
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("whole");
});

test("a block larger than agreed ends the transfer with error 4", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const peer = await openPeer();
  await peer.begin(writeRequest("capture"), server.port);
  expect(await peer.exchange(dataPacket(1, content(513)))).toMatchObject({ opcode: OPCODE.error, value: 4 });
  expect(await readdir(directory)).toEqual([]);
});

test("a repeated write request gets the first answer of the same transfer again", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const peer = await openPeer();
  const packet = writeRequest("capture", "octet", "blksize", "1000");
  await peer.begin(packet, server.port);
  peer.send(packet, server.port);
  expect(await peer.next()).toMatchObject({ opcode: OPCODE.optionAck, port: peer.transferPort });
  expect(server.counters.active).toBe(1);
  await peer.exchange(dataPacket(1, "x"));
  expect(await visible(directory)).toEqual(["capture"]);
});

test("a sender that begins anew from the same port after a silence gets a new transfer", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory, retransmitMs: 60 });
  const peer = await openPeer();
  await peer.begin(writeRequest("capture"), server.port);
  await peer.exchange(dataPacket(1, content(512)));
  const firstPort = peer.transferPort;
  const aborted = nextEvent(server, "aborted");
  await sleep(100);
  peer.send(writeRequest("capture"), server.port);
  let reply = await peer.next();
  while (reply.port === firstPort) reply = await peer.next();
  expect(await aborted).toMatchObject({ code: "REPLACED" });
  peer.send(dataPacket(1, "anew"), reply.port);
  expect(await peer.next()).toMatchObject({ opcode: OPCODE.ack, value: 1, port: reply.port });
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("anew");
});

test("two uploads from one port under two names both arrive", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const peer = await openPeer();
  const first = await peer.begin(writeRequest("a"), server.port);
  const second = await peer.begin(writeRequest("b"), server.port);
  peer.send(dataPacket(1, "A"), first.port);
  await peer.next();
  peer.send(dataPacket(1, "B"), second.port);
  await peer.next();
  expect(await readFile(join(directory, "a"), "utf8")).toBe("A");
  expect(await readFile(join(directory, "b"), "utf8")).toBe("B");
});

test("of two uploads under one name at a time, each is whole and the last to finish stays", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory });
  const one = await openPeer();
  const other = await openPeer();
  await one.begin(writeRequest("capture"), server.port);
  await other.begin(writeRequest("capture"), server.port);
  await one.exchange(dataPacket(1, content(512)));
  await other.exchange(dataPacket(1, "other"));
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("other");
  await one.exchange(dataPacket(2, "end"));
  expect(await readFile(join(directory, "capture"))).toHaveLength(515);
});

test("a last block that is repeated, since its acknowledgement was lost, is acknowledged again", async () => {
  const server = await startServer();
  const peer = await openPeer();
  await peer.upload("capture", Buffer.from("whole"), server.port);
  expect(server.counters).toMatchObject({ active: 0, dallying: 1 });
  expect(await peer.exchange(dataPacket(1, "whole"))).toMatchObject({ opcode: OPCODE.ack, value: 1 });
  expect(server.counters.received).toBe(1);
});

test("only so many finished uploads go on answering", async () => {
  const server = await startServer({ maxDallying: 2 });
  for (const name of ["a", "b", "c", "d"]) {
    const peer = await openPeer();
    await peer.upload(name, Buffer.from(name), server.port);
  }
  expect(server.counters).toMatchObject({ received: 4, dallying: 2 });
});

test.each(["../outside", "sub/capture", "..", "a\\b", "a\u0001b", "x.part"])(
  "the name %j is refused with error 2 and nothing is written",
  async (name) => {
    const parent = await temporaryDirectory();
    const directory = join(parent, "root");
    await mkdir(join(directory, "sub"), { recursive: true });
    const server = await startServer({ directory });
    const refused = nextEvent(server, "refused");
    const peer = await openPeer();
    expect(await peer.begin(writeRequest(name), server.port)).toMatchObject({
      opcode: OPCODE.error,
      value: 2,
    });
    expect(await refused).toMatchObject({ code: "NAME_REFUSED", operation: "write" });
    expect([await readdir(parent), await readdir(directory)]).toEqual([["root"], ["sub"]]);
  },
);

test("a link in the directory is neither followed nor replaced", async () => {
  const parent = await temporaryDirectory();
  const directory = join(parent, "root");
  await mkdir(directory);
  await writeFile(join(parent, "outside"), "secret");
  await symlink(join(parent, "outside"), join(directory, "link"));
  await symlink(join(parent, "absent"), join(directory, "dangling"));
  const server = await startServer({ directory });
  for (const name of ["link", "dangling"]) {
    for (const body of ["forged", ""]) {
      const peer = await openPeer();
      const reply = await peer.upload(name, Buffer.from(body), server.port);
      expect(reply).toMatchObject({ opcode: OPCODE.error, value: 2 });
    }
    expect((await lstat(join(directory, name))).isSymbolicLink()).toBe(true);
  }
  expect(await readdir(parent)).toEqual(["outside", "root"]);
  expect(await readFile(join(parent, "outside"), "utf8")).toBe("secret");
});

test("the configured prefix is taken off", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory, namePrefix: "/pnm/utsc/" });
  for (const name of ["/pnm/utsc/a", "pnm/utsc/b", "/c"]) {
    const peer = await openPeer();
    await peer.upload(name, Buffer.from(name), server.port);
  }
  expect((await readdir(directory)).sort()).toEqual(["a", "b", "c"]);
});

test("an acknowledgement from the sender is not taken for data", async () => {
  const server = await startServer();
  const peer = await openPeer();
  await peer.begin(writeRequest("capture"), server.port);
  peer.send(ackPacket(0));
  expect(await peer.exchange(dataPacket(1, "x"))).toMatchObject({ opcode: OPCODE.ack, value: 1 });
});
