import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createLogger } from "@pnmlab/config";
import { Emitter } from "@pnmlab/kit";
import { type PollDelivery, type PollPlanInput, pollPlanInputSchema } from "@pnmlab/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AgentRegistry } from "../agents/registry.ts";
import { openDatabase } from "../storage/database.ts";
import { openStorage } from "../storage/index.ts";
import { openPollingStorage, pollingDatabasePath } from "../storage/polling.ts";
import { pollingMigrations } from "../storage/polling-migrations.ts";
import { pollGroups } from "./agent-plans.ts";
import { pruneSeries } from "./retention.ts";
import { readSeries } from "./series-reading.ts";
import { PollService } from "./service.ts";
import { isRaisedAfter } from "./threshold.ts";

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const step of cleanUp.splice(0).reverse()) step();
});

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);

function start(dataDir = mkdtempSync(join(tmpdir(), "pnmlab-polling-"))) {
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const main = openStorage(dataDir);
  const storage = openPollingStorage(dataDir, main.pollPlans);
  const agents = new Emitter<{ poll: unknown }>();
  const requests: { method: string; params: unknown }[] = [];
  const service = new PollService({
    plans: main.pollPlans,
    series: storage.series,
    agents: agents as unknown as Pick<AgentRegistry, "on">,
    defaultAgent: "lab-1",
    log: createLogger("test", "silent"),
    now: () => START_MS,
  });
  const say = (message: object, name = "lab-1") =>
    agents.emit("poll", {
      name,
      requests: {
        request: async (method: string, params: unknown) => void requests.push({ method, params }),
      },
      message,
    });
  const deliver = (readings: PollDelivery[], outboxId = "box") =>
    say({
      type: "poll-results",
      outboxId,
      fromSequence: readings[0]!.sequence,
      toSequence: readings.at(-1)!.sequence,
      readings,
    });
  const close = () => {
    service[Symbol.dispose]();
    storage[Symbol.dispose]();
    main[Symbol.dispose]();
  };
  cleanUp.push(close);
  return { service, requests, say, deliver, close, dataDir, ...storage };
}

const plan = (change: Partial<PollPlanInput> = {}) =>
  pollPlanInputSchema.parse({
    name: "upstreams",
    intervalS: 60,
    devices: [{ label: "cmts", host: "127.0.0.1", profile: "sim" }],
    groups: ["upstream-snr"],
    ...change,
  } satisfies PollPlanInput);

function reading(planId: string, sequence: number, value: number, change: Partial<PollDelivery> = {}) {
  return {
    planId,
    planVersion: 1,
    device: "cmts",
    atMs: START_MS + sequence * MINUTE_MS,
    samples: [["upstream-snr", "1.4", value]],
    sequence,
    late: false,
    ...change,
  } satisfies PollDelivery;
}

describe("polling plans", () => {
  it("go to the agent that asks for them, with groups spelt out, and again when they change", async () => {
    const { service, requests, say } = start();
    const { id } = service.create(plan());
    service.create(plan({ name: "of another", agent: "far-away" }));
    say({ type: "poll-refresh", revision: "" });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(requests[0]).toMatchObject({
      method: "polling.plans",
      params: {
        plans: [{ id, version: 1, intervalMs: 60_000, metrics: [{ name: "upstream-snr", divisor: 10 }] }],
      },
    });
    service.replace(id, plan({ intervalS: 30 }));
    await vi.waitFor(() => expect(requests).toHaveLength(2));
    expect(requests[1]).toMatchObject({ params: { plans: [{ id, version: 2, intervalMs: 30_000 }] } });
    service.remove(id);
    await vi.waitFor(() => expect(requests).toHaveLength(3));
    expect(requests[2]).toMatchObject({ params: { plans: [] } });
  });

  it("are not sent to an agent that has them", async () => {
    const { service, requests, say } = start();
    service.create(plan());
    say({ type: "poll-refresh", revision: "" });
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    const { revision } = requests[0]!.params as { revision: string };
    say({ type: "poll-refresh", revision });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(requests).toHaveLength(1);
  });

  it("outlive a restart", () => {
    const first = start();
    const { id } = first.service.create(plan());
    first.close();
    const { service } = start(first.dataDir);
    expect(service.list()).toMatchObject([{ id, name: "upstreams", version: 1 }]);
  });

  it("that an earlier version kept with the readings are taken over once, and stay there for it", () => {
    const dataDir = mkdtempSync(join(tmpdir(), "pnmlab-polling-"));
    const kept = { ...plan(), id: "of-before", version: 3, updatedAt: new Date(START_MS).toISOString() };
    const earlier = openDatabase(pollingDatabasePath(dataDir), pollingMigrations);
    earlier
      .prepare("INSERT INTO poll_plans VALUES (?, ?, ?)")
      .run(kept.id, JSON.stringify(kept), kept.updatedAt);
    earlier.close();
    const first = start(dataDir);
    expect(first.service.list()).toEqual([kept]);
    first.service.remove(kept.id);
    first.close();
    const second = start(dataDir);
    expect(second.service.list()).toEqual([]);
    second.close();
    const after = openDatabase(pollingDatabasePath(dataDir), pollingMigrations);
    expect(after.prepare("SELECT id FROM poll_plans").all()).toEqual([{ id: kept.id }]);
    after.close();
  });

  it("are refused where their agent would refuse them, and all of its other plans with them", () => {
    const { service } = start();
    const metrics = (count: number) =>
      Array.from({ length: count }, (_, k) => ({ name: `m${k}`, oid: `1.3.6.1.2.1.2.${k}` }));
    const every = pollGroups.map(({ name }) => name);
    expect(() => service.create(plan({ name: "wide", groups: every, metrics: metrics(64) }))).toThrow(
      /metrics; an agent takes 64 in one plan/,
    );
    const devices = Array.from({ length: 9_000 }, (_, k) => ({
      label: `${k}${"x".repeat(100)}`,
      host: "h".repeat(200),
      profile: "sim",
    }));
    service.create(plan({ name: "long", devices }));
    expect(() => service.create(plan({ name: "longer", devices }))).toThrow(
      /MB long with it; an agent takes/,
    );
    expect(service.list().map(({ name }) => name)).toEqual(["long"]);
  });

  it("are refused with an unknown group, a threshold of nothing, or a name that is taken", () => {
    const { service } = start();
    service.create(plan());
    expect(() => service.create(plan({ name: "b", groups: ["snr"] }))).toThrow("there is no group snr");
    expect(() =>
      service.create(plan({ name: "c", thresholds: [{ metric: "power", direction: "above", limit: 1 }] })),
    ).toThrow("threshold for power, which the plan does not read");
    expect(() => service.create(plan())).toThrow("named upstreams already");
  });
});

describe("readings", () => {
  it("are stored once however often a batch comes, and acknowledged each time", async () => {
    const { service, requests, deliver, series } = start();
    const { id } = service.create(plan());
    const batch = Array.from({ length: 10 }, (_, k) => reading(id, k + 1, 30));
    deliver(batch);
    deliver(batch);
    deliver([...batch.slice(5), reading(id, 11, 31)]);
    await vi.waitFor(() => expect(requests).toHaveLength(3));
    expect(requests.map(({ params }) => params)).toEqual([
      { outboxId: "box", upTo: 10 },
      { outboxId: "box", upTo: 10 },
      { outboxId: "box", upTo: 11 },
    ]);
    const [line] = series.lines("cmts", "upstream-snr");
    expect(series.points(line!.id, 0, START_MS * 2, 0)).toHaveLength(11);
    const instance = line!.instance;
    expect(series.newest("cmts", "upstream-snr", instance)).toEqual([
      { atMs: expect.any(Number), value: 31, intervalS: expect.any(Number) },
    ]);
    expect(series.newest("cmts", "upstream-snr", `${instance}.9`)).toEqual([]);
  });

  it("of an outbox that was made anew are not taken for old ones", () => {
    const { service, deliver, series } = start();
    const { id } = service.create(plan());
    deliver([reading(id, 1, 30)]);
    deliver([reading(id, 1, 31, { atMs: START_MS + 5000 })], "another");
    const [line] = series.lines("cmts", "upstream-snr");
    expect(series.points(line!.id, 0, START_MS * 2, 0)).toHaveLength(2);
  });

  it("raise a threshold once and clear it only past its hysteresis", () => {
    const { service, deliver, series } = start();
    const { id } = service.create(
      plan({ thresholds: [{ metric: "upstream-snr", direction: "below", limit: 25, hysteresis: 2 }] }),
    );
    const values = [30, 26, 24.9, 25.1, 24, 26.9, 27.1, 30, 24];
    deliver(values.map((value, k) => reading(id, k + 1, value, { late: k < 3 })));
    expect(series.events(10).map(({ state, value, late }) => [state, value, late])).toEqual([
      ["raised", 24, false],
      ["cleared", 27.1, false],
      ["raised", 24.9, true],
    ]);
    expect(series.names()[0]).toMatchObject({ isRaised: true, lastValue: 24, unit: "dB" });
  });

  it("tell of each device when it was read and why it was not", () => {
    const { service, deliver } = start();
    const { id } = service.create(plan());
    const error = { code: "SNMP_TIMEOUT", message: "127.0.0.1:161 did not answer" };
    deliver([reading(id, 1, 30), reading(id, 2, 30, { samples: [], error })]);
    expect(service.state().devices).toMatchObject([{ device: "cmts", error }]);
  });

  it("of a newer version are set aside whole, and new ones begin", () => {
    const first = start();
    const { id } = first.service.create(plan());
    first.deliver([reading(id, 1, 30)]);
    first.close();
    const newer = openDatabase(pollingDatabasePath(first.dataDir), pollingMigrations);
    newer.exec("INSERT INTO migrations VALUES (999, 'later', 'now')");
    newer.close();
    const { service, series, setAside } = start(first.dataDir);
    expect(service.list()).toHaveLength(1);
    expect(series.names()).toEqual([]);
    const kept = new DatabaseSync(setAside!, { readOnly: true });
    expect(kept.prepare("SELECT value FROM samples").all()).toEqual([{ value: 30 }]);
    kept.close();
  });

  it("go when they are too old", async () => {
    const { service, deliver, series } = start();
    const { id } = service.create(plan());
    deliver(Array.from({ length: 100 }, (_, k) => reading(id, k + 1, k)));
    const now = () => START_MS + 24 * 60 * MINUTE_MS + 51 * MINUTE_MS;
    expect(await pruneSeries({ series, keepDays: 1, now })).toBe(50);
    expect(await pruneSeries({ series, keepDays: 1, now: () => now() + 1e9 })).toBe(50);
    expect(series.lines("cmts", "upstream-snr")).toEqual([]);
  });
});

describe("a series", () => {
  it("is read value by value where that is few, with its gaps", async () => {
    const { service, deliver, series } = start();
    const { id } = service.create(plan());
    const at = [1, 2, 3, 10, 11];
    deliver(at.map((minute) => reading(id, minute, minute, { late: minute > 3 })));
    const question = {
      device: "cmts",
      metric: "upstream-snr",
      fromMs: START_MS,
      toMs: START_MS + 20 * MINUTE_MS,
    };
    const answer = await readSeries(series, { ...question, points: 100 });
    expect(answer).toMatchObject({ unit: "dB", stepMs: 0 });
    expect(answer.lines[0]!.points.map(({ mean, late }) => [mean, late])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [10, true],
      [11, true],
    ]);
    expect(answer.lines[0]!.gaps).toEqual([
      { fromMs: START_MS + 3 * MINUTE_MS, toMs: START_MS + 10 * MINUTE_MS },
    ]);
  });

  it("is put together to the points asked for, and keeps its extremes", async () => {
    const { service, deliver, series } = start();
    const { id } = service.create(plan());
    const readings = Array.from({ length: 1000 }, (_, k) => reading(id, k + 1, k === 500 ? 99 : 1));
    deliver(readings);
    const toMs = START_MS + 1000 * MINUTE_MS;
    const answer = await readSeries(series, {
      device: "cmts",
      metric: "upstream-snr",
      fromMs: START_MS,
      toMs,
      points: 50,
    });
    const { points, gaps } = answer.lines[0]!;
    expect(points.length).toBeLessThanOrEqual(51);
    expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(Math.max(...points.map(({ max }) => max))).toBe(99);
    expect(gaps).toEqual([]);
  });

  it("that nobody has read is not found", async () => {
    const { series } = start();
    const question = { device: "x", metric: "y", fromMs: 0, toMs: 1, points: 2 };
    await expect(readSeries(series, question)).rejects.toMatchObject({ code: "SERIES_UNKNOWN" });
  });
});

describe("a threshold", () => {
  it("is exceeded beyond its limit, not at it", () => {
    const above = { direction: "above", limit: 10, hysteresis: 1 } as const;
    expect(isRaisedAfter(above, 10, false)).toBe(false);
    expect(isRaisedAfter(above, 10.1, false)).toBe(true);
    expect(isRaisedAfter(above, 9.1, true)).toBe(true);
    expect(isRaisedAfter(above, 8.9, true)).toBe(false);
  });
});
