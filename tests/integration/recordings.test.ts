import {
  decodeSpectrumFrame,
  type FrameProvenance,
  LIVE_PATH,
  type Recording,
  type RecordingDetail,
  type UtscSession,
} from "@pnmlab/protocol";
import { RECORD_HEADER_BYTES, RecordKind } from "@pnmlab/recording";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { until } from "./lab-api.ts";

const REQUEST = {
  centerFrequencyHz: 51_200_000,
  spanHz: 102_400_000,
  bins: 512,
  repeatPeriodUs: 50_000,
  outputFormat: "fftPower",
};

let lab: TestLab;
let cookie: string;
let session: UtscSession;
/** What a browser that watches was sent, by sequence number. */
const live = new Map<number, Buffer>();
let socket: WebSocket;

beforeAll(async () => {
  lab = await startTestLab();
  cookie = await lab.signIn();
  const [device] = lab.simulator.devices;
  const body = { cmtsId: "lab-cmts-1", rfPortIfIndex: device!.rfPorts[0]!.ifIndex, ...REQUEST };
  session = (await api<{ session: UtscSession }>("POST", "/api/utsc/sessions", body)).session;
  socket = new WebSocket(`${lab.url.replace("http", "ws")}${LIVE_PATH}`, { headers: { cookie } });
  socket.on("error", () => undefined);
  socket.on("open", () => socket.send(JSON.stringify({ type: "watch", sessionId: session.id })));
  socket.on("message", (data: Buffer, isBinary) => {
    if (!isBinary) return;
    const bytes = Buffer.from(data);
    // How many were withheld differs between those who watch.
    bytes.writeUInt32LE(0, 60);
    live.set(bytes.readUInt32LE(12), bytes);
  });
});

afterAll(async () => {
  socket?.terminate();
  await lab?.[Symbol.asyncDispose]();
});

async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const answer = await fetch(`${lab.url}${path}`, {
    method,
    headers: { cookie, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

async function api<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  return (await ask(method, path, body)).json() as Promise<Answer>;
}

async function framesOf(id: string, query: string): Promise<Buffer[]> {
  const bytes = Buffer.from(await (await ask("GET", `/api/recordings/${id}/frames?${query}`)).arrayBuffer());
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    frames.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return frames;
}

const originOf = (recordingId: string, sequence: number) =>
  api<FrameProvenance>("GET", `/api/recordings/${recordingId}/frames/${sequence}`);

/** What a frame comes from, live or recorded, but for who fetched it. */
function fileFacts({ agent, target, statusPoll, configuration, captureId, ...facts }: FrameProvenance) {
  return facts;
}

/** The file of a recording as a program wrote it that knew neither readings nor origins. */
function withoutOrigins(file: Buffer): Buffer {
  const headBytes = 16 + file.readUInt32LE(8);
  const parts = [file.subarray(0, headBytes)];
  for (let at = headBytes; at < file.length; ) {
    const end = at + RECORD_HEADER_BYTES + file.readUInt32LE(at + 4);
    const kind = file.readUInt32LE(at);
    if (kind !== RecordKind.reading && kind !== RecordKind.origin) parts.push(file.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

async function takeIn(file: Uint8Array<ArrayBuffer>): Promise<string> {
  const answer = await fetch(`${lab.url}/api/recordings`, {
    method: "POST",
    headers: { cookie, "content-type": "application/octet-stream" },
    body: file,
  });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { recording: Recording }).recording.id;
}

const recording = async (id: string) =>
  (await api<{ recording: RecordingDetail }>("GET", `/api/recordings/${id}`)).recording;
const ringId = () => `ring-${session.id}`;

test("the ring of a live capture holds the very bytes that a browser was sent", async () => {
  await until(async () => (live.size >= 150 ? true : undefined));
  const frames = await framesOf(ringId(), "fromSequence=1&limit=600");
  const both = frames.filter((frame) => live.has(frame.readUInt32LE(12)));
  expect(both.length).toBeGreaterThanOrEqual(150);
  for (const frame of both) expect(frame.equals(live.get(frame.readUInt32LE(12))!)).toBe(true);
  const { settings } = await recording(ringId());
  expect(settings.at(-1)).toMatchObject({ requested: { bins: 512 }, accepted: { bins: 512 } });
  expect(settings.at(-1)!.channels.length).toBeGreaterThan(0);
});

test("recorded frames name the files that they name live, also in a file of the recording that is taken in", async () => {
  const newest = Math.max(...live.keys());
  const sequences = [newest - 100, newest - 50, newest - 1];
  const { recording: kept } = await api<{ recording: Recording }>(
    "POST",
    `/api/utsc/sessions/${session.id}/keep`,
    { minutes: 1 },
  );
  const file = Buffer.from(await (await ask("GET", `/api/recordings/${kept.id}/file`)).arrayBuffer());
  const again = await takeIn(new Uint8Array(file));
  for (const sequence of sequences) {
    const told = await api<FrameProvenance>("GET", `/api/utsc/sessions/${session.id}/frames/${sequence}`);
    expect(told).toMatchObject({ source: "file", sha256: expect.stringMatching(/^[\da-f]{64}$/) });
    expect(told.header.length).toBeGreaterThan(5);
    for (const id of [ringId(), kept.id, again]) {
      const recorded = await originOf(id, sequence);
      expect(fileFacts(recorded)).toEqual(fileFacts(told));
      expect(recorded).toMatchObject({ agent: null, target: null, statusPoll: null, configuration: null });
    }
  }
  const old = await takeIn(new Uint8Array(withoutOrigins(file)));
  const frames = await framesOf(kept.id, "limit=600");
  expect(frames.length).toBeGreaterThan(100);
  expect(Buffer.concat(await framesOf(old, "limit=600")).equals(Buffer.concat(frames))).toBe(true);
  await expect(originOf(old, sequences[0]!)).rejects.toThrow("recordings of earlier versions do not hold it");
});

test("what was kept stays as it is when the backend is started again, and the ring goes on", async () => {
  const { recording: kept } = await api<{ recording: Recording }>(
    "POST",
    `/api/utsc/sessions/${session.id}/keep`,
    { minutes: 1, label: "before the restart" },
  );
  const before = await framesOf(kept.id, "limit=600");
  const origin = await originOf(kept.id, kept.firstSequence);
  expect(before).toHaveLength(Math.min(600, kept.frames));
  const held = (await recording(ringId())).frames;
  await lab.restartBackend();
  const after = await framesOf(kept.id, "limit=600");
  expect(after.map((frame) => frame.toString("hex"))).toEqual(before.map((frame) => frame.toString("hex")));
  expect(await originOf(kept.id, kept.firstSequence)).toEqual(origin);
  const ring = await until(async () => {
    const found = await recording(ringId()).catch(() => undefined);
    return found && found.frames > held + 50 ? found : undefined;
  });
  expect(ring.gaps).toBeGreaterThanOrEqual(1);
});

test("a quiet-band line and rows come from what was recorded", async () => {
  const { firstMs, lastMs, frames } = await recording(ringId());
  const span = `fromMs=${Math.floor(firstMs!)}&toMs=${Math.ceil(lastMs!) + 1}`;
  const { steps } = await api<{ steps: { frames: number; quietDbmv: number | null }[] }>(
    "GET",
    `/api/recordings/${ringId()}/overview?${span}&steps=10`,
  );
  expect(steps.reduce((sum, step) => sum + step.frames, 0)).toBeGreaterThanOrEqual(frames);
  const quiet = steps.flatMap(({ quietDbmv }) => quietDbmv ?? []);
  expect(quiet.length).toBeGreaterThan(0);
  for (const dbmv of quiet) expect(dbmv).toBeLessThan(-10);
  const bytes = Buffer.from(
    await (await ask("GET", `/api/recordings/${ringId()}/rows?${span}&rows=1`)).arrayBuffer(),
  );
  const row = decodeSpectrumFrame(new Uint8Array(bytes.subarray(4, 4 + bytes.readUInt32LE(0))).buffer);
  expect(row.levelsHundredthsDbmv).toHaveLength(512);
  expect(row.withheld + 1).toBeGreaterThanOrEqual(frames);
});

test("a scheduled recording captures a free port for its time and leaves it idle", async () => {
  const [, port] = lab.simulator.devices[0]!.rfPorts;
  await api("POST", "/api/recording-schedules", {
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: port!.ifIndex,
    label: "short",
    request: REQUEST,
    startsAt: new Date(Date.now() + 500).toISOString(),
    durationMinutes: 0.15,
    repeat: "once",
    enabled: true,
  });
  const outcome = await until(async () => {
    const { schedules } = await api<{ schedules: { lastOutcome: string | null }[] }>(
      "GET",
      "/api/recording-schedules",
    );
    const said = schedules[0]!.lastOutcome;
    return said && !said.startsWith("recording until") ? said : undefined;
  });
  expect(outcome).toMatch(/^recorded \d+ spectra from .* UTC to .* UTC/);
  const { sessions } = await api<{ sessions: UtscSession[] }>("GET", "/api/utsc/sessions");
  expect(sessions.find(({ rfPortIfIndex }) => rfPortIfIndex === port!.ifIndex)).toMatchObject({
    state: "stopped",
  });
  expect(sessions.find(({ id }) => id === session.id)).toMatchObject({ desired: "running" });
});
