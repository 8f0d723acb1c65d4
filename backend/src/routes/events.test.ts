import { decodeSpectrumFrame, type PlantEvent, plantEventSchema } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { noiseFrame } from "../_test/detection.ts";
import { openTestBackend, TestBrowser, waitFor } from "../_test/support.ts";
import { unpackFrames } from "../detection/frame-pack.ts";

async function openEvents() {
  const backend = await openTestBackend();
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${backend.url}${path}`, {
      method,
      headers: {
        ...backend.signedIn,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as never };
  };
  /** Two seconds of frames with a line. */
  const raise = async () => {
    for (let sequence = 0; sequence < 40; sequence += 1) {
      backend.detection.publishFrame("s-1", noiseFrame(sequence, { 200: -30 }));
    }
    await waitFor(() => backend.detection.state().sessions[0]?.framesAnalysed === 40);
    return backend.storage.events.list({ limit: 1 })[0]!;
  };
  return { backend, call, raise };
}

test("an event reaches the browsers when it is raised, is listed, and its evidence decodes", async () => {
  const { backend, call, raise } = await openEvents();
  const browser = await TestBrowser.open(backend);
  const { id } = await raise();
  await waitFor(() => browser.last("event")?.event.id === id);
  const { events } = (await call("GET", "/api/events?state=raised&limit=5")).body as { events: PlantEvent[] };
  expect(plantEventSchema.parse(events[0])).toMatchObject({ id, number: 1, cmtsId: "lab-cmts-1" });
  const response = await fetch(`${backend.url}/api/events/${id}/evidence`, { headers: backend.signedIn });
  expect(response.headers.get("content-type")).toBe("application/octet-stream");
  const frames = unpackFrames(new Uint8Array(await response.arrayBuffer())).map(decodeSpectrumFrame);
  expect(frames.map(({ sequence }) => sequence)).toEqual(events[0]!.evidence.frames);
  expect((await call("POST", `/api/events/${id}/replay`)).body).toMatchObject({ fires: true, frames: 5 });
  for (const path of ["", "/evidence"]) {
    expect(await call("GET", `/api/events/none${path}`)).toMatchObject({
      status: 404,
      body: { error: { code: "EVENT_UNKNOWN" } },
    });
  }
});

test("evidence that was removed is told with the event, and why, instead of frames or a replay", async () => {
  const { backend, call, raise } = await openEvents();
  const { id } = await raise();
  const { events } = backend.storage;
  events.save({ ...events.get(id)!, state: "cleared" });
  const bound = { maxBytes: 0, endedBeforeMs: Number.MAX_SAFE_INTEGER, why: "Its frames were removed." };
  expect(events.removeEvidence(bound, 10)).toBe(1);
  const { event } = (await call("GET", `/api/events/${id}`)).body as { event: PlantEvent };
  expect(plantEventSchema.parse(event).evidence.removed).toBe("Its frames were removed.");
  const gone = { status: 404, body: { error: { code: "EVENT_EVIDENCE_NOT_FOUND" } } };
  expect(await call("GET", `/api/events/${id}/evidence`)).toMatchObject(gone);
  expect(await call("POST", `/api/events/${id}/replay`)).toMatchObject(gone);
});

test("an event is acknowledged and commented by name, and the audit says who did", async () => {
  const { backend, call, raise } = await openEvents();
  const { id } = await raise();
  const edited = (await call("PATCH", `/api/events/${id}`, { acknowledged: true, comment: "leg 3" }))
    .body as {
    event: PlantEvent;
  };
  expect(edited.event).toMatchObject({ comment: "leg 3", acknowledged: { by: "local" } });
  const back = await call("PATCH", `/api/events/${id}`, { acknowledged: false });
  expect(back.body).toMatchObject({ event: { acknowledged: null, comment: "leg 3" } });
  expect(await call("PATCH", "/api/events/none", { comment: "" })).toMatchObject({ status: 404 });
  await waitFor(() => backend.storage.audit.list(10).length === 3);
  expect(backend.storage.audit.list(10).map(({ action, outcome }) => [action, outcome])).toContainEqual([
    "PATCH /api/events/:id",
    "done",
  ]);
});

test("a mute is kept, marks the event, and is taken back", async () => {
  const { backend, call, raise } = await openEvents();
  const { id } = await raise();
  const band = { cmtsId: null, rfPortIfIndex: null, kind: null, untilAt: null, reason: "" };
  expect(await call("POST", "/api/mutes", { ...band, fromHz: 20e6, toHz: 10e6 })).toMatchObject({
    status: 400,
  });
  const made = await call("POST", "/api/mutes", { ...band, fromHz: 10e6, toHz: 20e6 });
  expect(made.status).toBe(201);
  expect(backend.storage.events.get(id)!.muted).toBe(true);
  const { mutes } = (await call("GET", "/api/mutes")).body as { mutes: { id: string }[] };
  expect(mutes).toHaveLength(1);
  expect(await call("DELETE", `/api/mutes/${mutes[0]!.id}`)).toMatchObject({ status: 200 });
  expect(backend.storage.events.get(id)!.muted).toBe(false);
  expect(await call("DELETE", `/api/mutes/${mutes[0]!.id}`)).toMatchObject({ status: 404 });
});

test("thresholds are changed within their range, and the state tells what the detectors did", async () => {
  const { call, raise } = await openEvents();
  await raise();
  const changed = await call("PUT", "/api/detection", { thresholds: { d1LiveDb: 15 } });
  expect((changed.body as { thresholds: unknown[] }).thresholds).toContainEqual(
    expect.objectContaining({ name: "d1LiveDb", value: 15, default: 13 }),
  );
  expect(await call("PUT", "/api/detection", { thresholds: { d1LiveDb: 1 } })).toMatchObject({
    status: 422,
    body: { error: { code: "DETECTION_INVALID" } },
  });
  expect((await call("GET", "/api/detection/state")).body).toMatchObject({
    worker: "running",
    sessions: [{ sessionId: "s-1", hasPlan: true, framesAnalysed: 40, framesSkipped: 0 }],
  });
  const { hours } = (await call("GET", "/api/events/histogram?hours=2")).body as { hours: unknown[] };
  expect(hours).toHaveLength(2);
  expect(await call("POST", "/api/recordings/none/rehearsal", {})).toMatchObject({ status: 404 });
  expect(await call("POST", "/api/recordings/none/rehearsal", { fromMs: 2, toMs: 1 })).toMatchObject({
    status: 400,
  });
});
