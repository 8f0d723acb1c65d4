import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBuildInfo } from "@pnmlab/config";
import type { AgentTokenAnswer, PollEvent, SeriesAnswer, SeriesName } from "@pnmlab/protocol";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterEach, expect, test, vi } from "vitest";
import { type Agent, startAgent } from "../../agent/src/index.ts";
import { CompressedClock } from "../../agent/test/compressed-clock.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEP_MS = 30_000;
const OUTAGE_HOURS = 24;
const AROUND_MINUTES = 10;

const cleanUp = new AsyncDisposableStack();
afterEach(() => cleanUp.disposeAsync());

/**
 * Time goes on in steps, each of which waits for the SNMP requests of the one before: these take real time.
 * Turns fall on the ends of steps, so that no deadline passes meanwhile.
 */
async function pass(clock: CompressedClock, agent: Agent, ms: number): Promise<void> {
  await untilRead(agent);
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await clock.advance(STEP_MS);
    await untilRead(agent);
  }
}

/** Waits for the turns that have come: they begin with the next rounds of the event loop. */
async function untilRead(agent: Agent): Promise<void> {
  for (let idleRounds = 0; idleRounds < 3; idleRounds++) {
    if (agent.state.polling!.reading + agent.state.polling!.waiting > 0) idleRounds = 0;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function ask<T>(lab: TestLab, cookie: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${lab.url}/api${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { cookie, origin: lab.url, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(answer.ok, path).toBe(true);
  return (await answer.json()) as T;
}

test("a backend that is away for a day has every reading of it afterwards, once, in order, marked late", async () => {
  const lab = cleanUp.use(await startTestLab());
  const cookie = await lab.signIn();
  const folder = await mkdtemp(join(tmpdir(), "pnmlab-outage-"));
  cleanUp.defer(() => rm(folder, { recursive: true, force: true }));
  const { token } = await ask<AgentTokenAnswer>(lab, cookie, "/agents", { name: "far-1" });
  const startMs = Date.now() - (OUTAGE_HOURS + 1) * HOUR_MS;
  const clock = new CompressedClock(startMs);
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const agent = cleanUp.use(
    startAgent({
      backendUrl: lab.url.replace("http", "ws"),
      name: "far-1",
      token,
      profiles: [{ name: "sim", version: "v2c", readCommunity: "public", writeCommunity: "private" }],
      targets: ["127.0.0.0/8"],
      setSubtrees: [],
      build: readBuildInfo(),
      log,
      polling: {
        path: join(folder, "outbox.db"),
        maxBytes: 200_000_000,
        keepMs: 26 * HOUR_MS,
        timings: { checkMs: STEP_MS, flushMs: STEP_MS },
        clock,
      },
      linkTimings: { maxDelayMs: 500 },
    }),
  );
  await agent.untilConnected();
  await ask(lab, cookie, "/polling/plans", {
    name: "far",
    agent: "far-1",
    intervalS: 60,
    devices: lab.simulator.devices.map(({ name, port }) => ({
      label: name,
      host: "127.0.0.1",
      port,
      profile: "sim",
    })),
    groups: ["temperatures"],
    metrics: [{ name: "uptime", oid: "1.3.6.1.2.1.1.3.0", divisor: 100, unit: "s" }],
    thresholds: [{ metric: "uptime", direction: "above", limit: 0 }],
  });
  await vi.waitFor(() => expect(agent.state.polling).toMatchObject({ devices: 2 }), { timeout: 60_000 });
  const isDelivered = () =>
    vi.waitFor(() => expect(agent.state.polling).toMatchObject({ queued: 0 }), 60_000);

  // Half a minute more, in which what the last turn read is delivered.
  await pass(clock, agent, AROUND_MINUTES * MINUTE_MS + STEP_MS);
  await isDelivered();
  await lab.restartBackend(async () => {
    await pass(clock, agent, OUTAGE_HOURS * HOUR_MS);
    expect(agent.state.polling).toMatchObject({ queued: 2 * OUTAGE_HOURS * 60, dropped: 0, trouble: null });
    expect(agent.state.polling!.sizeBytes).toBeLessThan(10_000_000);
  });
  await agent.untilConnected();
  await isDelivered();
  await pass(clock, agent, AROUND_MINUTES * MINUTE_MS);
  await isDelivered();

  const minutes = OUTAGE_HOURS * 60 + 2 * AROUND_MINUTES;
  const turns = minutes + 1;
  const { series } = await ask<{ series: SeriesName[] }>(lab, cookie, "/series/names");
  expect(series.filter(({ metric }) => metric === "temperature").length).toBeGreaterThanOrEqual(4);
  for (const { device, metric, instance } of series) {
    const question = new URLSearchParams({ device, metric, instance, points: "2000" });
    const answer = await ask<SeriesAnswer>(
      lab,
      cookie,
      `/series?${question}&from=${startMs}&to=${startMs + minutes * MINUTE_MS}`,
    );
    const { points, gaps } = answer.lines[0]!;
    expect(points).toHaveLength(turns);
    expect(gaps).toEqual([]);
    const steps = points.slice(1).map(({ atMs }, k) => atMs - points[k]!.atMs);
    expect(new Set(steps)).toEqual(new Set([MINUTE_MS]));
    const late = points.filter((point) => point.late).length;
    expect(Math.abs(late - OUTAGE_HOURS * 60)).toBeLessThanOrEqual(2);
    expect([points[0]!.late, points[AROUND_MINUTES + 1]!.late, points.at(-1)!.late]).toEqual([
      false,
      true,
      false,
    ]);
  }
  const { events } = await ask<{ events: PollEvent[] }>(lab, cookie, "/polling/events");
  expect(events.map(({ device, state }) => [device, state]).toSorted()).toEqual([
    ["lab-cmts-1", "raised"],
    ["lab-cmts-2", "raised"],
  ]);
}, 120_000);
