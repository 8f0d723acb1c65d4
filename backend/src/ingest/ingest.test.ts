import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep } from "@pnmlab/kit";
import { expect, onTestFinished, test } from "vitest";
import { captureBytes, MemorySink, silentLog, startIngestFixture, until } from "../_test/ingest.ts";
import type { DirectoryState } from "./directory-watch.ts";
import { startIngest } from "./ingest.ts";

test.each([["0123456789abcdef"], ["0123456789-17"]])(
  "a file that is renamed into place from .NAME.%s.part goes to its session at once, bit-exact, and is removed",
  async (random) => {
    const { directory, taken, removed } = await startIngestFixture();
    const bytes = Uint8Array.from({ length: 777 }, (_, k) => k);
    const part = join(directory, `.pnmlab_a_c1_x.${random}.part`);
    await writeFile(part, bytes);
    await rename(part, join(directory, "pnmlab_a_c1_x"));
    await until(() => taken.length === 1);
    expect(taken[0]!.fileName).toBe("pnmlab_a_c1_x");
    expect([...taken[0]!.bytes]).toEqual([...bytes]);
    expect(Math.abs(taken[0]!.seenAtMs - taken[0]!.modifiedAt.getTime())).toBeLessThan(5000);
    await until(() => removed.length === 1);
  },
);

test("a file that grows is taken when it has the length that its header tells, not before", async () => {
  const { directory, taken } = await startIngestFixture();
  const bytes = captureBytes();
  const path = join(directory, "pnmlab_a_c1_grows");
  for (let at = 0; at < bytes.length; at += 512) {
    expect(taken).toHaveLength(0);
    await appendFile(path, bytes.subarray(at, at + 512));
    await sleep(10);
  }
  await until(() => taken.length === 1);
  expect(taken[0]!.bytes).toHaveLength(3528);
});

test("a file of the length that the session knows is taken although its header tells nothing", async () => {
  const { directory, taken } = await startIngestFixture(undefined, { expectedLengthBytes: 1000 });
  const path = join(directory, "pnmlab_a_c1_known");
  await writeFile(path, Buffer.alloc(512, 1));
  await sleep(150);
  expect(taken).toHaveLength(0);
  await appendFile(path, Buffer.alloc(488, 2));
  await until(() => taken.length === 1);
  expect(taken[0]!.bytes).toHaveLength(1000);
});

test("a file that stops growing short of its length is taken after it has been still, for the decoder to judge", async () => {
  const { directory, taken } = await startIngestFixture(undefined, { expectedLengthBytes: 4000 });
  const path = join(directory, "pnmlab_a_c1_short");
  await writeFile(path, captureBytes().subarray(0, 1024));
  await sleep(250);
  expect(taken).toHaveLength(0);
  await until(() => taken.length === 1);
  expect(taken[0]!.bytes).toHaveLength(1024);
});

test("a file that is replaced under its name is another file", async () => {
  const { directory, taken, sink } = await startIngestFixture();
  const bytes = captureBytes();
  const path = join(directory, "capture.bin");
  await writeFile(path, bytes);
  await until(() => sink.accepted.length === 1);
  await sleep(20);
  await writeFile(path, bytes);
  await until(() => sink.accepted.length === 2);
  expect(taken).toHaveLength(0);
});

test("hidden, unfinished, empty and probe files and links are left alone", async () => {
  const { directory, sink, taken } = await startIngestFixture(async (folder) => {
    await writeFile(join(folder, "old-empty"), "");
  });
  await writeFile(join(directory, ".hidden"), captureBytes());
  await writeFile(join(directory, "upload.part"), captureBytes());
  await writeFile(join(directory, "pnmlab-probe_1"), "probe");
  await writeFile(join(directory, "empty"), "");
  await symlink("/etc/hostname", join(directory, "link"));
  await mkdir(join(directory, "folder"));
  await writeFile(join(directory, "real"), captureBytes());
  await until(() => sink.accepted.length === 1);
  await sleep(1500);
  expect(sink.accepted.map((file) => file.fileName)).toEqual(["real"]);
  expect(taken).toHaveLength(0);
});

test("a file without a telling header reaches the library when it has been still", async () => {
  const { directory, sink } = await startIngestFixture();
  const path = join(directory, "unknown.bin");
  await writeFile(path, "no capture");
  await sleep(150);
  await appendFile(path, " at all");
  await sleep(200);
  expect(sink.accepted).toHaveLength(0);
  await until(() => sink.accepted.length === 1);
  expect(Buffer.from(sink.accepted[0]!.bytes).toString()).toBe("no capture at all");
});

test("a file that the library could not store is offered again", async () => {
  const { directory, sink } = await startIngestFixture();
  sink.failures = 1;
  await writeFile(join(directory, "capture.bin"), captureBytes());
  await until(() => sink.accepted.length === 1, 15_000);
});

test("a refused file of a session is kept in the library and removed from the directory", async () => {
  const { directory, sink, removed } = await startIngestFixture(undefined, {
    take: () => {
      throw new Error("not a capture");
    },
  });
  await writeFile(join(directory, "pnmlab_a_c1_bad"), captureBytes());
  await until(() => removed.length === 1);
  expect(sink.accepted.map((file) => file.fileName)).toEqual(["pnmlab_a_c1_bad"]);
  await writeFile(join(directory, "pnmlab_a_c1_bad2"), captureBytes());
  await until(() => removed.length === 2);
  expect(sink.accepted).toHaveLength(1);
});

test("a directory that is missing at the start and one that vanishes are awaited and told", async () => {
  const parent = await mkdtemp(join(tmpdir(), "ingest-"));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  const directory = join(parent, "tftp");
  const sink = new MemorySink();
  const states: DirectoryState[] = [];
  const ingest = await startIngest({
    directory,
    sink,
    log: silentLog,
    claimer: { claim: () => undefined },
    cleaner: { remove: async () => {}, list: async () => [] },
    onDirectoryState: (state) => states.push(state),
  });
  onTestFinished(() => ingest.close());
  expect(states.map((state) => state.ok)).toEqual([false]);

  await mkdir(directory);
  await until(() => states.length === 2);
  await writeFile(join(directory, "first"), captureBytes());
  await until(() => sink.accepted.length === 1);

  await rm(directory, { recursive: true });
  await until(() => states.length === 3);
  await mkdir(directory);
  await until(() => states.length === 4);
  expect(states.map((state) => state.ok)).toEqual([false, true, false, true]);
  await writeFile(join(directory, "second"), captureBytes());
  await until(() => sink.accepted.length === 2);
});

test("files that were there before are taken in one by one, and a live file overtakes them", async () => {
  const { directory, sink, taken, ingest } = await startIngestFixture(async (folder) => {
    const bytes = captureBytes(16);
    await Promise.all(Array.from({ length: 500 }, (_, k) => writeFile(join(folder, `old_${k}`), bytes)));
  });
  await until(() => ingest.waiting > 0);
  await writeFile(join(directory, "pnmlab_a_c1_live"), captureBytes());
  await until(() => taken.length === 1);
  expect(sink.accepted.length).toBeLessThan(400);
  await until(() => sink.accepted.length === 500, 20_000);
});

test("claimed files that were there before come in the order of their timestamps", async () => {
  const { taken } = await startIngestFixture(async (folder) => {
    for (const k of [3, 1, 2]) await writeFile(join(folder, `pnmlab_a_c1_${k}`), captureBytes());
  });
  await until(() => taken.length === 3);
  expect(taken.map((file) => file.fileName)).toEqual(["pnmlab_a_c1_1", "pnmlab_a_c1_2", "pnmlab_a_c1_3"]);
});
