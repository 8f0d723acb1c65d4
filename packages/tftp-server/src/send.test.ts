import { execFileSync } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { randomBytesOf, seededRandom } from "./test-support/random.ts";
import { ackPacket, OPCODE, type Reply, readRequest } from "./test-support/raw-peer.ts";
import { nextEvent, openPeer, startServer, temporaryDirectory } from "./test-support/test-server.ts";

const content = (length: number) => randomBytesOf(seededRandom(length), length);

test.each([0, 1, 511, 512, 513, 20_000])("a file of %i bytes is sent bit-exact", async (length) => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), content(length));
  const server = await startServer({ directory });
  const sent = nextEvent(server, "sent");
  const peer = await openPeer();
  const chunks: Buffer[] = [];
  let reply = await peer.begin(readRequest("/capture"), server.port);
  for (let block = 1; ; block += 1) {
    expect(reply).toMatchObject({ opcode: OPCODE.data, value: block });
    chunks.push(reply.data);
    if (reply.data.length < 512) break;
    reply = await peer.exchange(ackPacket(block));
  }
  peer.send(ackPacket(chunks.length));
  expect(await sent).toMatchObject({ name: "capture", bytes: length });
  expect(Buffer.concat(chunks)).toEqual(content(length));
});

test("a window is sent whole, and again from the block after the last that arrived", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), content(5000));
  const server = await startServer({ directory });
  const peer = await openPeer();
  const packet = readRequest("capture", "octet", "blksize", "1000", "windowsize", "3", "tsize", "0");
  const oack = await peer.begin(packet, server.port);
  expect(oack).toMatchObject({ opcode: OPCODE.optionAck, text: "blksize 1000 windowsize 3 tsize 5000" });
  const window = async () => [await peer.next(), await peer.next(), await peer.next()];
  const numbers = (replies: Reply[]) => replies.map(({ value }) => value);
  peer.send(ackPacket(0));
  expect(numbers(await window())).toEqual([1, 2, 3]);
  peer.send(ackPacket(1));
  expect(numbers(await window())).toEqual([2, 3, 4]);
  peer.send(ackPacket(4));
  expect(await peer.next()).toMatchObject({ value: 5 });
  expect(await peer.next()).toMatchObject({ value: 6, data: Buffer.alloc(0) });
});

test("a block that is not acknowledged is sent again, then the transfer is given up", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), "whole");
  const server = await startServer({ directory, retransmitMs: 20, maxRetransmits: 2 });
  const aborted = nextEvent(server, "aborted");
  const peer = await openPeer();
  const first = await peer.begin(readRequest("capture"), server.port);
  expect([await peer.next(), await peer.next()]).toEqual([first, first]);
  expect(await peer.next()).toMatchObject({ opcode: OPCODE.error });
  expect(await aborted).toMatchObject({ code: "PEER_SILENT", operation: "read" });
  expect(server.counters).toMatchObject({ active: 0, retransmits: 2 });
});

test("absent files, links, folders, pipes and names out of the directory are refused", async () => {
  const parent = await temporaryDirectory();
  const directory = join(parent, "root");
  await mkdir(join(directory, "folder"), { recursive: true });
  await writeFile(join(parent, "outside"), "secret");
  await symlink(join(parent, "outside"), join(directory, "link"));
  execFileSync("mkfifo", [join(directory, "pipe")]);
  const server = await startServer({ directory });
  const answers: [string, number][] = [];
  for (const name of ["absent", "link", "folder", "pipe", "../outside", "folder/x"]) {
    const peer = await openPeer();
    const reply = await peer.begin(readRequest(name), server.port);
    expect(reply.opcode).toBe(OPCODE.error);
    expect(reply.text).not.toContain(parent);
    answers.push([name, reply.value]);
  }
  expect(answers).toEqual([
    ["absent", 1],
    ["link", 2],
    ["folder", 2],
    ["pipe", 2],
    ["../outside", 2],
    ["folder/x", 2],
  ]);
  expect(server.counters).toMatchObject({ refused: 6, active: 0 });
});

test("a file over the limit is not sent", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), content(2000));
  const server = await startServer({ directory, maxFileBytes: 1999 });
  const peer = await openPeer();
  expect(await peer.begin(readRequest("capture"), server.port)).toMatchObject({
    opcode: OPCODE.error,
    value: 3,
  });
});

test("a repeated read request gets the first block of the same transfer again", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), "whole");
  const server = await startServer({ directory });
  const peer = await openPeer();
  const first = await peer.begin(readRequest("capture"), server.port);
  peer.send(readRequest("capture"), server.port);
  expect(await peer.next()).toEqual(first);
  expect(server.counters.active).toBe(1);
});
