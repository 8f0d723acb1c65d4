import { randomUUID } from "node:crypto";
import { encodeSpectrumFrame } from "@pnmlab/protocol";
import { expect, test, vi } from "vitest";
import { binHz, lineMask, memoryRecorder, noiseFrame, openDetection, wireBytes } from "../_test/detection.ts";
import { temporaryFolder, waitFor as waitForAtMost } from "../_test/support.ts";

const LINE = { 200: -30 };

// Thousands of frames go through a thread that shares its processor with other tests.
vi.setConfig({ testTimeout: 300_000 });

function waitFor(condition: () => boolean): Promise<void> {
  return waitForAtMost(condition, 120_000);
}

async function openMasks(options: Parameters<typeof openDetection>[0] = {}) {
  const detection = await openDetection(options);
  // What the masks say is not mixed with what the detectors say.
  detection.service.changeSettings({ enabled: [] });
  const through = (frames: number) =>
    waitFor(() => detection.service.state().sessions[0]?.framesAnalysed === frames);
  return { ...detection, through };
}

test("a lab mask raises an event with no browser open, proven by frames, replayed with the mask alone, and cleared", async () => {
  const recorder = memoryRecorder({});
  const { service, masks, store, feed, through } = await openMasks({ recorder: recorder.recorder });
  const id = randomUUID();
  masks.put(id, lineMask(), "anna");
  masks.put(randomUUID(), lineMask({ name: "another", consecutiveFrames: 10_000 }), "anna");
  feed(0, 40);
  feed(40, 60, LINE);
  await through(60);
  const [event, ...others] = store.list({ limit: 10 });
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    detector: "mask",
    kind: "mask",
    severity: "major",
    state: "raised",
    classification: "node 7",
    levelDbmv: -30,
    recordingId: "kept-1",
    evidence: { value: 15, threshold: 0 },
  });
  expect(event!.title).toBe(`Level over mask “node 7” at ${(binHz(200) / 1e6).toFixed(3)} MHz, 15.0 dB`);
  expect(event!.evidence.frames).toHaveLength(5);
  expect(masks.list().map(({ watch }) => watch.state)).toEqual(["failing", "passing"]);
  const context = JSON.parse(store.context(event!.id)!) as { masks: { name: string }[] };
  expect(context.masks.map(({ name }) => name)).toEqual(["node 7"]);
  const replay = await service.replay(event!.id);
  expect(replay).toMatchObject({ source: "evidence", fires: true, value: 15 });
  // 30 s without a level beyond it.
  feed(60, 700);
  await through(700);
  await waitFor(() => store.get(event!.id)!.state === "cleared");
  expect(masks.list()[0]!.watch).toMatchObject({ state: "passing" });
});

test("an event that took more than a minute of frames is replayed with all of them, and not by a recording that holds fewer", async () => {
  const FRAMES = 1300;
  const from = (first: number) =>
    function* () {
      for (let sequence = first; sequence < FRAMES + 20; sequence += 1) {
        yield encodeSpectrumFrame(noiseFrame(sequence, LINE));
      }
    };
  const recordings = { "kept-1": from(FRAMES - 200), "ring-s-1": from(0) };
  const { recorder, read } = memoryRecorder(recordings);
  const { service, masks, store, feed, through } = await openMasks({ recorder });
  masks.put(randomUUID(), lineMask({ consecutiveFrames: FRAMES }), "anna");
  for (let fed = 0; fed < FRAMES + 20; fed += 220) {
    feed(fed, fed + 220, LINE);
    await through(fed + 220);
  }
  const [event] = store.list({ limit: 10 });
  expect(event).toMatchObject({ kind: "mask", recordingId: "kept-1" });
  expect(await service.replay(event!.id)).toMatchObject({ source: "ring", fires: true, value: 15 });
  expect(read).toEqual(["kept-1", "ring-s-1"]);
});

test("an event that outlives its place in the log is not replayed, and says why", async () => {
  const { service, masks, store, feed, through } = await openMasks();
  masks.put(randomUUID(), lineMask(), "anna");
  feed(0, 10, LINE);
  await through(10);
  const [event] = store.list({ limit: 1 });
  store.prune(0, 0);
  expect(store.list({ limit: 1 })).toEqual([]);
  store.save(event!);
  await expect(service.replay(event!.id)).rejects.toMatchObject({
    code: "EVENT_EVIDENCE_NOT_FOUND",
    message: "what event 1 was judged by has left the log with the oldest events",
  });
});

test("masks that are put, changed and taken away hold from the next frame, while the detectors keep what they know", async () => {
  const { service, masks, store, feed, through } = await openMasks();
  feed(0, 20, LINE);
  await through(20);
  const id = randomUUID();
  masks.put(id, lineMask(), "anna");
  feed(20, 30, LINE);
  await through(30);
  expect(store.list({ limit: 10 })).toMatchObject([{ kind: "mask", state: "raised" }]);
  masks.put(id, lineMask({ severity: "critical" }), "anna");
  feed(30, 40, LINE);
  await through(40);
  expect(store.list({ limit: 10 }).map(({ state, severity }) => [state, severity])).toEqual([
    ["raised", "critical"],
    ["cleared", "major"],
  ]);
  masks.remove(id);
  feed(40, 50, LINE);
  await through(50);
  expect(store.list({ limit: 10 }).map(({ state }) => state)).toEqual(["cleared", "cleared"]);
  expect(service.state().restarts).toBe(0);
});

test("an event of a mask goes on under its number when the detectors begin anew, and one of another mask does not take it", async () => {
  const { service, masks, store, feed, through } = await openMasks();
  masks.put(randomUUID(), lineMask(), "anna");
  feed(0, 10, LINE);
  await through(10);
  masks.put(randomUUID(), lineMask({ name: "a second" }), "anna");
  service.changeSettings({ thresholds: { clearS: 10 } });
  // The worst frequency may be another one by then.
  feed(10, 20, { 200: -35, 100: -30 });
  await through(20);
  expect(
    store.list({ state: "raised", limit: 10 }).map(({ number, classification }) => [number, classification]),
  ).toEqual([
    [2, "a second"],
    [1, "node 7"],
  ]);
});

test("a mask that does not fit the capture is said to be not judged, and one on a port without a capture to wait for one", async () => {
  const { masks, service, session, feed, through } = await openMasks();
  const away = lineMask({
    name: "away",
    source: {
      from: "points",
      points: [
        { frequencyHz: 100e6, levelDbmv: -45 },
        { frequencyHz: 120e6, levelDbmv: -45 },
      ],
    },
  });
  masks.put(randomUUID(), away, "anna");
  masks.put(randomUUID(), lineMask({ rfPortIfIndex: 6 }), "anna");
  const states = () => masks.list().map(({ watch }) => watch.state);
  expect(states()).toEqual(["idle", "idle"]);
  feed(0, 5);
  await through(5);
  expect(states()).toEqual(["unfit", "idle"]);
  expect(masks.list()[0]!.watch.sentence).toBe(
    "It is not judged: its line goes from 100.0 to 120.0 MHz, and the capture shows 5.0 to 25.0 MHz. Capture that band, or make the mask anew.",
  );
  service.publishSession({ ...session, state: "stopped", desired: "stopped" });
  expect(states()).toEqual(["idle", "idle"]);
});

test("while the thread of the detectors is away no mask is said to pass or to fail", async () => {
  const { masks, feed, through, kill } = await openMasks();
  masks.put(randomUUID(), lineMask(), "anna");
  masks.put(randomUUID(), lineMask({ name: "loose", consecutiveFrames: 10_000 }), "anna");
  const states = () => masks.list().map(({ watch }) => watch.state);
  feed(0, 5, LINE);
  await through(5);
  expect(states()).toEqual(["failing", "passing"]);
  await kill();
  expect(states()).toEqual(["waiting", "waiting"]);
  feed(5, 10, LINE);
  await through(10);
  expect(states()).toEqual(["failing", "passing"]);
});

test("while detectors that came upon an error are held back no mask is said to pass", async () => {
  const { masks, service, feed, through, lines } = await openMasks();
  masks.put(randomUUID(), lineMask(), "anna");
  feed(0, 5);
  await through(5);
  expect(masks.list()[0]!.watch.state).toBe("passing");
  // Detectors that begin anew come upon a line without points, which nothing outside may hand over.
  service.changeSettings({ thresholds: { clearS: 10 } });
  const source = { from: "points" as const, points: [null as never] };
  masks.put(randomUUID(), lineMask({ name: "odd", source }), "anna");
  feed(5, 10);
  await waitFor(() => lines.join().includes("failed and begin anew"));
  expect(masks.list().map(({ watch }) => watch.state)).toEqual(["waiting", "waiting"]);
});

test("a rehearsal counts what the masks of the port would have raised in a recording", async () => {
  const frames = function* () {
    for (let sequence = 0; sequence < 40; sequence += 1) {
      const { levelsHundredthsDbmv, ...frame } = noiseFrame(sequence, LINE);
      const levelsDbmv = Float32Array.from(levelsHundredthsDbmv, (level) => level / 100);
      yield wireBytes({ ...frame, levelsDbmv, timeS: sequence / 20 });
    }
  };
  const { service, masks } = await openMasks({ recorder: memoryRecorder({ kept: frames }).recorder });
  masks.put(randomUUID(), lineMask(), "anna");
  expect((await service.rehearse("kept", { enabled: [] })).counts).toEqual({ mask: 1 });
});

test("masks outlive the backend, with who put them and when", async () => {
  const dataDir = await temporaryFolder();
  const first = await openDetection({ dataDir });
  const id = randomUUID();
  first.masks.put(id, lineMask(), "anna");
  first.masks.put(id, lineMask({ name: "node 8" }), "ben");
  await first.service[Symbol.asyncDispose]();
  const second = await openDetection({ dataDir });
  expect(second.masks.list()).toMatchObject([{ ...lineMask({ name: "node 8" }), id, updatedBy: "ben" }]);
  second.masks.remove(id);
  expect((await openDetection({ dataDir })).masks.list()).toEqual([]);
});
