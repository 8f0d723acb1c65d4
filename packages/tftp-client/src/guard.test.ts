import { expect, test } from "vitest";
import { getFile, putFile } from "./index.ts";
import {
  ack,
  data,
  error,
  oack,
  type ScriptedServer,
  startScriptedServer,
} from "./test-support/scripted-server.ts";

const FILE = { host: "127.0.0.1", name: "capture", retransmitMs: 20, blockSize: 512 };

const blocksOf = ({ received }: ScriptedServer) =>
  received.filter((datagram) => datagram[1] === 3).map((datagram) => datagram.readUInt16BE(2));

test("the request has options of the standards only, and no timeout in milliseconds", async () => {
  const server = await startScriptedServer((datagram) =>
    datagram[1] === 2 ? [ack(0)] : [ack(datagram[3]!)],
  );
  await putFile({ ...FILE, port: server.port, data: Buffer.alloc(700), windowSize: 4 });
  await putFile({ ...FILE, port: server.port, data: Buffer.alloc(0), windowSize: 1 });
  const requests = server.received.filter((datagram) => datagram[1] === 2);
  // A request whose answer is late is sent again.
  expect([...new Set(requests.map((datagram) => datagram.toString("latin1", 2)))]).toEqual([
    "capture\0octet\0blksize\x00512\0windowsize\x004\0tsize\x00700\0",
    "capture\0octet\0blksize\x00512\0tsize\x000\0",
  ]);
});

test("an upload whose last block is lost does not succeed by a repeated acknowledgement", async () => {
  let dropped = 0;
  const server = await startScriptedServer((datagram) => {
    if (datagram[1] === 2) return [oack("blksize", "512")];
    const block = datagram.readUInt16BE(2);
    if (block === 3 && dropped < 3) {
      dropped += 1;
      return [ack(2), ack(2)];
    }
    return [ack(block)];
  });
  await putFile({ ...FILE, port: server.port, data: Buffer.alloc(1100), windowSize: 1 });
  expect(dropped).toBe(3);
  expect(blocksOf(server)).toEqual([1, 2, 3, 3, 3, 3]);
});

test("an upload whose last window arrived in part sends the rest again before it succeeds", async () => {
  let copiesOfTheLast = 0;
  const server = await startScriptedServer((datagram) => {
    if (datagram[1] === 2) return [oack("blksize", "512", "windowsize", "4")];
    if (datagram.readUInt16BE(2) !== 4) return [];
    copiesOfTheLast += 1;
    return [ack(copiesOfTheLast === 3 ? 4 : copiesOfTheLast)];
  });
  await putFile({ ...FILE, port: server.port, data: Buffer.alloc(1600), windowSize: 4, retransmitMs: 5000 });
  expect(blocksOf(server)).toEqual([1, 2, 3, 4, 2, 3, 4, 3, 4]);
});

test("acknowledgements out of turn, repeated OACKs and unknown packets do not end an upload", async () => {
  const server = await startScriptedServer((datagram) => {
    if (datagram[1] === 2) return [oack("blksize", "512"), oack("blksize", "512"), ack(7), Buffer.from([0])];
    const block = datagram.readUInt16BE(2);
    return [
      ack(0),
      ack(block + 1),
      Buffer.from([0, 9, 0, 0]),
      Buffer.alloc(1),
      Buffer.from([0, 4, 0]),
      ack(block),
      ack(block),
    ];
  });
  await putFile({ ...FILE, port: server.port, data: Buffer.alloc(3000), windowSize: 1 });
  expect(new Set(blocksOf(server))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
});

test.each([
  ["an unknown option", oack("unheard", "1")],
  ["a larger block than asked for", oack("blksize", "1024")],
  ["a size that is not that of the file", oack("tsize", "3")],
  ["a name without a value", oack("blksize")],
])("an OACK with %s ends the upload with an error, and not the process", async (_, packet) => {
  const server = await startScriptedServer((datagram) => (datagram[1] === 2 ? [packet] : []));
  const upload = putFile({ ...FILE, port: server.port, data: Buffer.alloc(1600) });
  await expect(upload).rejects.toMatchObject({ code: "TFTP_PROTOCOL" });
});

test("a stranger's packets are answered with error 5, to the stranger, and change nothing", async () => {
  const server = await startScriptedServer((datagram) => {
    if (datagram[1] === 2) return [oack("blksize", "512")];
    const block = datagram.readUInt16BE(2);
    return block === 2 && strangers === 0 ? [] : [ack(block)];
  });
  let strangers = 0;
  const upload = putFile({ ...FILE, port: server.port, data: Buffer.alloc(1100), windowSize: 1 });
  await server.awaitReceived(3);
  expect(await server.sendAsStranger(ack(2))).toEqual(error(5, "unknown transfer ID"));
  strangers += 1;
  await upload;
  expect(server.received.filter((datagram) => datagram[1] === 5)).toEqual([]);
});

test("a server that refuses options is asked again without them", async () => {
  const server = await startScriptedServer((datagram) => {
    if (datagram[1] === 2) return datagram.includes("blksize") ? [error(8, "no options")] : [ack(0)];
    return [ack(datagram.readUInt16BE(2))];
  });
  await putFile({ ...FILE, port: server.port, data: Buffer.alloc(1100), blockSize: 1428, windowSize: 4 });
  expect(blocksOf(server)).toEqual([1, 2, 3]);
  expect(server.received.at(-1)).toHaveLength(4 + 1100 - 1024);
});

test("a server that refuses options and then is silent ends at the deadline", async () => {
  const server = await startScriptedServer((_, index) => (index === 0 ? [error(8, "no options")] : []));
  const upload = putFile({ ...FILE, port: server.port, data: Buffer.alloc(10), deadlineMs: 150 });
  await expect(upload).rejects.toMatchObject({ code: "TFTP_TIMEOUT" });
});

test("a download takes each block once and in order, whatever comes", async () => {
  const blocks = ["a".repeat(512), "b".repeat(512), "end"];
  const server = await startScriptedServer((datagram) => {
    if (datagram[1] === 1)
      return [oack("blksize", "512"), oack("blksize", "512"), data(0, "zero"), data(2, "early")];
    const next = datagram.readUInt16BE(2) + 1;
    const block = data(next, blocks[next - 1] ?? "");
    return next > 3
      ? []
      : [data(0, "zero"), ack(1), data(next - 1, "late"), block, block, data(next + 2, "early")];
  });
  const got = await getFile({ ...FILE, port: server.port });
  expect(Buffer.from(got).toString()).toBe(blocks.join(""));
});
