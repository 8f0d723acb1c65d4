import type { BackendToBrowser } from "@pnmlab/protocol";
import { decodeSpectrumFrame } from "@pnmlab/protocol/frame";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { labMasksKey, readyOr } from "../model/lab-state.ts";
import { defaultRequest } from "../model/utsc-form.ts";
import { PageFeed } from "../render/page-feed.ts";
import { LabSync } from "./lab-sync.ts";
import { SyntheticLabClient } from "./synthetic/synthetic-client.ts";

const noStage = new PageFeed(() => {});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("on open everything is fetched, and frames of a watched session come to the stage", async () => {
  const sequences: number[] = [];
  const sync = new LabSync(
    new SyntheticLabClient(),
    new PageFeed((command) => {
      if (command.type === "liveFrame") sequences.push(decodeSpectrumFrame(command.bytes).sequence);
    }),
  );
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
  const sync = new LabSync(client, noStage);
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

test("counters of a session change at most twice a second, its state at once", async () => {
  const sync = new LabSync(new SyntheticLabClient(), noStage);
  sync.start();
  await vi.advanceTimersByTimeAsync(10);
  await sync.startSession({ cmtsId: "lab-cmts-1", rfPortIfIndex: 72, ...defaultRequest(null) });
  await vi.advanceTimersByTimeAsync(1200);
  let changes = 0;
  sync.state.changes.on("change", () => {
    changes += 1;
  });
  await vi.advanceTimersByTimeAsync(2000);
  expect(changes).toBeGreaterThanOrEqual(3);
  expect(changes).toBeLessThanOrEqual(5);
  sync.close();
});

test("events are read on open, and one that the backend tells takes the place of what was known", async () => {
  const client = new SyntheticLabClient();
  const connect = client.connect.bind(client);
  let tell: (message: BackendToBrowser) => void = () => undefined;
  client.connect = (listener) => {
    tell = (message) => listener.onMessage(message);
    return connect(listener);
  };
  const sync = new LabSync(client, noStage);
  sync.start();
  await vi.advanceTimersByTimeAsync(10);
  const known = readyOr(sync.state.snapshot.events);
  expect(known.map(({ number }) => number)).toEqual([3, 2, 1]);
  tell({ type: "event", event: { ...known[1]!, state: "cleared" } });
  tell({ type: "event", event: { ...known[0]!, id: "event-4", number: 4 } });
  expect(readyOr(sync.state.snapshot.events).map(({ number, state }) => [number, state])).toEqual([
    [4, "raised"],
    [3, "raised"],
    [2, "cleared"],
    [1, "cleared"],
  ]);
  sync.close();
});

test("masks that the lab watches on a port are read again wherever they change, once somebody asked for them", async () => {
  const client = new SyntheticLabClient();
  const sync = new LabSync(client, noStage);
  sync.start();
  await vi.advanceTimersByTimeAsync(10);
  const port = { cmtsId: "lab-cmts-1", rfPortIfIndex: 72 };
  const mask = {
    ...port,
    name: "node 7",
    trace: "live" as const,
    consecutiveFrames: 2,
    severity: "major" as const,
    source: { from: "plan" as const, channelMarginDb: 6, idleDbmv: -40, measured: [] },
  };
  await client.masks.put("7d444840-9dc0-41d1-b245-5ffdce74fad2", mask);
  await vi.advanceTimersByTimeAsync(10);
  expect(sync.state.snapshot.labMasks.size).toBe(0);
  await sync.loadLabMasks(port);
  const masks = () => readyOr(sync.state.snapshot.labMasks.get(labMasksKey(port))!);
  expect(masks()).toMatchObject([{ name: "node 7", watch: { state: "passing" } }]);
  await client.masks.remove(masks()[0]!.id);
  await vi.advanceTimersByTimeAsync(10);
  expect(masks()).toEqual([]);
  sync.close();
});
