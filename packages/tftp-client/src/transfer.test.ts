import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { getFile, putFile, removeByEmptyWrite } from "./index.ts";
import { startLossyRelay } from "./test-support/lossy-relay.ts";
import { randomContent, seededRandom } from "./test-support/random.ts";
import { startServer } from "./test-support/test-server.ts";

const SIZES = [1, 511, 512, 513, 65536 * 3 + 7];
const OPTIONS = [
  { blockSize: 512, windowSize: 1 },
  { blockSize: 1428, windowSize: 4 },
  { blockSize: 8192, windowSize: 16 },
  { blockSize: 8, windowSize: 64 },
];

test.each(OPTIONS)("files of every size go there and back bit-exact with %o", async (options) => {
  const { directory, server, target } = await startServer();
  const sizes = options.blockSize === 8 ? [1, 7, 8, 9, 8 * 64, 5000] : SIZES;
  for (const size of sizes) {
    const content = randomContent(size, size);
    await putFile({ ...target, name: "capture", data: content, ...options });
    expect(await readFile(join(directory, "capture"))).toEqual(content);
    const got = await getFile({ ...target, name: "capture", blockSize: options.blockSize });
    expect(Buffer.from(got)).toEqual(content);
  }
  // The server hears of the end of a download after the client.
  await expect.poll(() => server.counters.sent).toBe(sizes.length);
  expect(server.counters).toMatchObject({ received: sizes.length, retransmits: 0, aborted: 0 });
});

test("the caller's array may change while it is sent", async () => {
  const { directory, target } = await startServer();
  const content = randomContent(1, 50_000);
  const changing = Uint8Array.from(content);
  const done = putFile({ ...target, name: "capture", data: changing });
  changing.fill(0);
  await done;
  expect(await readFile(join(directory, "capture"))).toEqual(content);
});

test("an empty file is read as one", async () => {
  const { directory, target } = await startServer();
  await writeFile(join(directory, "empty"), "");
  expect(await getFile({ ...target, name: "empty" })).toHaveLength(0);
});

test("removing by an empty write deletes the file, and an absent one is no error", async () => {
  const { directory, server, target } = await startServer();
  await writeFile(join(directory, "capture"), "old");
  await removeByEmptyWrite({ ...target, name: "capture" });
  expect(await readdir(directory)).toEqual([]);
  await removeByEmptyWrite({ ...target, name: "capture" });
  expect(server.counters).toMatchObject({ removed: 1, refused: 0 });
});

test("50 uploads of 10 KB at a time all arrive whole, over and over", async () => {
  const { directory, server, target } = await startServer();
  for (let burst = 0; burst < 5; burst += 1) {
    const names = Array.from({ length: 50 }, (_, index) => `capture-${burst}-${index}`);
    await Promise.all(
      names.map(async (name, index) => {
        const content = randomContent(burst * 50 + index, 10_240);
        await putFile({ ...target, name, data: content });
        expect(await readFile(join(directory, name))).toEqual(content);
      }),
    );
  }
  expect(server.counters).toMatchObject({
    received: 250,
    receivedBytes: 250 * 10_240,
    active: 0,
    refused: 0,
  });
});

test.each([
  { windowSize: 1, seed: 1 },
  { windowSize: 4, seed: 2 },
  { windowSize: 8, seed: 3 },
])(
  "uploads and downloads over a line that loses packets are bit-exact (%o)",
  async ({ windowSize, seed }) => {
    const { directory, server, target } = await startServer({ retransmitMs: 30, maxRetransmits: 50 });
    const relay = await startLossyRelay(target.port, seededRandom(seed), 0.1);
    const over = { host: "127.0.0.1", port: relay.port, retransmitMs: 25, deadlineMs: 15_000 };
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const name = `capture-${index}`;
        const content = randomContent(seed * 100 + index, index === 0 ? 512 * 20 : 1000 + index * 5000);
        await putFile({ ...over, name, data: content, blockSize: 512, windowSize });
        // A success is one on the server's disk, not one that the client made itself believe.
        expect(await readFile(join(directory, name))).toEqual(content);
        const got = await getFile({ ...over, name, blockSize: 512 });
        expect(Buffer.from(got)).toEqual(content);
      }),
    );
    expect(relay.lost).toBeGreaterThan(50);
    expect(server.counters.received).toBe(8);
  },
);

test("a file with more than 65535 blocks is bit-exact", async () => {
  const { directory, target } = await startServer();
  const content = randomContent(5, 70_000 * 8 + 3);
  await putFile({
    ...target,
    name: "long",
    data: content,
    blockSize: 8,
    windowSize: 64,
    deadlineMs: 100_000,
  });
  expect(await readFile(join(directory, "long"))).toEqual(content);
  const got = await getFile({ ...target, name: "long", blockSize: 8, deadlineMs: 100_000 });
  expect(Buffer.from(got).equals(content)).toBe(true);
}, 240_000);

test("an IPv6 address works in every spelling", async (context) => {
  const started = await startServer({ host: "::1" }).catch(() => undefined);
  if (!started) context.skip("this machine has no IPv6 loopback");
  const { directory, target } = started!;
  for (const host of ["::1", "0:0:0:0:0:0:0:1"]) {
    await putFile({ ...target, host, name: "capture", data: Buffer.from(host) });
    expect(await readFile(join(directory, "capture"), "utf8")).toBe(host);
  }
});
