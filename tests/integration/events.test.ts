import {
  type DetectionState,
  decodeSpectrumFrame,
  type Health,
  type PlantEvent,
  type RecordingDetail,
  type Rehearsal,
  type Replay,
  type UtscSession,
} from "@pnmlab/protocol";
import { type Scenario, scenarios } from "@pnmlab/simulator";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { labApi, until } from "./lab-api.ts";

// Two ports of a plant that is clean but for one carrier on the first of them. No browser looks at either.
const LEVEL_DBMV = -41;
const FREQUENCY_HZ = 27_185_000;
const [plant] = scenarios.clean.ports;
const scenario: Scenario = {
  name: "one-carrier",
  ports: [
    {
      ...plant!,
      carriers: [{ kind: "cb", label: "CB channel 19", frequencyHz: FREQUENCY_HZ, levelDbmv: LEVEL_DBMV }],
    },
    plant!,
  ],
};
const REQUEST = {
  centerFrequencyHz: 51_200_000,
  spanHz: 102_400_000,
  bins: 2048,
  repeatPeriodUs: 50_000,
  outputFormat: "fftPower",
  window: "blackmanHarris",
};
const BIN_HZ = REQUEST.spanHz / REQUEST.bins;
const CLEAN_FRAMES = 600;

let lab: TestLab;
let dirty: UtscSession;
let clean: UtscSession;

const { ask, api } = labApi(() => lab);

beforeAll(async () => {
  lab = await startTestLab({ cmts: [{ name: "lab-cmts-1", personality: "generic", scenario }] });
  const trigger = { enabled: true, leastSeverity: "info", kinds: ["narrowbandIngress"], preS: 2, postS: 2 };
  await ask("/api/recorder", { trigger }, "PUT");
  const [device] = lab.simulator.devices;
  const start = async (port: number) => {
    const body = { cmtsId: "lab-cmts-1", rfPortIfIndex: device!.rfPorts[port]!.ifIndex, ...REQUEST };
    return (await api<{ session: UtscSession }>("/api/utsc/sessions", body)).session;
  };
  dirty = await start(0);
  clean = await start(1);
});

afterAll(() => lab?.[Symbol.asyncDispose]());

async function eventsOf({ id }: UtscSession): Promise<PlantEvent[]> {
  return (await api<{ events: PlantEvent[] }>(`/api/events?sessionId=${id}`)).events;
}

async function ingress(): Promise<PlantEvent | undefined> {
  return (await eventsOf(dirty)).find(({ kind }) => kind === "narrowbandIngress");
}

/** Frames of an answer, each behind its length. */
function framesIn(bytes: ArrayBuffer) {
  const view = new DataView(bytes);
  const frames = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const length = view.getUint32(at, true);
    frames.push(decodeSpectrumFrame(bytes.slice(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return frames;
}

test("ingress on a port that nobody looks at is raised where and as strong as it is, and proven", async () => {
  const event = await until(async () => {
    const found = await ingress();
    return found && found.count >= 40 ? found : undefined;
  });
  expect(Math.abs(event.f0Hz - FREQUENCY_HZ)).toBeLessThanOrEqual(BIN_HZ);
  expect(Math.abs(event.levelDbmv! - LEVEL_DBMV)).toBeLessThanOrEqual(1);
  expect(event).toMatchObject({ state: "raised", classification: "CB", rfPortIfIndex: dirty.rfPortIfIndex });
  expect(event.title).toMatch(/^Narrowband ingress at 27\.\d{3} MHz, CB$/);

  const frames = framesIn(await (await ask(`/api/events/${event.id}/evidence`)).arrayBuffer());
  expect(frames.map(({ sequence }) => sequence)).toEqual(event.evidence.frames);
  expect(frames).toHaveLength(5);
  for (const { levelsHundredthsDbmv } of frames) expect(levelsHundredthsDbmv).toHaveLength(REQUEST.bins);
});

test("the event is recorded, and the frames of the recorder raise it again with the same value", async () => {
  const event = await until(async () => {
    const found = await ingress();
    return found?.recordingId ? found : undefined;
  });
  const path = `/api/recordings/${event.recordingId}`;
  const { recording } = await until(async () => {
    const found = await api<{ recording: RecordingDetail }>(path);
    return found.recording.isOpen ? undefined : found;
  });
  expect(recording).toMatchObject({ kind: "triggered", eventId: event.id });
  expect(recording.firstMs!).toBeLessThanOrEqual(event.firstMs);
  expect(recording.lastMs!).toBeGreaterThan(event.firstMs);
  const replay = await api<Replay>(`/api/events/${event.id}/replay`, {});
  expect(replay).toMatchObject({ fires: true });
  expect(["recording", "ring"]).toContain(replay.source);
  expect(replay.frames).toBeGreaterThan(5);
});

test("what the recorder holds raises it in a rehearsal too, and not with thresholds above it", async () => {
  const path = `/api/recordings/ring-${dirty.id}/rehearsal`;
  const found = await api<Rehearsal>(path, { enabled: ["D1"] });
  expect(found.counts).toEqual({ narrowbandIngress: 1 });
  expect(Math.abs(found.events[0]!.f0Hz - FREQUENCY_HZ)).toBeLessThanOrEqual(BIN_HZ);
  const thresholds = { d1LiveDb: 30, d1AverageDb: 20, d1HoldDb: 20 };
  const { frames, firstMs: fromMs, lastMs: toMs } = found;
  const above = await api<Rehearsal>(path, { enabled: ["D1"], thresholds, fromMs, toMs });
  // The ring has grown since; the same times are the same frames.
  expect(above).toMatchObject({ frames, firstMs: fromMs, lastMs: toMs, counts: {} });
});

test("600 frames of the clean port raise nothing, no frame is skipped, and health says that detectors run", async () => {
  const analysed = async () => {
    const { sessions } = await api<DetectionState>("/api/detection/state");
    return sessions.find(({ sessionId }) => sessionId === clean.id)?.framesAnalysed ?? 0;
  };
  await until(async () => ((await analysed()) >= CLEAN_FRAMES ? true : undefined));
  expect(await eventsOf(clean)).toEqual([]);
  const { sessions, cpuMsPerFrame } = await api<DetectionState>("/api/detection/state");
  expect(sessions.map(({ framesSkipped }) => framesSkipped)).toEqual([0, 0]);
  expect(cpuMsPerFrame).toBeGreaterThan(0);
  const { checks } = await api<Health>("/api/health");
  expect(checks!.find(({ name }) => name === "detection")).toMatchObject({ status: "ok" });
});

test("after a restart of the backend the event goes on under its number, and ends with its capture", async () => {
  const before = await ingress();
  await lab.restartBackend();
  const restartedMs = Date.now();
  const after = await until(async () => {
    const found = await ingress();
    return found && found.lastMs > restartedMs ? found : undefined;
  });
  expect(after).toMatchObject({ id: before!.id, number: before!.number, firstMs: before!.firstMs });
  await api(`/api/utsc/sessions/${dirty.id}/stop`, {});
  await until(async () => ((await ingress())!.state === "cleared" ? true : undefined));
});
