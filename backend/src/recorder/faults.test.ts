import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeSpectrumFrame, encodeSpectrumFrame } from "@pnmlab/protocol";
import { encodeHead, encodeRecord, RecordKind } from "@pnmlab/recording";
import { expect, it } from "vitest";
import { all, numberedFrame, openTestRecorder, START_MS } from "../_test/recorder.ts";
import { build, exampleSession, waitFor } from "../_test/support.ts";

const growing = {
  sessionId: "s1",
  kind: "kept",
  label: "",
  note: "",
  fromMs: START_MS,
  toMs: Number.MAX_SAFE_INTEGER,
  endsAtMs: null,
  eventId: null,
} as const;

async function sequencesOf(lab: Awaited<ReturnType<typeof openTestRecorder>>, id: string): Promise<number[]> {
  const frames = await all(lab.recorder.frames(id));
  return frames.map((bytes) => decodeSpectrumFrame(bytes.buffer).sequence);
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k);

/** A recording as a file whose frames are made from those given. */
function fileOf(frames: readonly ReturnType<typeof numberedFrame>[], note = ""): AsyncIterable<Uint8Array> {
  const { requested } = exampleSession("s1");
  const head = encodeHead({
    sessionId: "s9",
    cmtsId: "far",
    rfPortIfIndex: 1,
    rfPortName: "us",
    label: "",
    note,
    createdAt: new Date(START_MS).toISOString(),
    settings: {
      fromMs: START_MS,
      firstSequence: 1,
      requested,
      accepted: null,
      observed: null,
      kHundredthsDb: 0,
      channels: [],
      software: build,
    },
  });
  return (async function* () {
    yield head;
    for (const frame of frames) yield encodeRecord(RecordKind.frame, encodeSpectrumFrame(frame));
  })();
}

it("goes on with a recording where the database refuses its figures for a while", async () => {
  const lab = await openTestRecorder();
  await lab.publish(1, 50);
  const { id } = await lab.recorder.begin(growing);
  const { recordings } = lab.storage.recordings;
  const { save } = recordings;
  let refused = 0;
  recordings.save = () => {
    refused += 1;
    throw new Error("database or disk is full");
  };
  await lab.publish(51, 250);
  await waitFor(() => refused > 0);
  recordings.save = save;
  await lab.publish(251, 400);
  expect(await lab.recorder.finish(id)).toMatchObject({ frames: 400, isOpen: false });
  expect(await sequencesOf(lab, id)).toEqual(numbers(1, 400));
});

it("opens whatever else lies among the kept recordings, and names what cannot be read", async () => {
  const first = await openTestRecorder();
  await first.publish(1, 50);
  const { id } = await first.recorder.keep("s1", { minutes: 1 });
  await first.close();
  const kept = join(first.dataDir, "recordings", "kept");
  await writeFile(join(kept, "notes.txt"), "not a recording");
  await mkdir(join(kept, "empty"));
  const second = await openTestRecorder({ dataDir: first.dataDir });
  expect(second.recorder.list().some((recording) => recording.id === id)).toBe(true);
  expect(await readFile(join(kept, "notes.txt"), "utf8")).toBe("not a recording");
  expect(second.lines.join()).toMatch(/notes\.txt/);
});

it("takes a segment whose write failed under two readers back once", async () => {
  const other = await openTestRecorder();
  await other.publish(101, 150);
  await other.close();
  const [name] = (await readdir(other.ringPath)).filter((file) => file.endsWith(".pls"));
  const lab = await openTestRecorder();
  await lab.publish(1, 100);
  // What lies in its place lets the next segment fail.
  await writeFile(join(lab.ringPath, name!), await readFile(join(other.ringPath, name!)));
  lab.recorder.publishFrame("s1", numberedFrame(101));
  await Promise.all(numbers(1, 5).map(() => lab.recorder.detail("ring-s1")));
  lab.clock.nowMs += 60_000;
  await waitFor(async () => (await sequencesOf(lab, "ring-s1")).length >= 150, 60_000);
  expect(await sequencesOf(lab, "ring-s1")).toEqual(numbers(1, 150));
});

it("keeps the ring at its length while a recording grows from it", async () => {
  const lab = await openTestRecorder({ ringMinutes: 1 });
  await lab.publish(1, 50);
  const { id } = await lab.recorder.begin(growing);
  for (let from = 51; from < 2451; from += 100) await lab.publish(from, from + 99);
  await waitFor(() => {
    const ring = lab.recorder.list().find(({ kind }) => kind === "ring")!;
    return ring.lastMs! - ring.firstMs! < 90_000;
  });
  expect((await lab.recorder.finish(id))!.frames).toBe(2450);
});

it("keeps the ring where the clock of the CMTS was ahead and is set back", async () => {
  const lab = await openTestRecorder();
  await lab.publish(1, 30, "s1", (n) => numberedFrame(n, { capturedAtMs: START_MS + 86_400_000 + n * 100 }));
  await lab.publish(31, 400);
  await lab.recorder.keep("s1", { fromMs: START_MS, toMs: START_MS + 5000 });
  await lab.publish(401, 420);
  expect(await sequencesOf(lab, "ring-s1")).toEqual(expect.arrayContaining(numbers(31, 420)));
});

it("gives a ring as a file although its oldest segment goes meanwhile", async () => {
  const lab = await openTestRecorder();
  await lab.publish(1, 250);
  const { chunks } = await lab.recorder.reader.file("ring-s1");
  const [oldest] = (await readdir(lab.ringPath)).filter((name) => name.endsWith(".pls")).sort();
  await rm(join(lab.ringPath, oldest!));
  const target = await openTestRecorder();
  const taken = await target.recorder.importFile(chunks, "taken over");
  expect(taken).toMatchObject({ frames: 150, firstSequence: 101 });
});

it("refuses a file that would take more room as segments than is left, and leaves nothing of it", async () => {
  const lab = await openTestRecorder({ maxBytes: 1e6 });
  // Every other frame has another axis: each is a segment with a head of its own.
  const frames = numbers(1, 1000).map((n) =>
    numberedFrame(n, { levelsHundredthsDbmv: new Int16Array(1 + (n % 2)) }),
  );
  await expect(lab.recorder.importFile(fileOf(frames, "n".repeat(4000)), "")).rejects.toMatchObject({
    code: "RECORDINGS_NO_ROOM",
  });
  expect(lab.recorder.list()).toEqual([]);
  expect(await readdir(join(lab.dataDir, "recordings", "kept"))).toEqual([]);
  expect(lab.recorder.state().storedBytes).toBe(0);
});

it("takes no file in while the disk is full", async () => {
  const lab = await openTestRecorder({ freeBytes: async () => 0 });
  await expect(lab.recorder.importFile(fileOf([numberedFrame(1)]), "")).rejects.toMatchObject({
    code: "RECORDINGS_NO_ROOM",
  });
});

it.each([
  ["time that is no number", { capturedAtMs: Number.NaN }],
  ["time beyond every calendar", { capturedAtMs: 1e300 }],
  ["spacing of zero", { binSpacingHz: 0 }],
  ["frequency that is no number", { firstBinHz: Number.POSITIVE_INFINITY }],
  ["spectrum without a bin", { levelsHundredthsDbmv: new Int16Array(0) }],
])("refuses a file with a %s", async (_, change) => {
  const lab = await openTestRecorder();
  const frames = [numberedFrame(1), numberedFrame(2, change)];
  await expect(lab.recorder.importFile(fileOf(frames), "")).rejects.toMatchObject({
    code: "RECORDING_FILE_INVALID",
  });
  expect(lab.recorder.list()).toEqual([]);
});

it("tries a disk again after seconds although the clock was set back by an hour", async () => {
  const lab = await openTestRecorder();
  await lab.publish(1, 100);
  const blocked = join(lab.ringPath, `${START_MS + 10_100}-101.pls`);
  await writeFile(blocked, "in the way");
  lab.recorder.publishFrame("s1", numberedFrame(101));
  await waitFor(() => lab.recorder.failure !== null);
  lab.clock.nowMs -= 3_600_000;
  await waitFor(() => {
    lab.recorder.publishFrame("s1", numberedFrame(102));
    return lab.recorder.newestMs("s1") === START_MS + 10_200;
  });
});
