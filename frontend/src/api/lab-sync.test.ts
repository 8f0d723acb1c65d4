import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { defaultRequest } from "../model/utsc-form.ts";
import { LabSync } from "./lab-sync.ts";
import { SyntheticLabClient } from "./synthetic/synthetic-client.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("on open everything is fetched, and frames of a watched session arrive", async () => {
  const sync = new LabSync(new SyntheticLabClient());
  sync.start();
  await vi.advanceTimersByTimeAsync(10);
  const { snapshot } = sync.state;
  expect(snapshot.connection.status).toBe("open");
  expect(snapshot.agents).toHaveLength(1);
  expect(snapshot.cmts.status).toBe("ready");
  expect(snapshot.rfPorts.get("lab-cmts-1")).toMatchObject({ status: "ready" });
  expect(snapshot.captures.status).toBe("ready");

  const session = await sync.startSession({
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 72,
    ...defaultRequest(null),
  });
  const sequences: number[] = [];
  sync.frames.on("frame", ({ frame }) => sequences.push(frame.sequence));
  const release = sync.watch(session.id);
  await vi.advanceTimersByTimeAsync(2000);
  expect(sequences.length).toBeGreaterThan(5);
  expect(sync.state.snapshot.sessions?.[0]).toMatchObject({ state: "receiving" });
  expect(sync.state.snapshot.viewers.get(session.id)).toBe(1);

  release();
  const seen = sequences.length;
  await vi.advanceTimersByTimeAsync(1000);
  expect(sequences).toHaveLength(seen);
  await sync.stopSession(session.id);
  expect(sync.state.snapshot.sessions?.[0]).toMatchObject({ state: "stopped", desired: "stopped" });
  sync.close();
});

test("two watchers of a session leave one after the other", async () => {
  const client = new SyntheticLabClient();
  const sync = new LabSync(client);
  sync.start();
  await vi.advanceTimersByTimeAsync(10);
  const session = await sync.startSession({
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 72,
    ...defaultRequest(null),
  });
  const first = sync.watch(session.id);
  const second = sync.watch(session.id);
  first();
  first();
  expect(sync.state.snapshot.viewers.get(session.id)).toBe(1);
  second();
  expect(sync.state.snapshot.viewers.get(session.id)).toBe(0);
  sync.close();
});

test("counters of a session change at most four times a second, its state at once", async () => {
  const sync = new LabSync(new SyntheticLabClient());
  sync.start();
  await vi.advanceTimersByTimeAsync(10);
  await sync.startSession({ cmtsId: "lab-cmts-1", rfPortIfIndex: 72, ...defaultRequest(null) });
  await vi.advanceTimersByTimeAsync(1200);
  let changes = 0;
  sync.state.changes.on("change", () => {
    changes += 1;
  });
  await vi.advanceTimersByTimeAsync(2000);
  expect(changes).toBeGreaterThan(4);
  expect(changes).toBeLessThanOrEqual(8);
  sync.close();
});
