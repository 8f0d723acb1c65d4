import type { PlantEvent } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import { detectionSource, detectorEvent, memoryRecorder, START_MS } from "../_test/detection.ts";
import { recordingLog, temporaryFolder, waitFor } from "../_test/support.ts";
import { openStorage } from "../storage/index.ts";
import { EventBook } from "./event-book.ts";

async function openBook() {
  const dataDir = await temporaryFolder();
  const storage = openStorage(dataDir);
  onTestFinished(() => storage[Symbol.dispose]());
  const published: PlantEvent[] = [];
  const recording = memoryRecorder({});
  const clock = { nowMs: START_MS };
  const open = () =>
    new EventBook({
      store: storage.events,
      publish: (event) => void published.push(event),
      recorder: recording.recorder,
      log: recordingLog().log,
      now: () => clock.nowMs,
    });
  return { book: open(), open, store: storage.events, published, recording, clock };
}

const frames = (...sequences: number[]) =>
  sequences.map((sequence) => ({ sequence, bytes: new ArrayBuffer(sequence) }));

test("an event is numbered, named and told when it is raised, when it goes on, and when it is cleared", async () => {
  const { book, store, published } = await openBook();
  const source = detectionSource();
  book.take(source, "raised", detectorEvent("a"));
  book.take(source, "changed", detectorEvent("a", { count: 90, levelDbmv: -25 }));
  book.take(source, "cleared", detectorEvent("a", { count: 99, state: "cleared" }));
  book.take(source, "raised", detectorEvent("b", { f0Hz: 9.62e6, classification: undefined }));
  expect(published.map(({ number, state, count }) => [number, state, count])).toEqual([
    [1, "raised", 3],
    [1, "raised", 90],
    [1, "cleared", 99],
    [2, "raised", 3],
  ]);
  expect(published[0]!.title).toBe("Narrowband ingress at 27.185 MHz, CB");
  expect(store.get("a")).toEqual(published[2]);
  expect(store.list({ limit: 10 }).map(({ id }) => id)).toEqual(["b", "a"]);
});

test("figures that are no numbers are left out, and unknown levels are null", async () => {
  const { book, store } = await openBook();
  const odd = { levelDbmv: Number.NaN, dBc: undefined, figures: { slope: Number.NaN, rise: 2 } };
  book.take(detectionSource(), "raised", detectorEvent("a", odd));
  expect(store.get("a")).toMatchObject({ levelDbmv: null, dBc: null, figures: { rise: 2 } });
});

test("evidence replaces what was stored, and its numbers are told with the next change", async () => {
  const { book, store, published } = await openBook();
  const source = detectionSource();
  book.take(source, "raised", detectorEvent("a"));
  expect(published.at(-1)!.evidence.frames).toEqual([]);
  book.prove("a", frames(8, 9, 10, 11, 12), 10);
  book.prove("a", frames(20, 21), 21);
  book.take(source, "changed", detectorEvent("a", { count: 9 }));
  expect(published.at(-1)!.evidence).toMatchObject({ frames: [20, 21], peakFrame: 21 });
  expect(store.evidence("a")).toHaveLength(4 + 20 + 4 + 21);
});

test("events of one time and frequency on several ports name each other; others do not", async () => {
  const { book, store } = await openBook();
  const other = detectionSource({ rfPortIfIndex: 6, sessionId: "s-2" });
  const later = { firstS: START_MS / 1000 + 0.05 };
  book.take(detectionSource(), "raised", detectorEvent("a"));
  book.take(other, "raised", detectorEvent("b", { ...later, f0Hz: 27.2e6 }));
  book.take(other, "raised", detectorEvent("far", { ...later, f0Hz: 31e6 }));
  book.take(other, "raised", detectorEvent("late", { firstS: START_MS / 1000 + 0.2 }));
  book.take(other, "raised", detectorEvent("wide", { ...later, kind: "impulseNoise", detector: "D3" }));
  expect(store.get("a")!.alsoOn).toEqual(["b"]);
  expect(store.get("b")!.alsoOn).toEqual(["a"]);
  expect(store.list({ limit: 10 }).filter(({ alsoOn }) => alsoOn.length > 0)).toHaveLength(2);
});

test("a mute marks what is raised in its band and port, for its time and no longer", async () => {
  const { book, store, clock, recording } = await openBook();
  const mute = {
    id: "m",
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 5,
    kind: null,
    fromHz: 26.9e6,
    toHz: 27.5e6,
    untilAt: new Date(START_MS + 60_000).toISOString(),
    reason: "known CB site",
  };
  book.take(detectionSource(), "raised", detectorEvent("before"));
  book.setMutes([mute]);
  book.take(detectionSource(), "raised", detectorEvent("in", { severity: "critical" }));
  book.take(detectionSource(), "raised", detectorEvent("beside", { f0Hz: 28e6 }));
  book.take(detectionSource({ rfPortIfIndex: 6 }), "raised", detectorEvent("elsewhere"));
  const muted = () =>
    store
      .list({ limit: 10 })
      .filter((event) => event.muted)
      .map(({ id }) => id);
  expect(muted()).toEqual(["in", "before"]);
  expect(recording.kept).toEqual([]);
  clock.nowMs += 60_000;
  book.tick();
  expect(muted()).toEqual([]);
});

test("what detectors lose sight of goes on as the same event when it is found again, else it is cleared", async () => {
  const { book, store, clock, published } = await openBook();
  const source = detectionSource();
  book.take(source, "raised", detectorEvent("a"));
  book.take(source, "raised", detectorEvent("gone", { f0Hz: 13.56e6 }));
  book.prove("a", frames(8, 9), 9);
  book.note("a", { comment: "leg 3" });
  book.release(source, false);
  const next = detectionSource();
  book.take(next, "raised", detectorEvent("anew", { f0Hz: 27.22e6, count: 5, firstS: START_MS / 1000 + 30 }));
  const again = published.at(-1)!;
  expect(again).toMatchObject({ id: "a", number: 1, count: 8, firstMs: START_MS, comment: "leg 3" });
  expect(again.evidence.frames).toEqual([8, 9]);
  book.take(next, "cleared", detectorEvent("anew", { state: "cleared" }));
  expect(store.get("a")!.state).toBe("cleared");
  expect(store.get("gone")!.state).toBe("raised");
  clock.nowMs += 120_000;
  book.tick();
  expect(store.get("gone")!.state).toBe("cleared");
  expect(store.list({ limit: 10 })).toHaveLength(2);
});

test("while a capture is stalled no event is cleared by the clock, but by frames that do not show it", async () => {
  const { book, store, clock } = await openBook();
  const source = detectionSource();
  book.take(source, "raised", detectorEvent("a"));
  book.release(source, false);
  const tick = () => book.tick(() => true);
  clock.nowMs += 3_600_000;
  book.judged(source);
  tick();
  expect(store.get("a")!.state).toBe("raised");
  for (let second = 0; second < 117; second += 1) {
    clock.nowMs += 1000;
    book.judged(source);
  }
  tick();
  expect(store.get("a")!.state).toBe("raised");
  clock.nowMs += 1000;
  book.judged(source);
  tick();
  expect(store.get("a")!.state).toBe("cleared");
});

test("an event that waits to be found again is cleared with its mask, and no other is", async () => {
  const { book, store } = await openBook();
  const source = detectionSource();
  const ofMask = { kind: "mask" as const, detector: "mask" as const };
  book.take(source, "raised", detectorEvent("a", { ...ofMask, classification: "gone" }));
  book.take(source, "raised", detectorEvent("b", { ...ofMask, classification: "kept" }));
  book.take(source, "raised", detectorEvent("c", { classification: "gone" }));
  book.release(source, false);
  const kept = { id: "m", name: "kept", source: { from: "points" as const, points: [] } };
  const masks = [{ ...kept, trace: "live" as const, consecutiveFrames: 1, severity: "major" as const }];
  book.changeMasks({ ...source, rfPortIfIndex: source.rfPortIfIndex + 1 }, []);
  expect(store.get("a")!.state).toBe("raised");
  book.changeMasks(source, masks);
  expect(["a", "b", "c"].map((id) => store.get(id)!.state)).toEqual(["cleared", "raised", "raised"]);
});

test("the end of a capture clears its events, a start of the program takes up those that were raised", async () => {
  const { book, open, store } = await openBook();
  book.take(detectionSource(), "raised", detectorEvent("a"));
  const other = detectionSource({ rfPortIfIndex: 6 });
  book.take(other, "raised", detectorEvent("b"));
  book.release(other, true);
  expect([store.get("a")!.state, store.get("b")!.state]).toEqual(["raised", "cleared"]);
  const later = open();
  later.take(detectionSource(), "raised", detectorEvent("c"));
  expect(store.list({ state: "raised", limit: 10 }).map(({ id }) => id)).toEqual(["a"]);
});

test("an event that the recorder wants is recorded once, also where it grows to that", async () => {
  const { book, store, recording } = await openBook();
  const source = detectionSource();
  book.take(source, "raised", detectorEvent("a", { severity: "minor" }));
  expect(recording.kept).toEqual([]);
  book.take(source, "changed", detectorEvent("a", { severity: "major" }));
  expect(recording.kept).toEqual([
    {
      sessionId: "s-1",
      atMs: START_MS + 1000,
      preS: 10,
      postS: 5,
      eventId: "a",
      label: "Narrowband ingress at 27.185 MHz, CB",
    },
  ]);
  await waitFor(() => store.get("a")!.recordingId === "kept-1");
  book.take(source, "changed", detectorEvent("a", { severity: "critical" }));
  expect(recording.kept).toHaveLength(1);
});

test("what an event was judged by is stored with it once, of masks its own, also where the database refuses it at first", async () => {
  const { book, store } = await openBook();
  const [own, other] = ["own", "other"].map((name) => ({
    id: name,
    name,
    source: { from: "points" as const, points: [] },
    trace: "live" as const,
    consecutiveFrames: 3,
    severity: "major" as const,
  }));
  const source = detectionSource({ context: '{"looks":1}', masks: [own!, other!] });
  const found = (id: string, f0Hz: number) =>
    detectorEvent(id, { detector: "mask", kind: "mask", classification: "own", f0Hz });
  const { save } = store;
  const given: (string | undefined)[] = [];
  store.save = (event, context) => {
    given.push(context);
    save(event, context);
  };
  book.take(source, "raised", found("a", 25e6));
  book.take(source, "changed", found("a", 25e6));
  book.take(source, "cleared", { ...found("a", 25e6), state: "cleared" });
  const context = JSON.stringify({ looks: 1, masks: [own] });
  expect(given).toEqual([context, undefined, undefined]);
  store.save = () => {
    throw new Error("database or disk is full");
  };
  book.take(source, "raised", found("b", 30e6));
  book.take(source, "changed", found("b", 30e6));
  store.save = save;
  book.take(source, "changed", found("b", 30e6));
  expect(["a", "b"].map((id) => store.context(id))).toEqual([context, context]);
});

test("events that the database refuses for a while are told, and stored as they stand when it takes them", async () => {
  const { book, store, published } = await openBook();
  const source = detectionSource({ context: '{"looks":1}' });
  book.take(source, "raised", detectorEvent("a"));
  const { save } = store;
  store.save = () => {
    throw new Error("database or disk is full");
  };
  book.take(source, "raised", detectorEvent("b", { f0Hz: 9.62e6 }));
  book.take(source, "cleared", detectorEvent("a", { state: "cleared" }));
  book.tick();
  expect(published.map(({ id, state }) => [id, state])).toEqual([
    ["a", "raised"],
    ["b", "raised"],
    ["a", "cleared"],
  ]);
  store.save = save;
  book.tick();
  expect(store.get("a")!.state).toBe("cleared");
  expect(store.get("b")!.state).toBe("raised");
  expect(store.context("b")).toBe('{"looks":1}');
});
