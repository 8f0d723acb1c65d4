import { randomBytes } from "node:crypto";
import { decodeSpectrumFrame, encodeSpectrumFrame, type RecordingDetail } from "@pnmlab/protocol";
import { expect, it } from "vitest";
import { numberedFrame, numberedOrigin, PERIOD_MS, START_MS } from "../_test/recorder.ts";
import {
  exampleSession,
  openTestBackend,
  type TestBackend,
  type TestBackendOptions,
  waitFor,
} from "../_test/support.ts";

const BYTES = { "content-type": "application/octet-stream" };
const at = (sequence: number) => START_MS + sequence * PERIOD_MS;
const wire = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, k) => encodeSpectrumFrame(numberedFrame(from + k)));

/** A backend whose session s-1 has published 250 frames. */
async function openRecorded(options: TestBackendOptions = {}) {
  const backend = await openTestBackend({ now: () => at(250), ...options });
  for (let sequence = 1; sequence <= 250; sequence += 1) {
    backend.recorder.publishFrame("s-1", numberedFrame(sequence));
    if (sequence === 1) await waitFor(() => backend.recorder.newestMs("s-1") !== undefined);
  }
  await waitFor(() => backend.recorder.newestMs("s-1") === at(250));
  const ask = async (method: string, path: string, body?: unknown) => {
    const isBytes = body instanceof Uint8Array;
    const answer = await fetch(`${backend.url}/api${path}`, {
      method,
      headers: {
        ...backend.signedIn,
        ...(body === undefined ? {} : isBytes ? BYTES : { "content-type": "application/json" }),
      },
      ...(body === undefined
        ? {}
        : { body: isBytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    return { answer, json: () => answer.json() as Promise<never>, status: answer.status };
  };
  return { backend, ask };
}

async function framesOf(answer: Response): Promise<Uint8Array<ArrayBuffer>[]> {
  const bytes = await answer.arrayBuffer();
  const view = new DataView(bytes);
  const frames: Uint8Array<ArrayBuffer>[] = [];
  for (let place = 0; place < bytes.byteLength; ) {
    const length = view.getUint32(place, true);
    frames.push(new Uint8Array(bytes.slice(place + 4, place + 4 + length)));
    place += 4 + length;
  }
  return frames;
}

function auditOf(backend: TestBackend): string[] {
  return backend.storage.audit
    .list(50)
    .map(({ action, details, outcome }) => [action, JSON.stringify(details), outcome].join(" "));
}

it("keeps from the ring, lists, reads, edits and removes, and audits what changed something", async () => {
  const { backend, ask } = await openRecorded();
  const kept = await ask("POST", "/utsc/sessions/s-1/keep", {
    fromMs: at(101),
    toMs: at(200),
    label: "noise",
  });
  expect(kept.status).toBe(201);
  const { recording } = (await kept.json()) as { recording: RecordingDetail };
  expect(recording).toMatchObject({
    kind: "kept",
    label: "noise",
    frames: 100,
    settings: [{ firstSequence: 101 }],
  });
  const { recordings } = (await (await ask("GET", "/recordings")).json()) as { recordings: { id: string }[] };
  expect(recordings.map(({ id }) => id)).toEqual(["ring-s-1", recording.id]);

  const { answer } = await ask("GET", `/recordings/${recording.id}/frames?fromMs=${at(150)}&limit=600`);
  expect(answer.headers.get("content-type")).toBe("application/octet-stream");
  expect(await framesOf(answer)).toEqual(wire(150, 200));
  const ring = await ask("GET", "/recordings/ring-s-1/frames?fromSequence=240");
  expect(await framesOf(ring.answer)).toEqual(wire(240, 250));
  const rows = await ask(
    "GET",
    `/recordings/${recording.id}/rows?fromMs=${at(101)}&toMs=${at(201)}&rows=4&mode=mean`,
  );
  expect((await framesOf(rows.answer)).map(({ buffer }) => decodeSpectrumFrame(buffer).capturedAtMs)).toEqual(
    [101, 126, 151, 176].map(at),
  );
  const overview = await ask(
    "GET",
    `/recordings/${recording.id}/overview?fromMs=${at(101)}&toMs=${at(201)}&steps=2`,
  );
  expect(await overview.json()).toMatchObject({ stepMs: 5000, steps: [{ quietDbmv: null }, { gap: false }] });

  const edited = await ask("PATCH", `/recordings/${recording.id}`, { note: "from the north" });
  expect(await edited.json()).toMatchObject({ recording: { label: "noise", note: "from the north" } });
  expect((await ask("DELETE", `/recordings/${recording.id}`)).status).toBe(204);
  expect((await ask("GET", `/recordings/${recording.id}`)).status).toBe(404);
  expect((await ask("GET", `/recordings/${recording.id}/frames`)).status).toBe(404);
  expect((await ask("DELETE", "/recordings/ring-s-1")).status).toBe(409);
  await waitFor(() => auditOf(backend).length === 4);
  expect(auditOf(backend).join("\n")).toMatch(
    /POST \/api\/utsc\/sessions\/:id\/keep .*"label":"noise".* done/,
  );
});

it("gives a recording as a file and takes it back bit-exact, under a label of its own", async () => {
  const { backend, ask } = await openRecorded();
  const { answer } = await ask("GET", "/recordings/ring-s-1/file");
  expect(answer.headers.get("content-disposition")).toBe(
    'attachment; filename="us_1_0-2026-03-01T12-00-00.pnmrec"',
  );
  const file = new Uint8Array(await answer.arrayBuffer());
  const taken = await ask("POST", "/recordings?label=from%20elsewhere", file);
  expect(taken.status).toBe(201);
  const { recording } = (await taken.json()) as { recording: RecordingDetail };
  expect(recording).toMatchObject({
    kind: "imported",
    label: "from elsewhere",
    frames: 250,
    sessionId: "s-1",
  });
  const frames = await ask("GET", `/recordings/${recording.id}/frames?limit=600`);
  expect(await framesOf(frames.answer)).toEqual(wire(1, 250));
  const again = await ask("GET", `/recordings/${recording.id}/file`);
  const back = await ask("POST", "/recordings", new Uint8Array(await again.answer.arrayBuffer()));
  expect(await back.json()).toMatchObject({
    recording: { label: "from elsewhere", settings: recording.settings },
  });
  await waitFor(() => auditOf(backend).some((line) => line.startsWith("POST /api/recordings {}")));
});

it("refuses broken files with what is wrong about them, and leaves nothing of them behind", async () => {
  const { ask } = await openRecorded({ recordingsMaxBytes: 200_000 });
  const file = new Uint8Array(await (await ask("GET", "/recordings/ring-s-1/file")).answer.arrayBuffer());
  const flipped = Uint8Array.from(file, (byte, k) => (k === file.length - 40 ? byte ^ 1 : byte));
  const refusals = [
    [randomBytes(5000), "does not begin with PLR1"],
    [file.subarray(0, file.length - 10), "breaks off after byte"],
    [flipped, "a record of the recording is damaged (CRC)"],
    [new Uint8Array(0), "breaks off after byte 0"],
    [file.subarray(0, 16 + new DataView(file.buffer).getUint32(8, true)), "holds no frame"],
    [
      Buffer.concat([file, file.subarray(16 + new DataView(file.buffer).getUint32(8, true))]),
      "the same frame twice",
    ],
  ] as const;
  for (const [bytes, why] of refusals) {
    const { status, json } = await ask("POST", "/recordings", new Uint8Array(bytes));
    expect([status, await json()]).toEqual([
      422,
      {
        error: expect.objectContaining({
          code: "RECORDING_FILE_INVALID",
          message: expect.stringContaining(why),
        }),
      },
    ]);
  }
  const { recordings } = (await (await ask("GET", "/recordings")).json()) as { recordings: unknown[] };
  expect(recordings).toHaveLength(1);
});

it("refuses a file that is larger than the room for recordings", async () => {
  const { ask } = await openRecorded({ recordingsMaxBytes: 30_000 });
  const other = await openRecorded();
  const file = new Uint8Array(
    await (await other.ask("GET", "/recordings/ring-s-1/file")).answer.arrayBuffer(),
  );
  const { status, json } = await ask("POST", "/recordings", file);
  expect([status, await json()]).toMatchObject([507, { error: { code: "RECORDINGS_NO_ROOM" } }]);
});

it("tells how the recorder stands and takes which events are kept", async () => {
  const { ask } = await openRecorded();
  const state = (await (await ask("GET", "/recorder")).json()) as { trigger: object; storedBytes: number };
  expect(state).toMatchObject({
    ringMinutes: 10,
    limitBytes: 1e9,
    failure: null,
    trigger: { enabled: false },
  });
  const trigger = {
    enabled: true,
    leastSeverity: "minor",
    kinds: ["narrowbandIngress"],
    preS: 10,
    postS: 20,
  };
  expect(await (await ask("PUT", "/recorder", { trigger })).json()).toMatchObject({ trigger });
  expect((await ask("PUT", "/recorder", { trigger: { ...trigger, preS: -1 } })).status).toBe(400);
});

it("tells where a frame of a recording comes from as far as the recording holds it", async () => {
  const { ask } = await openRecorded({ originOf: numberedOrigin });
  const kept = await ask("POST", "/utsc/sessions/s-1/keep", { fromMs: at(101), toMs: at(200) });
  const { recording } = (await kept.json()) as { recording: RecordingDetail };
  const { sha256, reading } = numberedOrigin(150);
  for (const id of [recording.id, "ring-s-1"]) {
    const { answer } = await ask("GET", `/recordings/${id}/frames/150?atMs=${at(150)}`);
    expect(await answer.json()).toEqual({
      sessionId: "s-1",
      sequence: 150,
      capturedAt: new Date(at(150)).toISOString(),
      receivedAt: new Date(at(150) + 7).toISOString(),
      source: "file",
      fileName: "pnmlab_s1_c1_150",
      sizeBytes: 144,
      sha256: Buffer.from(sha256).toString("hex"),
      modifiedAt: new Date(at(150) + 3).toISOString(),
      place: { number: 1, of: 1 },
      header: [],
      reading: { ...reading.reading, anomalies: [] },
      calibration: { kHundredthsDb: -8600, source: "snmp" },
      captureId: null,
      target: null,
      agent: null,
      statusPoll: null,
      configuration: null,
    });
  }
  expect((await ask("GET", `/recordings/${recording.id}/frames/201`)).status).toBe(404);
  expect((await ask("GET", "/recordings/nothing/frames/150")).status).toBe(404);
  expect((await ask("GET", `/recordings/${recording.id}/frames/first`)).status).toBe(400);
});

it("makes, changes and removes schedules", async () => {
  const { ask } = await openRecorded();
  const wanted = {
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 5,
    label: "weekly",
    request: exampleSession("s").requested,
    startsAt: "2026-03-08T02:00:00.000Z",
    durationMinutes: 30,
    repeat: "weekly",
    enabled: true,
  };
  const made = await ask("POST", "/recording-schedules", wanted);
  expect(made.status).toBe(201);
  const { schedule } = (await made.json()) as { schedule: { id: string } };
  expect(schedule).toMatchObject({ ...wanted, nextAt: wanted.startsAt, lastOutcome: null });
  const changed = await ask("PUT", `/recording-schedules/${schedule.id}`, { ...wanted, enabled: false });
  expect(await changed.json()).toMatchObject({ schedule: { enabled: false, nextAt: null } });
  expect((await ask("DELETE", `/recording-schedules/${schedule.id}`)).status).toBe(204);
  expect(await (await ask("GET", "/recording-schedules")).json()).toEqual({ schedules: [] });
  expect((await ask("PUT", `/recording-schedules/${schedule.id}`, wanted)).status).toBe(404);
});

it("refuses who is not signed in, and sessions that are not known", async () => {
  const { backend, ask } = await openRecorded();
  for (const path of ["/recordings", "/recordings/ring-s-1/file", "/recorder", "/recording-schedules"]) {
    expect((await fetch(`${backend.url}/api${path}`)).status).toBe(401);
  }
  const refused = await fetch(`${backend.url}/api/recordings`, { method: "POST", headers: BYTES, body: "x" });
  expect(refused.status).toBe(401);
  expect((await ask("POST", "/utsc/sessions/nobody/keep", {})).status).toBe(404);
  expect((await ask("POST", "/utsc/sessions/s-2/keep", {})).status).toBe(404);
});
