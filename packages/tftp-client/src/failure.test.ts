import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { getFile, putFile, removeByEmptyWrite, TftpError } from "./index.ts";
import { deadPort } from "./test-support/dead-port.ts";
import { ack, data, error, oack, startScriptedServer } from "./test-support/scripted-server.ts";
import { startServer } from "./test-support/test-server.ts";

const HOST = "127.0.0.1";
const FILE = { host: HOST, name: "capture", retransmitMs: 20 };

test("a dead port ends at the deadline, saying that no answer came", async () => {
  const port = await deadPort();
  const attempts = [
    putFile({ ...FILE, port, data: Buffer.alloc(3), deadlineMs: 100 }),
    getFile({ ...FILE, port, deadlineMs: 100 }),
    removeByEmptyWrite({ ...FILE, port, deadlineMs: 100 }),
  ];
  for (const attempt of attempts) {
    await expect(attempt).rejects.toMatchObject({
      code: "TFTP_TIMEOUT",
      retryable: true,
      message: expect.stringMatching(
        new RegExp(`^TFTP (GET|PUT) capture at ${HOST}:${port}: no answer within 100 ms$`),
      ),
    });
  }
});

test("a server that stops answering ends at the deadline, and hears that it was given up", async () => {
  const server = await startScriptedServer((_, index) => (index === 0 ? [oack("blksize", "512")] : []));
  const attempt = putFile({
    ...FILE,
    port: server.port,
    data: Buffer.alloc(2000),
    blockSize: 512,
    deadlineMs: 150,
  });
  await expect(attempt).rejects.toMatchObject({ code: "TFTP_TIMEOUT", details: { answers: 1 } });
  await expect.poll(() => server.received.at(-1), { timeout: 10_000 }).toEqual(error(0, "given up"));
});

test("a refusal carries the server's code and words", async () => {
  const { target } = await startServer();
  await expect(getFile({ ...target, name: "absent" })).rejects.toMatchObject({
    code: "TFTP_REFUSED",
    details: { errorCode: 1, errorMessage: "file not found" },
  });
  const upload = putFile({ ...target, name: "folder/capture", data: Buffer.alloc(1) });
  await expect(upload).rejects.toMatchObject({ code: "TFTP_REFUSED", details: { errorCode: 2 } });
  await expect(upload).rejects.toBeInstanceOf(TftpError);
});

test("a refusal in the middle of an upload carries the server's code and words", async () => {
  const server = await startScriptedServer((datagram) => {
    if (datagram[1] === 2) return [oack("blksize", "512")];
    return datagram[3] === 2 ? [error(3, "disk full")] : [ack(datagram[3]!)];
  });
  const attempt = putFile({
    ...FILE,
    port: server.port,
    data: Buffer.alloc(2000),
    blockSize: 512,
    windowSize: 1,
  });
  await expect(attempt).rejects.toMatchObject({
    code: "TFTP_REFUSED",
    details: { errorCode: 3, errorMessage: "disk full" },
  });
});

test("a signal ends a transfer at any time", async () => {
  const server = await startScriptedServer((_, index) => (index === 0 ? [oack("blksize", "512")] : []));
  const controller = new AbortController();
  const attempt = putFile({
    ...FILE,
    port: server.port,
    data: Buffer.alloc(2000),
    signal: controller.signal,
  });
  const aborted = expect(attempt).rejects.toMatchObject({ code: "TFTP_ABORTED" });
  await server.awaitReceived(2);
  controller.abort();
  await aborted;
  const early = putFile({ ...FILE, port: server.port, data: Buffer.alloc(1), signal: controller.signal });
  await expect(early).rejects.toMatchObject({ code: "TFTP_ABORTED" });
  const during = new AbortController();
  const resolving = getFile({ ...FILE, host: "localhost", port: server.port, signal: during.signal });
  during.abort();
  await expect(resolving).rejects.toMatchObject({ code: "TFTP_ABORTED" });
});

test("a host name that does not resolve is unreachable", async () => {
  const attempt = getFile({ ...FILE, host: "no-such-host.invalid", port: 69 });
  await expect(attempt).rejects.toMatchObject({
    code: "TFTP_UNREACHABLE",
    message: expect.stringContaining("no-such-host.invalid"),
  });
});

test("an address to which this machine cannot send is unreachable", async () => {
  const attempt = putFile({ ...FILE, host: "255.255.255.255", port: 69, data: Buffer.alloc(1) });
  await expect(attempt).rejects.toMatchObject({ code: "TFTP_UNREACHABLE" });
});

test.each([
  ["port 0", { port: 0 }],
  ["a port over 65535", { port: 65536 }],
  ["a name with a NUL", { name: "a\0b" }],
  ["a name that is not ASCII", { name: "Köln" }],
  ["an empty name", { name: "" }],
  ["a name that points upwards", { name: "../a" }],
  ["a name with a way upwards", { name: "a/../b" }],
  ["a block size under 8", { blockSize: 7 }],
  ["a window of 0", { windowSize: 0 }],
  ["a deadline of 0", { deadlineMs: 0 }],
])("%s is refused before anything is sent", async (_, wrong) => {
  const attempt = putFile({ ...FILE, port: 69, data: Buffer.alloc(1), ...wrong });
  await expect(attempt).rejects.toMatchObject({ code: "TFTP_BAD_REQUEST" });
});

test("a file larger than wanted is not taken, announced or not", async () => {
  const { directory, target } = await startServer();
  await writeFile(join(directory, "capture"), Buffer.alloc(1001));
  await expect(getFile({ ...target, name: "capture", maxBytes: 1000 })).rejects.toMatchObject({
    code: "TFTP_TOO_LARGE",
  });
  expect(await getFile({ ...target, name: "capture", maxBytes: 1001 })).toHaveLength(1001);
  const endless = await startScriptedServer((datagram) => {
    const next = datagram[1] === 1 ? 1 : datagram.readUInt16BE(2) + 1;
    return [data(next, "x".repeat(512))];
  });
  await expect(getFile({ ...FILE, port: endless.port, maxBytes: 5000 })).rejects.toMatchObject({
    code: "TFTP_TOO_LARGE",
  });
});

test("a download that is shorter than announced is an error", async () => {
  const server = await startScriptedServer((datagram) =>
    datagram[1] === 1 ? [oack("tsize", "100")] : datagram[3] === 0 ? [data(1, "short")] : [],
  );
  await expect(getFile({ ...FILE, port: server.port })).rejects.toMatchObject({
    code: "TFTP_PROTOCOL",
    details: { bytes: 5, announcedBytes: 100 },
  });
});
