import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { TftpServer } from "./server.ts";
import { dataPacket, OPCODE, writeRequest } from "./test-support/raw-peer.ts";
import { nextEvent, openPeer, startServer, temporaryDirectory } from "./test-support/test-server.ts";

test("a port in use is an error that names host and port, and leaves the directory alone", async () => {
  const directory = await temporaryDirectory();
  const first = await startServer();
  await writeFile(join(directory, ".capture.0123456789-1.part"), "of the other server");
  const second = TftpServer.listen({ host: "127.0.0.1", port: first.port, directory });
  await expect(second).rejects.toMatchObject({
    code: "PORT_IN_USE",
    message: `UDP port 127.0.0.1:${first.port} is in use by another program`,
  });
  expect(await readdir(directory)).toHaveLength(1);
});

test("an address of another machine is an error that names it", async () => {
  const directory = await temporaryDirectory();
  await expect(TftpServer.listen({ host: "192.0.2.1", port: 0, directory })).rejects.toMatchObject({
    code: "HOST_NOT_USABLE",
    message: expect.stringContaining("192.0.2.1:0"),
  });
});

test("an absent directory is an error that names it, and the port is free again", async () => {
  const directory = join(await temporaryDirectory(), "absent");
  const probe = await startServer();
  const { port } = probe;
  await probe.close();
  const start = TftpServer.listen({ host: "127.0.0.1", port, directory });
  await expect(start).rejects.toMatchObject({
    code: "DIRECTORY_UNUSABLE",
    message: expect.stringContaining(directory),
  });
  await startServer({ port });
});

test("what an earlier crash left unfinished is removed at start, and nothing else", async () => {
  const directory = await temporaryDirectory();
  const left = [".capture.0123456789-1.part", ".x.part.abcdefabcd-77.part"];
  const kept = [".hidden", "capture", "capture.part", ".notes.part"];
  for (const name of [...left, ...kept]) await writeFile(join(directory, name), name);
  await startServer({ directory });
  expect((await readdir(directory)).sort()).toEqual(kept.sort());
});

test("closing ends transfers, tells their peers and leaves nothing unfinished behind", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "capture"), "old");
  const server = await startServer({ directory });
  const done = await openPeer();
  await done.upload("done", Buffer.from("whole"), server.port);
  const peer = await openPeer();
  await peer.begin(writeRequest("capture", "octet", "blksize", "65464"), server.port);
  for (let block = 1; block <= 8; block += 1) await peer.exchange(dataPacket(block, Buffer.alloc(65464)));
  expect(await readdir(directory)).toHaveLength(3);
  await Promise.all([server.close(), server.close()]);
  expect(await peer.next()).toMatchObject({ opcode: OPCODE.error, text: "the server is closing" });
  expect((await readdir(directory)).sort()).toEqual(["capture", "done"]);
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("old");
  expect(server.counters).toMatchObject({ active: 0, dallying: 0, aborted: 1 });
  await startServer({ port: server.port });
});

test("more transfers than the limit are refused as busy, until one ends", async () => {
  const server = await startServer({ maxTransfers: 2 });
  const one = await openPeer();
  const two = await openPeer();
  const three = await openPeer();
  await one.begin(writeRequest("one"), server.port);
  await two.begin(writeRequest("two"), server.port);
  const refused = nextEvent(server, "refused");
  expect(await three.begin(writeRequest("three"), server.port)).toMatchObject({
    opcode: OPCODE.error,
    value: 0,
  });
  expect(await refused).toMatchObject({ code: "BUSY", name: "three" });
  await one.exchange(dataPacket(1, "x"));
  expect(await three.upload("three", Buffer.from("x"), server.port)).toMatchObject({ opcode: OPCODE.ack });
});

test("an upload that announces more than the limit is refused before its data", async () => {
  const server = await startServer({ maxFileBytes: 1000 });
  const refused = nextEvent(server, "refused");
  const peer = await openPeer();
  const reply = await peer.begin(writeRequest("big", "octet", "tsize", "1001"), server.port);
  expect(reply).toMatchObject({ opcode: OPCODE.error, value: 3 });
  expect(await refused).toMatchObject({ code: "TOO_LARGE" });
});

test("an upload that grows over the limit is ended, and its part is removed", async () => {
  const directory = await temporaryDirectory();
  const server = await startServer({ directory, maxFileBytes: 400_000 });
  const aborted = nextEvent(server, "aborted");
  const peer = await openPeer();
  let reply = await peer.begin(writeRequest("big", "octet", "blksize", "65464"), server.port);
  for (let block = 1; reply.opcode !== OPCODE.error; block += 1) {
    reply = await peer.exchange(dataPacket(block, Buffer.alloc(65464)));
  }
  expect(reply.value).toBe(3);
  expect(await aborted).toMatchObject({ code: "TOO_LARGE" });
  expect(await readdir(directory)).toEqual([]);
});

test("uploads are refused as disk full while too little is free", async () => {
  const server = await startServer({ minFreeBytes: Number.MAX_SAFE_INTEGER });
  const refused = nextEvent(server, "refused");
  const peer = await openPeer();
  const reply = await peer.begin(writeRequest("capture"), server.port);
  expect(reply).toMatchObject({ opcode: OPCODE.error, value: 3, text: "disk full" });
  expect(await refused).toMatchObject({ code: "DISK_FULL" });
  expect(server.counters).toMatchObject({ refused: 1, active: 0 });
});

test("a disk that fills up during an upload ends it with error 3, and the part and the old file are as they should", async (context) => {
  const directory = join(await temporaryDirectory(), "small");
  await mkdir(directory);
  if (!mountSmallDisk(directory)) context.skip("needs the right to mount a small file system");
  onTestFinished(() => void execFileSync("umount", ["--lazy", directory]));
  await writeFile(join(directory, "capture"), "old");
  const server = await startServer({ directory, minFreeBytes: 0 });
  const aborted = nextEvent(server, "aborted");
  const peer = await openPeer();
  let reply = await peer.begin(writeRequest("capture", "octet", "blksize", "65464"), server.port);
  for (let block = 1; reply.opcode !== OPCODE.error; block += 1) {
    reply = await peer.exchange(dataPacket(block, Buffer.alloc(65464)));
  }
  expect(reply).toMatchObject({ value: 3, text: "disk full" });
  expect(await aborted).toMatchObject({ code: "DISK_FULL" });
  expect(await readdir(directory)).toEqual(["capture"]);
  expect(await readFile(join(directory, "capture"), "utf8")).toBe("old");
  expect(await peer.upload("small", Buffer.from("fits"), server.port)).toMatchObject({ opcode: OPCODE.ack });
});

test("modes that change bytes are refused with error 4", async () => {
  const server = await startServer();
  for (const mode of ["netascii", "mail"]) {
    const peer = await openPeer();
    const reply = await peer.begin(writeRequest("capture", mode), server.port);
    expect(reply).toMatchObject({ opcode: OPCODE.error, value: 4 });
  }
});

test("a malformed request is answered with error 4, anything else to the listening port with silence", async () => {
  const server = await startServer();
  const peer = await openPeer();
  for (const packet of [[0], [0, 3, 0, 1, 1], [0, 4, 0, 1], [0, 5, 0, 0, 65, 0], [7, 7, 7, 7]]) {
    peer.send(Uint8Array.from(packet), server.port);
  }
  const reply = await peer.begin(Buffer.from("\0\x02name only\0", "latin1"), server.port);
  expect(reply).toMatchObject({ opcode: OPCODE.error, value: 4 });
  expect(server.counters.malformed).toBe(6);
});

test("the log has a line for listening and one for each refusal, and no path of the directory in answers", async () => {
  const lines: [string, string, object][] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push([level, message, fields]);
  const log = { debug: write("debug"), info: write("info"), warn: write("warn") };
  const server = await startServer({ log });
  const peer = await openPeer();
  await peer.upload("capture", Buffer.from("x"), server.port);
  await peer.begin(writeRequest("a/b"), server.port);
  expect(lines.map(([level, message]) => [level, message])).toEqual([
    ["info", "listening"],
    ["debug", "received"],
    ["warn", "refused a request"],
  ]);
  expect(lines[2]![2]).toMatchObject({ name: "a/b", from: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
});

/** A file system of 300 kB in memory; false where this user may not mount one. */
function mountSmallDisk(directory: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=300k", "tmpfs", directory], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
