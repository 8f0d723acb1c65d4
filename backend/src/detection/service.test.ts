import { generic } from "@pnmlab/docsis-mib";
import { Random } from "@pnmlab/pnm-analysis";
import { encodeUtsc } from "@pnmlab/pnm-codec";
import { decodeSpectrumFrame, encodeSpectrumFrame } from "@pnmlab/protocol";
import { scenarios } from "@pnmlab/simulator";
import { expect, test, vi } from "vitest";
import { recordingOf } from "../../../packages/simulator/src/testing/recording.ts";
import {
  binHz,
  channelsOf,
  memoryRecorder,
  noiseFrame,
  openDetection,
  START_MS,
  wireBytes,
} from "../_test/detection.ts";
import { exampleSession, waitFor as waitForAtMost } from "../_test/support.ts";
import { decodeCaptures } from "../utsc/capture-frame.ts";
import { unpackFrames } from "./frame-pack.ts";

const LINE = { 200: -30 };

// Thousands of frames go through a thread that shares its processor with other tests.
vi.setConfig({ testTimeout: 300_000 });

function waitFor(condition: () => boolean): Promise<void> {
  return waitForAtMost(condition, 120_000);
}

test("a line is raised with its frequency and level, proven by five frames, and raised again by them", async () => {
  const detection = await openDetection();
  const { service, store, published } = detection;
  detection.feed(0, 40);
  detection.feed(40, 160, LINE);
  await waitFor(() => service.state().sessions[0]?.framesAnalysed === 160);
  const [event] = store.list({ kind: "narrowbandIngress", limit: 10 });
  expect(Math.abs(event!.f0Hz - binHz(200))).toBeLessThan(50_000);
  expect(Math.abs(event!.levelDbmv! + 30)).toBeLessThan(1);
  expect(event!.state).toBe("raised");
  const frames = unpackFrames(store.evidence(event!.id)!).map(decodeSpectrumFrame);
  expect(frames.map(({ sequence }) => sequence)).toEqual(event!.evidence.frames);
  expect(frames).toHaveLength(5);
  expect(event!.evidence.peakFrame).toBe(frames[2]!.sequence);
  for (const { levelsHundredthsDbmv } of frames) expect(levelsHundredthsDbmv[200]).toBe(-3000);
  // Raised, and changed at most once in five seconds of frames.
  expect(published.filter(({ id }) => id === event!.id).length).toBeLessThanOrEqual(3);

  const replay = await service.replay(event!.id);
  expect(replay).toMatchObject({ source: "evidence", frames: 5, fires: true });
  expect(replay.verdict).toMatch(
    /^5 frames of its evidence raise it again: .* of .* dB over a threshold of .* dB; /,
  );
  expect(replay.value).toBeCloseTo(event!.evidence.value, 6);
  expect(await service.replay(event!.id)).toEqual(replay);
  await expect(service.replay("none")).rejects.toMatchObject({ code: "EVENT_UNKNOWN" });
});

test("a capture file at full scale is a receiver overload, with its share in the event and in the frames that prove it", async () => {
  const detection = await openDetection();
  const { service, store, session } = detection;
  const file = (sequence: number) => {
    const random = new Random(BigInt(sequence + 1));
    const deviation = sequence === 60 ? 20_000 : sequence > 60 && sequence < 65 ? 12_000 : 500;
    const samples = Int16Array.from({ length: 2 * 1024 }, () =>
      Math.max(-32768, Math.min(32767, Math.round(deviation * random.normal()))),
    );
    const bytes = encodeUtsc({
      form: "common-header-v2",
      captureTimeS: 1_780_000_000,
      ifIndex: 5,
      ccapId: "ccap",
      outputFormat: "timeIQ",
      bins: 1024,
      centerFrequencyHz: 51_200_000,
      spanHz: 102_400_000,
      samples,
    });
    const clipped = samples.filter((value) => value === 32767 || value === -32768).length / samples.length;
    return { bytes, clipped };
  };
  const shares: number[] = [];
  for (let sequence = 0; sequence < 100; sequence += 1) {
    const { bytes, clipped } = file(sequence);
    shares.push(clipped);
    const [capture] = decodeCaptures(bytes, "pnmlab_a_c1", {
      accepted: { ...session.accepted!, outputFormat: "timeIQ", bins: 1024, spanHz: 102_400_000 },
      kHundredthsDb: -8600,
      sampleRateHz: 102_400_000,
      resolutionBandwidthHz: undefined,
      samples: generic.samples,
    });
    const { observed: _, reading: __, ...spectrum } = capture!;
    service.publishFrame("s-1", { ...noiseFrame(sequence), ...spectrum });
  }
  await waitFor(() => service.state().sessions[0]?.framesAnalysed === 100);
  const [event, ...others] = store.list({ kind: "receiverOverload", limit: 10 });
  expect(others).toEqual([]);
  const most = Math.max(...shares);
  expect(most).toBeGreaterThan(0.01);
  expect(event!.evidence.value / most).toBeCloseTo(1, 2);
  expect(event!.severity).toBe("major");
  const frames = unpackFrames(store.evidence(event!.id)!).map(decodeSpectrumFrame);
  expect(frames).toHaveLength(5);
  for (const { sequence, clippedShare = 0 } of frames) {
    expect(Math.abs(clippedShare - shares[sequence]!)).toBeLessThan(0.001 * most);
  }
  expect(await service.replay(event!.id)).toMatchObject({ source: "evidence", fires: true });
});

test("no frame is skipped where a long file brings many at once, and what is too much is counted", async () => {
  const detection = await openDetection();
  detection.feed(0, 1000);
  await waitFor(() => detection.service.state().sessions[0]?.framesAnalysed === 1000);
  expect(detection.service.state().sessions[0]!.framesSkipped).toBe(0);
  detection.feed(1000, 3000);
  const [session] = detection.service.state().sessions;
  expect(session!.framesSkipped).toBeGreaterThan(0);
  expect(session!.framesWaiting + session!.framesSkipped).toBe(2000);
  await waitFor(() => detection.service.state().sessions[0]!.framesWaiting === 0);
  expect(detection.service.state().cpuMsPerFrame).toBeGreaterThan(0);
});

test("a thread that dies is started again, says so, and what is still there goes on as the same event", async () => {
  const detection = await openDetection();
  const { service, store } = detection;
  detection.feed(0, 60, LINE);
  await waitFor(() => store.list({ state: "raised", limit: 10 }).length === 1);
  const [before] = store.list({ limit: 10 });
  await detection.kill();
  expect(service.state()).toMatchObject({ worker: "restarting", restarts: 0 });
  await expect(service.replay(before!.id)).rejects.toMatchObject({ code: "DETECTORS_UNAVAILABLE" });
  detection.feed(60, 160, LINE);
  await waitFor(() => service.state().worker === "running");
  await waitFor(() => (store.get(before!.id)?.lastMs ?? 0) > before!.lastMs);
  expect(store.list({ limit: 10 })).toHaveLength(1);
  expect(service.state().sentence).toMatch(/started again once/);
  expect(detection.lines.join()).toMatch(/thread of the detectors is lost/);
});

test("thresholds hold for running captures at once and are kept; what they raise no more is let go", async () => {
  const detection = await openDetection();
  const { service, store, session } = detection;
  expect(() => service.changeSettings({ thresholds: { d1LiveDb: 99 } })).toThrow(
    /d1LiveDb goes from 9 to 30 dB/,
  );
  expect(() => service.changeSettings({ enabled: ["D99"] })).toThrow("there is no detector D99");
  detection.feed(0, 40);
  const settings = service.changeSettings({ enabled: ["D2"], thresholds: { d1LiveDb: 20, d2WarnDb: 3 } });
  expect(settings.enabled).toEqual(["D2"]);
  expect(settings.thresholds.find(({ name }) => name === "d1LiveDb")).toMatchObject({
    detector: "D1",
    value: 20,
    default: 13,
  });
  expect(store.settings()).toEqual({ enabled: ["D2"], thresholds: { d1LiveDb: 20 } });
  detection.feed(40, 140, LINE);
  await waitFor(() => service.state().sessions[0]?.framesAnalysed === 140);
  expect(store.list({ limit: 10 })).toEqual([]);
  service.changeSettings({ enabled: ["D1"], thresholds: { d1LiveDb: 13 } });
  detection.feed(140, 200, LINE);
  await waitFor(() => store.list({ state: "raised", limit: 10 }).length === 1);
  Object.assign(session, { state: "stopped", desired: "stopped" });
  service.publishSession(session);
  await waitFor(() => store.list({ state: "raised", limit: 10 }).length === 0);
  expect(service.state().sessions).toEqual([]);
});

test("a rise of the noise is raised again by the frames of the ring, and not by the five that prove it", async () => {
  const recordings: Record<string, () => Generator<Uint8Array<ArrayBuffer>>> = {
    // It begins when the noise has risen already: what it was before is known from the event.
    *"ring-s-1"() {
      for (let sequence = 250; sequence < 1100; sequence += 1) {
        yield encodeSpectrumFrame(noiseFrame(sequence, {}, 8));
      }
    },
  };
  const { recorder } = memoryRecorder(recordings);
  const { service, store, feed } = await openDetection({ recorder });
  feed(0, 200);
  feed(200, 1100, {}, 8);
  await waitFor(() => service.state().sessions[0]?.framesAnalysed === 1100);
  const [event] = store.list({ kind: "noiseRise", limit: 10 });
  expect(event).toMatchObject({ state: "raised", severity: "major" });
  const replay = await service.replay(event!.id);
  expect(replay).toMatchObject({ source: "ring", frames: 850, fires: true });
  expect(Math.abs(replay.value! - event!.evidence.value)).toBeLessThan(0.5);
  delete recordings["ring-s-1"];
  expect(await service.replay(event!.id)).toMatchObject({ source: "evidence", frames: 5, fires: false });
});

test("a rehearsal raises what the recording holds, nothing with thresholds above it, and nothing on a clean plant", async () => {
  const clean = scenarios.clean.ports[2]!;
  const carrier = { kind: "cb" as const, label: "CB", frequencyHz: 27.185e6, levelDbmv: -42 };
  function* frames(carriers: (typeof carrier)[], count: number) {
    for (const frame of recordingOf({ ...clean, carriers }, { frames: count }).frames())
      yield wireBytes(frame);
  }
  const recordings = { ingress: () => frames([carrier], 200), clean: () => frames([], 600) };
  const { recorder, closed } = memoryRecorder(recordings, channelsOf(clean));
  const { service } = await openDetection({ recorder });
  const found = await service.rehearse("ingress", { enabled: ["D1"] });
  expect(found.frames).toBe(200);
  expect(found.counts).toEqual({ narrowbandIngress: 1 });
  expect(Math.abs(found.events[0]!.f0Hz - 27.185e6)).toBeLessThan(50_000);
  const thresholds = { d1LiveDb: 30, d1AverageDb: 20, d1HoldDb: 20 };
  expect((await service.rehearse("ingress", { enabled: ["D1"], thresholds })).counts).toEqual({});
  const quiet = await service.rehearse("clean", {});
  expect(quiet).toMatchObject({ frames: 600, counts: {}, events: [] });
  expect(closed()).toBe(3);
});

test("beats of downstream carriers are looked for where the channels of the downstream beat, live and in recordings", async () => {
  // Two groups of channels, the second shifted by 3.25 MHz: none of their beats is a multiple of the spacing alone.
  const downstream = [561e6, 567e6, 573e6, 579e6, 700.25e6, 706.25e6, 712.25e6].map((centerHz) => ({
    lowerHz: centerHz - 3e6,
    upperHz: centerHz + 3e6,
  }));
  const shiftHz = (700.25e6 - 561e6) % 6e6;
  const teeth = Array.from({ length: 14 }, (_, n) => n * 6e6 + shiftHz);
  const frames = Array.from({ length: 400 }, (_, sequence) => {
    const noise = Array.from({ length: 4 }, (__, k) => [
      ...noiseFrame(4 * sequence + k).levelsHundredthsDbmv,
    ]);
    const levelsHundredthsDbmv = Int16Array.from(noise.flat());
    for (const hz of teeth) levelsHundredthsDbmv[Math.round((hz - binHz(0)) / (binHz(1) - binHz(0)))] = -4700;
    return { ...noiseFrame(sequence), levelsHundredthsDbmv };
  });
  const comb = () => frames.map((frame) => encodeSpectrumFrame(frame));
  const { recorder } = memoryRecorder({ comb });
  const known = await openDetection({ recorder, downstream });
  for (const frame of frames) known.service.publishFrame("s-1", frame);
  await waitFor(() => known.service.state().sessions[0]?.framesAnalysed === 400);
  const [found] = known.store.list({ kind: "cpdComb", limit: 10 });
  expect(found).toMatchObject({ figures: { spacingHz: 6e6, offsetHz: shiftHz } });
  expect(JSON.parse(known.store.context(found!.id)!)).toMatchObject({ downstream });
  expect((await known.service.rehearse("comb", { enabled: ["D4"] })).counts).toEqual({ cpdComb: 1 });
  const unknown = await openDetection({ recorder });
  expect((await unknown.service.rehearse("comb", { enabled: ["D4"] })).counts).toEqual({});
});

test("rehearsals of a ring that grows are over the same frames where they name the same times", async () => {
  let length = 600;
  function* growing() {
    for (let sequence = 0; sequence < length; sequence += 1) {
      yield encodeSpectrumFrame(noiseFrame(sequence));
    }
  }
  const { recorder } = memoryRecorder({ growing });
  const { service } = await openDetection({ recorder });
  const first = await service.rehearse("growing", {});
  const { capturedAtMs: firstMs } = noiseFrame(0);
  const { capturedAtMs: lastMs } = noiseFrame(599);
  expect(first).toMatchObject({ frames: 600, firstMs, lastMs });
  length = 800;
  expect((await service.rehearse("growing", {})).frames).toBe(800);
  const same = await service.rehearse("growing", { enabled: ["D1"], fromMs: firstMs, toMs: lastMs });
  expect(same).toMatchObject({ frames: 600, firstMs, lastMs });
  const none = await service.rehearse("growing", { toMs: firstMs - 1 });
  expect(none).toMatchObject({ frames: 0, firstMs: null, lastMs: null });
});

test("a rehearsal whose caller leaves ends and closes the recording", async () => {
  const gone = new AbortController();
  let given = 0;
  function* endless() {
    for (;;) {
      given += 1;
      if (given === 100) gone.abort();
      yield wireBytes({
        levelsDbmv: new Float32Array(64).fill(-50),
        firstBinHz: 5e6,
        binSpacingHz: 50e3,
        resolutionBandwidthHz: 50e3,
        timeS: given / 20,
        sequence: given,
      });
    }
  }
  const { recorder, closed } = memoryRecorder({ endless });
  const { service } = await openDetection({ recorder });
  await expect(service.rehearse("endless", {}, gone.signal)).rejects.toMatchObject({ name: "AbortError" });
  expect(closed()).toBe(1);
  expect(given).toBeLessThan(200);
});

test("a database that refuses ends neither the backend nor what the detectors follow", async () => {
  const { service, store, feed, lines } = await openDetection();
  const { nextNumber, saveEvidence } = store;
  let refused = 0;
  const refuse = () => {
    refused += 1;
    throw new Error("database or disk is full");
  };
  Object.assign(store, { nextNumber: refuse, saveEvidence: refuse });
  feed(0, 60, LINE);
  await waitFor(() => refused > 0);
  Object.assign(store, { nextNumber, saveEvidence });
  feed(60, 190, LINE);
  await waitFor(() => store.list({ kind: "narrowbandIngress", state: "raised", limit: 10 }).length === 1);
  expect(lines.join()).toMatch(/database or disk is full/);
  expect(service.state().worker).toBe("running");
});

test("noise is judged against the same hour of the last days, which each capture adds to", async () => {
  const { service, noise, store, session, feed } = await openDetection();
  const hour = Math.floor(START_MS / 3_600_000);
  const port = { cmtsId: session.cmtsId, rfPortIfIndex: session.rfPortIfIndex };
  // 8 dB over what it was on other days from the first frame on: a start of the session would be taken for normal.
  const dbmvPerHz = -59 - 10 * Math.log10(50_000);
  for (const day of [1, 2, 3]) noise.save({ ...port, hour: hour - 24 * day, dbmvPerHz, samples: 3000 });
  feed(0, 1000, {}, 8);
  await waitFor(() => store.list({ kind: "noiseRise", state: "raised", limit: 10 }).length === 1);
  const [event] = store.list({ kind: "noiseRise", limit: 10 });
  expect(event!.figures.baselineDbmv).toBeCloseTo(-59, 6);
  expect(Math.abs(event!.evidence.value - 8)).toBeLessThan(1);

  // Five days on, two of the three that were given lie within the week, and this one.
  const later = () => noise.baselineDbmvPerHz(port.cmtsId, port.rfPortIfIndex, hour + 24 * 5);
  expect(later()).toBeUndefined();
  await waitFor(() => service.state().sessions[0]?.framesWaiting === 0);
  feed(1000, 1400, {}, 8);
  Object.assign(session, { state: "stopped", desired: "stopped" });
  service.publishSession(session);
  await waitFor(() => later() !== undefined);
  expect(later()).toBeCloseTo(dbmvPerHz, 6);
});

test("mains rhythms that the times of the frames hide are told once there are enough frames", async () => {
  const detection = await openDetection();
  const { service } = detection;
  const hidden = () => service.state().sessions[0]?.hiddenMainsHz;
  detection.feed(0, 199);
  expect(hidden()).toBeNull();
  detection.feed(199, 240);
  expect(hidden()).toEqual([50, 60, 100, 120]);
});

test("a trigger that selects the frames is told with the session: its traffic is not judged", async () => {
  const restsFor = async (triggerMode: "idleSid" | "freeRunning") => {
    const requested = { ...exampleSession("s-1").requested, triggerMode };
    const { service, feed } = await openDetection({ session: { requested, accepted: null } });
    feed(0, 1);
    return service.state().sessions[0]?.trafficRestsFor;
  };
  expect(await restsFor("idleSid")).toBe("idleSid");
  expect(await restsFor("freeRunning")).toBeNull();
});
