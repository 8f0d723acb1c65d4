import type { PollEvent, PollingState, PollPlan, SeriesAnswer, SeriesName } from "@pnmlab/protocol";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

let lab: TestLab;
let cookie: string;

beforeAll(async () => {
  lab = await startTestLab({
    env: { PNMLAB_POLL_CHECK_S: "0.2", PNMLAB_POLL_FLUSH_S: "0.3", PNMLAB_AGENT_HEARTBEAT_S: "1" },
  });
  cookie = await lab.signIn();
});
afterAll(() => lab?.[Symbol.asyncDispose]());

async function ask<T>(method: string, path: string, body?: unknown): Promise<{ status: number; body: T }> {
  const answer = await fetch(`${lab.url}/api${path}`, {
    method,
    headers: { cookie, origin: lab.url, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: (text ? JSON.parse(text) : null) as T };
}

function plan() {
  const { port } = lab.simulator.devices[0]!;
  return {
    name: "lab",
    intervalS: 5,
    devices: [
      { label: "lab-cmts-1", host: "127.0.0.1", port, profile: "sim" },
      { label: "nobody", host: "127.0.0.1", port: 9, profile: "sim" },
    ],
    groups: ["upstream-channel-power", "upstream-snr"],
    metrics: [{ name: "uptime", oid: "1.3.6.1.2.1.1.3.0", divisor: 100, unit: "s" }],
    thresholds: [{ metric: "uptime", direction: "above", limit: 0 }],
  };
}

test("a plan of the API becomes readings of real SNMP in the backend's database", async () => {
  const made = await ask<{ plan: PollPlan }>("POST", "/polling/plans", plan());
  expect(made.status).toBe(201);
  const names = await vi.waitFor(
    async () => {
      const { body } = await ask<{ series: SeriesName[] }>("GET", "/series/names?device=lab-cmts-1");
      expect(new Set(body.series.map(({ metric }) => metric))).toEqual(
        new Set(["upstream-rx-power", "upstream-snr", "uptime"]),
      );
      return body.series;
    },
    { timeout: 60_000, interval: 100 },
  );
  const power = names.find(({ metric }) => metric === "upstream-rx-power")!;
  expect(power.unit).toBe("dBmV");
  expect(Math.abs(power.lastValue)).toBeLessThan(60);
  const now = Date.now();
  await vi.waitFor(
    async () => {
      const { body } = await ask<SeriesAnswer>(
        "GET",
        `/series?device=lab-cmts-1&metric=uptime&from=${now - 60_000}&to=${now + 60_000}&points=100`,
      );
      expect(body.lines[0]!.points.length).toBeGreaterThanOrEqual(2);
    },
    { timeout: 60_000, interval: 100 },
  );
  const { body: events } = await ask<{ events: PollEvent[] }>("GET", "/polling/events");
  expect(events.events).toMatchObject([
    { device: "lab-cmts-1", metric: "uptime", state: "raised", unit: "s" },
  ]);
});

test("a device that does not answer is named with its reason, and the outbox is reported", async () => {
  await vi.waitFor(
    async () => {
      const { body } = await ask<PollingState>("GET", "/polling/status");
      expect(body.devices.find(({ device }) => device === "nobody")?.error?.code).toMatch(/^SNMP_/);
      expect(body.devices.find(({ device }) => device === "lab-cmts-1")?.error).toBeNull();
      expect(body.agents).toMatchObject([
        {
          agent: "lab-1",
          isCurrent: true,
          error: null,
          status: { plans: 1, devices: 2, dropped: 0, trouble: null },
        },
      ]);
    },
    { timeout: 60_000, interval: 100 },
  );
});

test("what a plan may not say is refused by name", async () => {
  const refused = await ask<{ error: { message: string } }>("POST", "/polling/plans", {
    ...plan(),
    name: "other",
    jitterS: 6,
    colour: "red",
  });
  expect(refused.status).toBe(400);
  expect(refused.body.error.message).toContain("colour");
  const unknown = await ask("GET", "/polling/plans/none");
  expect(unknown.status).toBe(404);
  const untaken = await ask("POST", "/polling/plans", { ...plan(), name: "other", groups: ["none"] });
  expect(untaken.status).toBe(422);
});

test("a plan that is removed ends at the agent, and the audit has every change", async () => {
  const { body } = await ask<{ plans: PollPlan[] }>("GET", "/polling/plans");
  const removed = await ask("DELETE", `/polling/plans/${body.plans[0]!.id}`);
  expect(removed.status).toBe(204);
  await vi.waitFor(() => expect(lab.agent.state.polling).toMatchObject({ plans: 0, devices: 0 }), {
    timeout: 30_000,
  });
  const { body: audit } = await ask<{ entries: { action: string }[] }>("GET", "/audit");
  const actions = audit.entries.map(({ action }) => action);
  expect(actions.some((action) => action.startsWith("POST") && action.includes("polling/plans"))).toBe(true);
  expect(actions.some((action) => action.startsWith("DELETE"))).toBe(true);
});
