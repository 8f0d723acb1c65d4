import { appendFile, cp, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeSpectrumFrame, encodeSpectrumFrame, type UpstreamChannel } from "@pnmlab/protocol";
import { describe, expect, it } from "vitest";
import { all, numberedFrame, openTestRecorder, PERIOD_MS, START_MS } from "../_test/recorder.ts";
import { waitFor } from "../_test/support.ts";

const at = (sequence: number) => START_MS + sequence * PERIOD_MS;
const wire = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, k) => encodeSpectrumFrame(numberedFrame(from + k)));
const segmentsIn = async (path: string) =>
  (await readdir(path)).filter((name) => name.endsWith(".pls")).sort();

const CHANNEL: UpstreamChannel = {
  ifIndex: 9,
  name: "u0",
  kind: "scQam",
  lowerFrequencyHz: 20e6,
  upperFrequencyHz: 26_400_000,
};

describe("the ring of a session", () => {
  it("holds every frame bit-exact, the one that was just published included", async () => {
    const { recorder, publish } = await openTestRecorder();
    await publish(1, 250);
    expect(await all(recorder.frames("ring-s1"))).toEqual(wire(1, 250));
    expect(recorder.list()).toMatchObject([
      {
        id: "ring-s1",
        kind: "ring",
        frames: 250,
        firstSequence: 1,
        gaps: 0,
        isOpen: true,
        rfPortName: "us 1/0",
      },
    ]);
  });

  it("is empty before its first frame, and unknown of a session that nobody knows", async () => {
    const { recorder } = await openTestRecorder();
    expect(await recorder.detail("ring-s1")).toMatchObject({ frames: 0, firstMs: null, settings: [] });
    expect(await all(recorder.frames("ring-s1"))).toEqual([]);
    expect(await recorder.reader.overview("ring-s1", { steps: 10 })).toEqual({ stepMs: 0, steps: [] });
    await expect(recorder.detail("ring-s0")).rejects.toMatchObject({ code: "RECORDING_UNKNOWN" });
  });

  it("gives parts by time, by number and up to a limit", async () => {
    const { recorder, publish } = await openTestRecorder();
    await publish(1, 250);
    expect(await all(recorder.frames("ring-s1", { fromMs: at(90), toMs: at(130) }))).toEqual(wire(90, 130));
    expect(await all(recorder.frames("ring-s1", { fromSequence: 95, limit: 20 }))).toEqual(wire(95, 114));
    expect(await all(recorder.frames("ring-s1", { fromSequence: 251 }))).toEqual([]);
  });

  it("begins a new stretch where settings or axis change, and tells each once", async () => {
    const { recorder, publish, sessions } = await openTestRecorder();
    await publish(1, 20);
    const session = sessions.get("s1")!;
    sessions.set("s1", { ...session, requested: { ...session.requested, averaging: 4 } });
    recorder.publishSession(sessions.get("s1")!);
    await publish(21, 40);
    const { settings } = await recorder.detail("ring-s1");
    expect(settings).toMatchObject([
      { firstSequence: 1, requested: { bins: 1600 } },
      { firstSequence: 21, fromMs: at(21), requested: { averaging: 4 } },
    ]);
    await publish(41, 60, "s1", (n) =>
      numberedFrame(n, { levelsHundredthsDbmv: new Int16Array(8).fill(-n) }),
    );
    expect(await all(recorder.frames("ring-s1"))).toHaveLength(60);
    const rows = await all(recorder.reader.rows("ring-s1", { rows: 1, mode: "max" }));
    expect(rows.map((row) => decodeSpectrumFrame(row.buffer).levelsHundredthsDbmv.length)).toEqual([64, 8]);
  });

  it("keeps as much as its length and removes what lies further back", async () => {
    const { recorder, publish, ringPath } = await openTestRecorder({ ringMinutes: 1 });
    await publish(1, 1500);
    await waitFor(() => recorder.list()[0]!.frames < 800);
    const { frames, firstMs, lastMs } = recorder.list()[0]!;
    expect(lastMs! - firstMs!).toBeGreaterThanOrEqual(60_000);
    expect(lastMs! - firstMs!).toBeLessThan(80_000);
    expect(await all(recorder.frames("ring-s1"))).toHaveLength(frames);
    expect((await segmentsIn(ringPath)).length).toBeLessThanOrEqual(8);
  });

  it("counts frames that never came as a gap, at their place in the overview", async () => {
    const { recorder, publish } = await openTestRecorder();
    await publish(1, 100);
    await publish(151, 300);
    expect(recorder.list()[0]).toMatchObject({ frames: 250, gaps: 1 });
    const { steps, stepMs } = await recorder.reader.overview("ring-s1", {
      fromMs: at(1),
      toMs: at(301),
      steps: 6,
    });
    expect(stepMs).toBe(5000);
    // The first of them is the hole itself, the other has the frame that ends it.
    expect(steps.map(({ gap }) => gap)).toEqual([false, false, true, true, false, false]);
    expect(steps.map(({ frames }) => frames)).toEqual([50, 50, 0, 50, 50, 50]);
  });

  it("shows an impulse of one frame in the line at its own step, as high as it was", async () => {
    const { recorder, publish, channels } = await openTestRecorder();
    channels.push(CHANNEL);
    const withImpulse = (n: number) =>
      numberedFrame(n, {
        levelsHundredthsDbmv: Int16Array.from({ length: 64 }, (_, bin) =>
          bin > 10 && bin < 26 ? 0 : n === 205 ? -2000 : -4500,
        ),
      });
    await publish(1, 30, "s1", withImpulse);
    await publish(31, 300, "s1", withImpulse);
    const span = { fromMs: at(201), toMs: at(241) };
    const { steps } = await recorder.reader.overview("ring-s1", { ...span, steps: 4 });
    expect(steps.map(({ frames }) => frames)).toEqual([10, 10, 10, 10]);
    expect(steps.map(({ quietDbmv }) => Math.round(quietDbmv ?? 0))).toEqual([-20, -45, -45, -45]);
  });

  it("tells the power of the quiet bins once the channels of the port are known", async () => {
    const { recorder, publish, channels } = await openTestRecorder();
    channels.push(CHANNEL);
    const flat = (n: number) =>
      numberedFrame(n, {
        levelsHundredthsDbmv: Int16Array.from({ length: 64 }, (_, bin) => (bin > 10 && bin < 26 ? 0 : -4500)),
      });
    await publish(1, 30, "s1", flat);
    await publish(31, 140, "s1", flat);
    await recorder.keep("s1", {});
    const { steps } = await recorder.reader.overview("ring-s1", { fromMs: at(40), toMs: at(141), steps: 1 });
    expect(steps[0]!.quietDbmv).toBeCloseTo(-45, 5);
    expect((await recorder.detail("ring-s1")).settings.at(-1)!.channels).toHaveLength(1);
  });
});

describe("a backend that dies", () => {
  it("finds all that was written again, also where the last record and the index are torn", async () => {
    const first = await openTestRecorder();
    await first.publish(1, 250);
    await all(first.recorder.frames("ring-s1"));
    // The state of the disk after kill -9: the newest segment has no end.
    const files = await Promise.all(
      (await readdir(first.ringPath)).map(
        async (name) => [name, await readFile(join(first.ringPath, name))] as const,
      ),
    );
    await first.close();
    for (const [name, bytes] of files) await writeFile(join(first.ringPath, name), bytes);
    const newest = join(first.ringPath, (await segmentsIn(first.ringPath)).at(-1)!);
    await truncate(newest, (await stat(newest)).size - 30);
    await appendFile(join(first.ringPath, "index.pli"), Buffer.alloc(50, 7));

    const second = await openTestRecorder({ dataDir: first.dataDir });
    expect(await all(second.recorder.frames("ring-s1"))).toEqual(wire(1, 249));
    // The session numbers anew.
    const again = (n: number) => numberedFrame(n, { capturedAtMs: at(n + 300), receivedAtMs: at(n + 300) });
    await second.publish(1, 50, "s1", again);
    const numbers = (await all(second.recorder.frames("ring-s1", { fromSequence: 10, limit: 2 }))).map(
      ({ buffer }) => decodeSpectrumFrame(buffer),
    );
    expect(numbers).toMatchObject([
      { sequence: 10, capturedAtMs: at(310) },
      { sequence: 11, capturedAtMs: at(311) },
    ]);
    expect(recordedFrames(await all(second.recorder.frames("ring-s1")))).toHaveLength(299);
    expect(second.recorder.list()[0]!.gaps).toBe(1);
  });

  it("goes on with a recording that was open", async () => {
    const first = await openTestRecorder();
    await first.publish(1, 50);
    const { id } = await first.recorder.keep("s1", { fromMs: at(20), toMs: at(400) });
    await first.publish(51, 250);
    await first.close();
    const second = await openTestRecorder({ dataDir: first.dataDir });
    const again = (n: number) => numberedFrame(n, { capturedAtMs: at(n + 250), receivedAtMs: at(n + 250) });
    await second.publish(1, 200, "s1", again);
    second.clock.nowMs = at(400) + 5000;
    await waitFor(() => second.recorder.list().some((one) => one.id === id && !one.isOpen));
    expect(await second.recorder.detail(id)).toMatchObject({ frames: 381, firstMs: at(20), lastMs: at(400) });
  });
});

describe("keeping", () => {
  it("takes the newest minutes and holds them when the ring has gone on", async () => {
    const { recorder, publish } = await openTestRecorder({ ringMinutes: 1 });
    await publish(1, 600);
    const kept = await recorder.keep("s1", { minutes: 0.5, label: "before the storm", note: "windy" });
    expect(kept).toMatchObject({
      kind: "kept",
      label: "before the storm",
      note: "windy",
      isOpen: false,
      frames: 301,
    });
    await publish(601, 2000);
    await waitFor(async () => (await recorder.detail("ring-s1")).firstSequence > 600);
    expect(await all(recorder.frames(kept.id))).toEqual(wire(300, 600));
  });

  it("cuts at its edges to the frame, in its figures too", async () => {
    const { recorder, publish } = await openTestRecorder();
    await publish(1, 500);
    const kept = await recorder.keep("s1", { fromMs: at(133), toMs: at(377) });
    expect(kept).toMatchObject({
      firstMs: at(133),
      lastMs: at(377),
      firstSequence: 133,
      frames: 245,
      gaps: 0,
    });
    expect(await all(recorder.frames(kept.id))).toEqual(wire(133, 377));
    const within = await recorder.keep("s1", { fromMs: at(141), toMs: at(144) });
    expect(await all(recorder.frames(within.id))).toEqual(wire(141, 144));
  });

  it("refuses a time in which nothing was recorded, and sessions without a ring", async () => {
    const { recorder, publish } = await openTestRecorder();
    await expect(recorder.keep("s1", {})).rejects.toMatchObject({ code: "RECORDING_UNKNOWN" });
    await publish(1, 50);
    const before = recorder.keep("s1", { fromMs: at(-90), toMs: at(-10) });
    await expect(before).rejects.toMatchObject({ code: "RECORDING_RANGE_INVALID" });
    expect(recorder.list()).toHaveLength(1);
  });

  it("grows up to an end that lies ahead, frames in between included", async () => {
    const { recorder, publish, clock } = await openTestRecorder();
    await publish(1, 50);
    const { id, isOpen } = await recorder.keep("s1", { fromMs: at(40), toMs: at(320) });
    expect(isOpen).toBe(true);
    await publish(51, 330);
    clock.nowMs = at(330) + 5000;
    await waitFor(async () => !(await recorder.detail(id)).isOpen);
    expect(await all(recorder.frames(id))).toEqual(wire(40, 320));
  });

  it("keeps around an event, and prolongs for one within the time after it", async () => {
    const { recorder, publish, clock } = await openTestRecorder();
    await publish(1, 300);
    const around = (sequence: number, eventId: string) =>
      recorder.keepAround({
        sessionId: "s1",
        atMs: at(sequence),
        preS: 5,
        postS: 10,
        eventId,
        label: "ingress",
      });
    const [first, second] = await Promise.all([around(300, "e1"), around(300, "e2")]);
    expect(first).toMatchObject({ kind: "triggered", eventId: "e1", label: "ingress", isOpen: true });
    expect(second.id).toBe(first.id);
    await publish(301, 380);
    expect((await around(380, "e3")).id).toBe(first.id);
    await publish(381, 600);
    clock.nowMs = at(600) + 5000;
    await waitFor(async () => !(await recorder.detail(first.id)).isOpen);
    expect(await all(recorder.frames(first.id))).toEqual(wire(250, 480));
    expect((await around(600, "e4")).id).not.toBe(first.id);
  });

  it("changes label and note and removes, but never a ring", async () => {
    const { recorder, publish, dataDir } = await openTestRecorder();
    await publish(1, 50);
    const { id } = await recorder.keep("s1", {});
    recorder.edit(id, { label: "new" });
    recorder.edit(id, { note: "why" });
    expect(await recorder.detail(id)).toMatchObject({ label: "new", note: "why" });
    await recorder.remove(id);
    await expect(recorder.detail(id)).rejects.toMatchObject({ code: "RECORDING_UNKNOWN" });
    expect(await readdir(join(dataDir, "recordings", "kept"))).toEqual([]);
    await expect(recorder.remove("ring-s1")).rejects.toMatchObject({ code: "RECORDING_RING_CONFLICT" });
  });
});

it("says of a recording whose files are not there that they are not", async () => {
  const first = await openTestRecorder();
  await first.publish(1, 50);
  const { id } = await first.recorder.keep("s1", {});
  await first.close();
  await rm(join(first.dataDir, "recordings", "kept"), { recursive: true });
  const second = await openTestRecorder({ dataDir: first.dataDir });
  await expect(second.recorder.detail(id)).rejects.toMatchObject({ code: "RECORDING_FILES_NOT_FOUND" });
});

it("lists a recording again whose entry went with the database, and nothing that was half removed", async () => {
  const first = await openTestRecorder();
  await first.publish(1, 50);
  const kept = await first.recorder.keep("s1", { label: "dear" });
  await first.close();
  await rm(join(first.dataDir, "pnmlab.db"));
  for (const name of ["gone.removed", "half"]) {
    await cp(
      join(first.dataDir, "recordings", "kept", kept.id),
      join(first.dataDir, "recordings", "kept", name),
      {
        recursive: true,
      },
    );
  }
  await writeFile(join(first.dataDir, "recordings", "kept", "half", "unfinished"), "");
  const second = await openTestRecorder({ dataDir: first.dataDir });
  expect(second.recorder.list().map(({ id }) => id)).toEqual(["ring-s1", kept.id]);
  expect(await second.recorder.detail(kept.id)).toMatchObject({
    kind: "kept",
    label: "found again",
    frames: 50,
  });
});

describe("room", () => {
  it("is made by the rings, the oldest segment of all first, before what was kept", async () => {
    const { recorder, publish } = await openTestRecorder({ maxBytes: 500_000, sessionIds: ["s1", "s2"] });
    await publish(1, 300);
    const { id } = await recorder.keep("s1", { fromMs: at(1), toMs: at(200) });
    await publish(301, 3500, "s2");
    await waitFor(() => recorder.list().find(({ id: ring }) => ring === "ring-s2")!.frames < 2400);
    expect(recorder.state().storedBytes).toBeLessThan(520_000);
    expect(await all(recorder.frames(id))).toEqual(wire(1, 200));
    const ring = recorder.list().find((one) => one.id === "ring-s2")!;
    expect(ring.lastMs).toBe(at(3500));
    expect(recorder.list().some((one) => one.id === "ring-s1" && one.frames > 0)).toBe(false);
    expect(recorder.failure).toBeNull();
  });

  it("that is full of what was kept ends recording, says so, and goes on when some is removed", async () => {
    const { recorder, publish } = await openTestRecorder({ maxBytes: 60_000 });
    await publish(1, 250);
    const { id } = await recorder.keep("s1", {});
    await publish(251, 350);
    await recorder.keep("s1", { fromMs: at(251) });
    await waitFor(() => recorder.failure !== null);
    expect(recorder.failure).toContain("PNMLAB_RECORDINGS_MAX_MB");
    recorder.publishFrame("s1", numberedFrame(351));
    expect(recorder.newestMs("s1") ?? 0).toBeLessThan(at(351));
    await expect(recorder.keep("s1", {})).rejects.toMatchObject({ code: "RECORDINGS_NO_ROOM" });
    await recorder.remove(id);
    await waitFor(() => recorder.failure === null);
    await publish(402, 420);
  });

  it("that a disk lacks is named, and recording resumes with a gap when there is room", async () => {
    let free = Number.POSITIVE_INFINITY;
    const { recorder, publish, lines } = await openTestRecorder({ freeBytes: async () => free });
    await publish(1, 30);
    free = 1e6;
    await waitFor(() => recorder.failure !== null);
    expect(recorder.state().failure).toMatch(/nothing is recorded: the disk of .* is full; free some space/);
    for (let n = 31; n <= 40; n += 1) recorder.publishFrame("s1", numberedFrame(n));
    free = 1e12;
    await waitFor(() => recorder.failure === null);
    await publish(41, 60);
    expect(recorder.list()[0]).toMatchObject({ frames: 50, gaps: 1 });
    expect(lines.join("")).toContain("10 were not");
  });

  it("gone in the middle of a write costs what was being written, and nothing before or after", async () => {
    const { recorder, publish, ringPath, clock } = await openTestRecorder();
    await publish(1, 150);
    await all(recorder.frames("ring-s1"));
    // No disk to fill is at hand: a folder in place of the next segment refuses as well.
    const blocked = join(ringPath, `${String(at(201)).padStart(13, "0")}-201.pls`);
    await mkdir(blocked);
    for (let n = 151; n <= 200; n += 1) recorder.publishFrame("s1", numberedFrame(n));
    for (let n = 201; n <= 210; n += 1) recorder.publishFrame("s1", numberedFrame(n));
    await waitFor(() => recorder.failure !== null);
    expect(recorder.failure).toContain("nothing is recorded");
    recorder.publishFrame("s1", numberedFrame(211));
    await rm(blocked, { recursive: true });
    clock.nowMs += 6000;
    for (let n = 212; n <= 230; n += 1) recorder.publishFrame("s1", numberedFrame(n));
    await waitFor(() => recorder.failure === null);
    const held = recordedFrames(await all(recorder.frames("ring-s1")));
    expect(held.slice(0, 200)).toEqual(Array.from({ length: 200 }, (_, k) => k + 1));
    expect(held.slice(-19)).toEqual(Array.from({ length: 19 }, (_, k) => k + 212));
    expect(recorder.list()[0]!.gaps).toBe(1);
  });
});

function recordedFrames(frames: Uint8Array<ArrayBuffer>[]): number[] {
  return frames.map(({ buffer }) => decodeSpectrumFrame(buffer).sequence);
}
