import { execFileSync } from "node:child_process";
import { appendFile, chmod, mkdir, open, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "@pnmlab/kit";
import type { Capture } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import { captureBytes, startIngestFixture, until } from "../_test/ingest.ts";
import { recordingLog, temporaryFolder } from "../_test/support.ts";
import { CaptureLibrary } from "../captures/library.ts";
import { openStorage } from "../storage/index.ts";
import { createFileCleaner } from "./cleaner.ts";
import type { WatchFolder } from "./directory-watch.ts";
import { startIngest } from "./ingest.ts";

/** As on NFS: the watch begins, and no event ever comes. */
const silentWatch: WatchFolder = () => ({ close: () => {}, on: () => undefined as never });

const isRoot = process.getuid?.() === 0;

test("500 files of one burst, from several writers at once, all reach their session once and bit-exact", async () => {
  const { directory, taken, removed } = await startIngestFixture();
  const bytesOf = (k: number) => captureBytes(256, k);
  const names = Array.from({ length: 500 }, (_, k) => `pnmlab_s${k % 4}_c1_${String(k).padStart(4, "0")}`);
  await Promise.all(names.map((name, k) => writeFile(join(directory, name), bytesOf(k))));
  await until(() => removed.length === 500);
  expect(taken.map((file) => file.fileName).sort()).toEqual([...names].sort());
  for (const { fileName, bytes } of taken) {
    expect(Buffer.from(bytes).equals(bytesOf(names.indexOf(fileName)))).toBe(true);
  }
  await expect.poll(() => readdir(directory)).toEqual([]);
});

test("where the kernel tells of nothing, files are found by polling, in all ways they come", async () => {
  const { directory, taken, sink } = await startIngestFixture(undefined, {}, silentWatch);
  await writeFile(join(directory, "pnmlab_a_c1_1"), captureBytes());
  await until(() => taken.length === 1);
  await writeFile(join(directory, "other"), captureBytes());
  await until(() => sink.accepted.length === 1);
  const part = join(directory, ".pnmlab_a_c1_2.0123456789abcdef.part");
  await writeFile(part, captureBytes());
  await rename(part, join(directory, "pnmlab_a_c1_2"));
  await until(() => taken.length === 2);
});

test("where the kernel tells of nothing, a file that is replaced in place is found, though its folder is as before", async () => {
  const { directory, sink } = await startIngestFixture(undefined, {}, silentWatch);
  const path = join(directory, "capture.bin");
  await writeFile(path, captureBytes(800, 1));
  await until(() => sink.accepted.length === 1);
  await sleep(50);
  const file = await open(path, "r+");
  await file.write(captureBytes(800, 2));
  await file.close();
  await until(() => sink.accepted.length === 2);
  expect(Buffer.from(sink.accepted[1]!.bytes).equals(captureBytes(800, 2))).toBe(true);
});

test("a folder that the kernel refuses to watch is polled and counts as readable", async () => {
  const { directory, taken, states } = await startIngestFixture(undefined, {}, () => {
    throw Object.assign(new Error("ENOSPC: no watches left"), { code: "ENOSPC" });
  });
  expect(states.map((state) => state.ok)).toEqual([true]);
  await writeFile(join(directory, "pnmlab_a_c1_1"), captureBytes());
  await until(() => taken.length === 1);
});

test("files in sub-folders belong to their sessions by name, and to the library by their path", async () => {
  const { directory, taken, removed, sink } = await startIngestFixture();
  await mkdir(join(directory, "cmts-a", "utsc"), { recursive: true });
  await mkdir(join(directory, "cmts-b"));
  await mkdir(join(directory, ".snapshot"));
  await writeFile(join(directory, "cmts-a", "utsc", "pnmlab_a_c1_1"), captureBytes());
  await writeFile(join(directory, "cmts-a", "same-name"), captureBytes(800, 1));
  await writeFile(join(directory, "cmts-b", "same-name"), captureBytes(800, 2));
  await writeFile(join(directory, ".snapshot", "old"), captureBytes());
  await until(() => taken.length === 1 && sink.accepted.length === 2);
  expect(taken[0]!.fileName).toBe("pnmlab_a_c1_1");
  expect(removed).toEqual(["cmts-a/utsc/pnmlab_a_c1_1"]);
  expect(sink.accepted.map((file) => file.fileName).sort()).toEqual(["cmts-a/same-name", "cmts-b/same-name"]);

  await rm(join(directory, "cmts-b"), { recursive: true });
  await sleep(1200);
  await mkdir(join(directory, "cmts-b"));
  await writeFile(join(directory, "cmts-b", "back"), captureBytes(800, 3));
  await until(() => sink.accepted.length === 3);
  expect(sink.accepted[2]!.fileName).toBe("cmts-b/back");
});

test("a transfer that pauses for a lost block is not taken for a whole file, whatever the server's clock says", async () => {
  const { directory, taken, sink } = await startIngestFixture(undefined, { expectedLengthBytes: 3528 });
  const bytes = captureBytes();
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const name of ["pnmlab_a_c1_slow", "slow"]) {
    const path = join(directory, name);
    await writeFile(path, bytes.subarray(0, 1000));
    await utimes(path, anHourAgo, anHourAgo);
  }
  await sleep(2500);
  for (const name of ["pnmlab_a_c1_slow", "slow"])
    await appendFile(join(directory, name), bytes.subarray(1000));
  await until(() => taken.length === 1 && sink.accepted.length === 1);
  expect(taken[0]!.bytes).toHaveLength(3528);
  expect(sink.accepted[0]!.bytes).toHaveLength(3528);
});

test("a storm of renames ends with every file taken in under the name it kept", async () => {
  const { directory, sink } = await startIngestFixture();
  const kept = await Promise.all(
    Array.from({ length: 40 }, async (_, k) => {
      let path = join(directory, `storm_${k}_0`);
      await writeFile(path, captureBytes(64, k));
      for (let step = 1; step <= 10; step += 1) {
        const next = join(directory, `storm_${k}_${step}`);
        await rename(path, next);
        path = next;
      }
      return `storm_${k}_10`;
    }),
  );
  const names = () => new Set(sink.accepted.map((file) => file.fileName));
  await until(() => kept.every((name) => names().has(name)));
  for (const file of sink.accepted) expect(file.bytes).toHaveLength(328 + 64 * 4);
});

test("one content under two names is two captures, one name with two contents as well", async () => {
  const { directory, sink } = await startIngestFixture();
  await writeFile(join(directory, "first"), captureBytes(800, 1));
  await writeFile(join(directory, "second"), captureBytes(800, 1));
  await until(() => sink.accepted.length === 2);
  await writeFile(join(directory, "second"), captureBytes(800, 2));
  await until(() => sink.accepted.length === 3);
  expect(sink.accepted.map((file) => file.fileName).sort()).toEqual(["first", "second", "second"]);
});

test("a file that cannot be read holds up no other and is taken in once it can", async (context) => {
  if (!isRoot) context.skip("needs the superuser, who can take the right to read from itself");
  const { directory, sink, taken } = await startIngestFixture();
  await chmod(directory, 0o777);
  const names = ["locked", "pnmlab_a_c1_locked"];
  for (const name of names) await writeFile(join(directory, `.${name}`), captureBytes(), { mode: 0o600 });
  process.seteuid!(65534);
  try {
    for (const name of names) await rename(join(directory, `.${name}`), join(directory, name));
    await writeFile(join(directory, "readable"), captureBytes());
    await writeFile(join(directory, "pnmlab_a_c1_readable"), captureBytes());
    await until(() => sink.accepted.length === 1 && taken.length === 1);
    expect([sink.accepted[0]!.fileName, taken[0]!.fileName]).toEqual(["readable", "pnmlab_a_c1_readable"]);
  } finally {
    process.seteuid!(0);
  }
  await until(() => sink.accepted.length === 2 && taken.length === 2);
});

test("while the library cannot store, live files go on and nothing is lost", async () => {
  const { directory, sink, taken } = await startIngestFixture();
  sink.failures = 2;
  for (let k = 0; k < 20; k += 1) await writeFile(join(directory, `other_${k}`), captureBytes(64, k));
  await writeFile(join(directory, "pnmlab_a_c1_1"), captureBytes());
  await until(() => taken.length === 1);
  expect(sink.accepted).toHaveLength(0);
  await until(() => sink.accepted.length === 20, 15_000);
});

test("more old files than names are kept in memory all reach the library", async () => {
  const { ingest, sink } = await startIngestFixture(async (folder) => {
    const bytes = captureBytes(1);
    for (let k = 0; k < 10_500; k += 500) {
      await Promise.all(
        Array.from({ length: 500 }, (_, n) => writeFile(join(folder, `old_${k + n}`), bytes)),
      );
    }
  });
  sink.delayMs = 0;
  let most = 0;
  await until(() => {
    most = Math.max(most, ingest.waiting);
    return sink.accepted.length === 10_500;
  }, 60_000);
  expect(most).toBeLessThanOrEqual(10_000);
  expect(new Set(sink.accepted.map((file) => file.fileName)).size).toBe(10_500);
}, 90_000);

test("on a full disk of the data folder live files go on, and what the library refused comes when there is room", async (context) => {
  const dataDir = await temporaryFolder();
  const full = join(dataDir, "captures");
  await mkdir(full);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", full], { stdio: "pipe" });
  } catch (error) {
    context.skip(`a file system of 1 MB cannot be mounted here: ${String(error)}`);
  }
  onTestFinished(() => void execFileSync("umount", ["-l", full]));
  await writeFile(join(full, "filler"), Buffer.alloc(1016 * 1024));
  const { log, lines } = recordingLog();
  const stack = new AsyncDisposableStack();
  const storage = stack.use(openStorage(dataDir));
  const stored: Capture[] = [];
  const library = stack.use(
    new CaptureLibrary({
      dataDir,
      store: storage.captures,
      log,
      now: Date.now,
      onCapture: (capture) => stored.push(capture),
    }),
  );
  const directory = await temporaryFolder();
  const cleaner = stack.use(
    createFileCleaner({
      directory,
      policy: "archive",
      source: "folder",
      mode: "unlink",
      tftp: { host: "127.0.0.1", port: 9 },
      sink: library,
      ownPrefix: "pnmlab_",
      log,
    }),
  );
  const taken: string[] = [];
  stack.use(
    await startIngest({
      directory,
      sink: library,
      cleaner,
      log,
      claimer: {
        claim: (name) =>
          name.startsWith("pnmlab_")
            ? { removeAfter: true, take: (file) => void taken.push(file.fileName) }
            : undefined,
      },
    }),
  );
  onTestFinished(() => stack.disposeAsync());
  const names = ["pnmlab_a_c1_1", "pnmlab_a_c1_2", "other_1", "other_2"];
  for (const [k, name] of names.entries()) await writeFile(join(directory, name), captureBytes(4096, k));
  await until(
    () => taken.length === 2 && lines.some((line) => line.includes("other_1 could not be taken in")),
  );
  await until(() => cleaner.failing === 2);
  expect(stored).toEqual([]);
  expect((await readdir(directory)).sort()).toEqual([...names].sort());

  await rm(join(full, "filler"));
  await until(() => stored.length === 4 && cleaner.failing === 0, 20_000);
  expect((await readdir(directory)).sort()).toEqual(["other_1", "other_2"]);
  for (const { id, fileName } of stored) {
    const { stream } = await library.raw(id);
    const bytes = Buffer.concat(await stream.toArray());
    expect(bytes.equals(captureBytes(4096, names.indexOf(fileName)))).toBe(true);
  }
}, 40_000);
