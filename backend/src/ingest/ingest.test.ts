import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@pnmlab/config";
import { sleep } from "@pnmlab/kit";
import { encodeUtsc } from "@pnmlab/pnm-codec";
import { expect, onTestFinished, test } from "vitest";
import type { CaptureSink, FileClaim, FileCleaner, IncomingFile } from "../contracts.ts";
import type { DirectoryState } from "./directory-watch.ts";
import { type Ingest, startIngest } from "./ingest.ts";

const log = createLogger("test", "silent");

class MemorySink implements CaptureSink {
  readonly accepted: IncomingFile[] = [];
  readonly #known = new Set<string>();
  failures = 0;

  async accept(file: IncomingFile): Promise<void> {
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error("disk full");
    }
    await sleep(1);
    this.accepted.push(file);
    this.#known.add(`${file.fileName}/${file.bytes.length}/${file.modifiedAt.getTime()}`);
  }

  knows(fileName: string, sizeBytes: number, modifiedAt: Date): boolean {
    return this.#known.has(`${fileName}/${sizeBytes}/${modifiedAt.getTime()}`);
  }
}

interface Fixture {
  directory: string;
  sink: MemorySink;
  taken: (IncomingFile & { seenAtMs: number })[];
  removed: string[];
  states: DirectoryState[];
  claim: Partial<FileClaim>;
  ingest: Ingest;
}

async function startFixture(
  prepare: (directory: string) => Promise<void> = async () => {},
  claim: Partial<FileClaim> = {},
): Promise<Fixture> {
  const directory = await mkdtemp(join(tmpdir(), "ingest-"));
  await prepare(directory);
  const sink = new MemorySink();
  const taken: Fixture["taken"] = [];
  const removed: string[] = [];
  const states: DirectoryState[] = [];
  const cleaner: FileCleaner = {
    remove: async (fileName) => {
      removed.push(fileName);
      await rm(join(directory, fileName), { force: true });
    },
    list: async () => [],
  };
  const ingest = await startIngest({
    directory,
    sink,
    cleaner,
    log,
    claimer: {
      claim: (fileName) =>
        fileName.startsWith("pnmlab_")
          ? { removeAfter: true, take: (file) => void taken.push(file), ...claim }
          : undefined,
    },
    onDirectoryState: (state) => states.push(state),
  });
  onTestFinished(async () => {
    await ingest.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { directory, sink, taken, removed, states, claim, ingest };
}

async function until(condition: () => boolean, deadlineMs = 10_000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${condition}`);
    await sleep(5);
  }
}

/** A capture whose header tells its length. */
function capture(bins = 800): Uint8Array {
  return encodeUtsc({
    form: "e6000-328",
    captureTimeS: 1_780_000_000,
    ifIndex: 5,
    ccapId: "ccap",
    outputFormat: "fftPower",
    bins,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    samples: Uint32Array.from({ length: bins }, (_, k) => k),
    kHundredthsDb: -8600,
  });
}

test("a file that is renamed into place goes to its session at once, bit-exact, and is removed", async () => {
  const { directory, taken, removed } = await startFixture();
  const bytes = Uint8Array.from({ length: 777 }, (_, k) => k);
  await writeFile(join(directory, ".pnmlab_a_c1_x.0123456789abcdef.part"), bytes);
  await rename(join(directory, ".pnmlab_a_c1_x.0123456789abcdef.part"), join(directory, "pnmlab_a_c1_x"));
  await until(() => taken.length === 1);
  expect(taken[0]!.fileName).toBe("pnmlab_a_c1_x");
  expect([...taken[0]!.bytes]).toEqual([...bytes]);
  expect(Math.abs(taken[0]!.seenAtMs - taken[0]!.modifiedAt.getTime())).toBeLessThan(5000);
  await until(() => removed.length === 1);
});

test("a file that grows is taken when it has the length that its header tells, not before", async () => {
  const { directory, taken } = await startFixture();
  const bytes = capture();
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
  const { directory, taken } = await startFixture(undefined, { expectedLengthBytes: 1000 });
  const path = join(directory, "pnmlab_a_c1_known");
  await writeFile(path, Buffer.alloc(512, 1));
  await sleep(150);
  expect(taken).toHaveLength(0);
  await appendFile(path, Buffer.alloc(488, 2));
  await until(() => taken.length === 1);
  expect(taken[0]!.bytes).toHaveLength(1000);
});

test("a file that stops growing short of its length is taken after it has been still, for the decoder to judge", async () => {
  const { directory, taken } = await startFixture(undefined, { expectedLengthBytes: 4000 });
  const path = join(directory, "pnmlab_a_c1_short");
  await writeFile(path, capture().subarray(0, 1024));
  await sleep(250);
  expect(taken).toHaveLength(0);
  await until(() => taken.length === 1);
  expect(taken[0]!.bytes).toHaveLength(1024);
});

test("a file that is replaced under its name is another file", async () => {
  const { directory, taken, sink } = await startFixture();
  const bytes = capture();
  const path = join(directory, "capture.bin");
  await writeFile(path, bytes);
  await until(() => sink.accepted.length === 1);
  await sleep(20);
  await writeFile(path, bytes);
  await until(() => sink.accepted.length === 2);
  expect(taken).toHaveLength(0);
});

test("hidden, unfinished, empty and probe files and links are left alone", async () => {
  const { directory, sink, taken } = await startFixture(async (folder) => {
    await writeFile(join(folder, "old-empty"), "");
  });
  await writeFile(join(directory, ".hidden"), capture());
  await writeFile(join(directory, "upload.part"), capture());
  await writeFile(join(directory, "pnmlab-probe_1"), "probe");
  await writeFile(join(directory, "empty"), "");
  await symlink("/etc/hostname", join(directory, "link"));
  await mkdir(join(directory, "folder"));
  await writeFile(join(directory, "real"), capture());
  await until(() => sink.accepted.length === 1);
  await sleep(1500);
  expect(sink.accepted.map((file) => file.fileName)).toEqual(["real"]);
  expect(taken).toHaveLength(0);
});

test("a file without a telling header reaches the library when it has been still", async () => {
  const { directory, sink } = await startFixture();
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
  const { directory, sink } = await startFixture();
  sink.failures = 1;
  await writeFile(join(directory, "capture.bin"), capture());
  await until(() => sink.accepted.length === 1, 15_000);
});

test("a refused file of a session is kept in the library and removed from the directory", async () => {
  const { directory, sink, removed } = await startFixture(undefined, {
    take: () => {
      throw new Error("not a capture");
    },
  });
  await writeFile(join(directory, "pnmlab_a_c1_bad"), capture());
  await until(() => removed.length === 1);
  expect(sink.accepted.map((file) => file.fileName)).toEqual(["pnmlab_a_c1_bad"]);
  await writeFile(join(directory, "pnmlab_a_c1_bad2"), capture());
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
    log,
    claimer: { claim: () => undefined },
    cleaner: { remove: async () => {}, list: async () => [] },
    onDirectoryState: (state) => states.push(state),
  });
  onTestFinished(() => ingest.close());
  expect(states.map((state) => state.ok)).toEqual([false]);

  await mkdir(directory);
  await until(() => states.length === 2);
  await writeFile(join(directory, "first"), capture());
  await until(() => sink.accepted.length === 1);

  await rm(directory, { recursive: true });
  await until(() => states.length === 3);
  await mkdir(directory);
  await until(() => states.length === 4);
  expect(states.map((state) => state.ok)).toEqual([false, true, false, true]);
  await writeFile(join(directory, "second"), capture());
  await until(() => sink.accepted.length === 2);
});

test("files that were there before are taken in one by one, and a live file overtakes them", async () => {
  const { directory, sink, taken, ingest } = await startFixture(async (folder) => {
    const bytes = capture(16);
    await Promise.all(Array.from({ length: 500 }, (_, k) => writeFile(join(folder, `old_${k}`), bytes)));
  });
  await until(() => ingest.backlog > 0);
  await writeFile(join(directory, "pnmlab_a_c1_live"), capture());
  await until(() => taken.length === 1);
  expect(sink.accepted.length).toBeLessThan(400);
  await until(() => sink.accepted.length === 500, 20_000);
});

test("claimed files that were there before come in the order of their timestamps", async () => {
  const { taken } = await startFixture(async (folder) => {
    for (const k of [3, 1, 2]) await writeFile(join(folder, `pnmlab_a_c1_${k}`), capture());
  });
  await until(() => taken.length === 3);
  expect(taken.map((file) => file.fileName)).toEqual(["pnmlab_a_c1_1", "pnmlab_a_c1_2", "pnmlab_a_c1_3"]);
});
