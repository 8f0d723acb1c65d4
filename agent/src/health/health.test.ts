import type { PollStatus } from "@pnmlab/protocol";
import { expect, onTestFinished, test } from "vitest";
import type { AgentState } from "../agent.ts";
import { checkAgent } from "./check.ts";
import { expositionText } from "./exposition.ts";
import { agentMetrics, agentReport, startHealthServer } from "./index.ts";
import { LoopDelayMeter } from "./loop-delay.ts";

const build = { version: "0.0.0", commit: "test", dirty: false, builtAt: "2026-01-01T00:00:00.000Z" };
const connected: AgentState["link"] = { name: "connected", sinceMs: 0, backend: build };
const refused: AgentState["link"] = {
  name: "waiting",
  sinceMs: 60_000,
  failure: {
    kind: "refused",
    code: "AGENT_TOKEN_MISMATCH",
    message: "The backend refused agent lab-1: token mismatch.",
    count: 14,
    firstAtMs: 0,
  },
};

const loopDelay = { p50: 0.001, p99: 0.002, max: 0.25 };
const polling: PollStatus = {
  plans: 2,
  devices: 50,
  reading: 1,
  waiting: 0,
  skipped: 3,
  queued: 120,
  oldestAtMs: 1_700_000_000_500,
  sizeBytes: 40_960,
  dropped: 7,
  trouble: null,
  lastCleanUpAtMs: 1_700_000_000_000,
  lastDeliveredAtMs: null,
  uptimeMs: 1000,
  rssBytes: 1000,
};

function stateOf(link: AgentState["link"]): AgentState {
  return {
    link,
    jobs: 2,
    leases: 1,
    snmpSessions: 3,
    snmp: { running: 4, waiting: 5, requests: { GET: 10, walk: 2 }, errors: { SNMP_TIMEOUT: 1 } },
    refused: { SNMP_SET_REFUSED: 6 },
    polling,
    loopDelay,
    uptimeMs: 1000,
  };
}

async function start(port = 0) {
  const state = { link: connected };
  const lines: string[] = [];
  const write = (_details: object, message: string) => void lines.push(message);
  const server = await startHealthServer({
    port,
    build,
    report: () => agentReport(state, "ws://user:secret@backend:5050", build),
    metrics: () => agentMetrics({ state: stateOf(state.link), name: "lab-1", build }),
    log: { info: write, warn: write, error: write },
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return { server, state, lines, url: `http://127.0.0.1:${server.port}/health` };
}

test("an agent that is connected says so with its build, and without what the URL hides", async () => {
  const { server, url } = await start();
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({
    status: "ok",
    sentence: "connected to ws://backend:5050 since 1970-01-01T00:00:00.000Z",
    since: "1970-01-01T00:00:00.000Z",
    build,
    backendUrl: "ws://backend:5050",
    versionRemark: null,
    lastError: null,
  });
  expect(await checkAgent({ agentHealthPort: server.port! })).toContain("connected to ws://backend:5050");
});

test("an agent that is refused answers 503 with the refusal, and its check fails with those words", async () => {
  const { server, state, url } = await start();
  state.link = refused;
  const answer = await fetch(url);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    status: "degraded",
    sentence: expect.stringContaining("token mismatch"),
    lastError: { code: "AGENT_TOKEN_MISMATCH", count: 14, firstAt: "1970-01-01T00:00:00.000Z" },
  });
  await expect(checkAgent({ agentHealthPort: server.port! })).rejects.toThrow("token mismatch");
});

test("there is nothing but GET /health and GET /metrics", async () => {
  const { url } = await start();
  expect((await fetch(url, { method: "POST" })).status).toBe(404);
  expect((await fetch(`${url}/../other`)).status).toBe(404);
});

test("a health port that is taken is named and does not stop the agent", async () => {
  const first = await start();
  const second = await start(first.server.port);
  expect(second.server.port).toBeUndefined();
  expect(second.lines.join()).toContain("PNMLAB_AGENT_HEALTH_PORT");
});

test("a check of an agent that does not run says that nothing answers", async () => {
  const { server } = await start();
  await server[Symbol.asyncDispose]();
  await expect(checkAgent({ agentHealthPort: server.port! })).rejects.toThrow("no answer from");
});

/** A reader of the text format, as strict as its description: HELP and TYPE before the samples, once each. */
function parseExposition(text: string) {
  const metrics = new Map<string, { help: string; type: string; samples: Map<string, number> }>();
  let current = "";
  let help = "";
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.slice(0, -1).split("\n")) {
    const [, kind, name, rest] = /^# (HELP|TYPE) ([a-z_][a-z0-9_]*) (.+)$/.exec(line) ?? [];
    if (kind === "HELP") {
      help = rest!;
      current = name!;
      expect(metrics.has(current), `${current} comes twice`).toBe(false);
    } else if (kind === "TYPE") {
      expect(name).toBe(current);
      expect(rest).toMatch(/^(counter|gauge)$/);
      metrics.set(current, { help, type: rest!, samples: new Map() });
    } else {
      const sample = /^([a-z_][a-z0-9_]*)((?:\{(?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+\})?) (\S+)$/.exec(line);
      expect(sample, line).not.toBeNull();
      expect(sample![1]).toBe(current);
      expect(sample![3]).toMatch(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/);
      metrics.get(current)!.samples.set(sample![2]!, Number(sample![3]));
    }
  }
  return metrics;
}

test("metrics are well formed, with a unit in each name, and hold queue, link, rates, errors, delay and memory", async () => {
  const { url } = await start();
  const answer = await fetch(url.replace("/health", "/metrics"));
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const metrics = parseExposition(await answer.text());
  const sampleOf = (name: string, labels = "") => metrics.get(name)?.samples.get(labels);
  expect(sampleOf("pnmlab_agent_link_state", '{state="connected"}')).toBe(1);
  expect(sampleOf("pnmlab_agent_link_state", '{state="waiting"}')).toBe(0);
  expect(sampleOf("pnmlab_agent_outbox_queued")).toBe(120);
  expect(sampleOf("pnmlab_agent_outbox_oldest_timestamp_seconds")).toBe(1_700_000_000.5);
  expect(sampleOf("pnmlab_agent_outbox_last_clean_up_timestamp_seconds")).toBe(1_700_000_000);
  expect(metrics.has("pnmlab_agent_outbox_last_delivered_timestamp_seconds")).toBe(false);
  expect(sampleOf("pnmlab_agent_snmp_requests_total", '{operation="GET"}')).toBe(10);
  expect(sampleOf("pnmlab_agent_snmp_errors_total", '{code="SNMP_TIMEOUT"}')).toBe(1);
  expect(sampleOf("pnmlab_agent_refused_total", '{code="SNMP_SET_REFUSED"}')).toBe(6);
  expect(sampleOf("pnmlab_agent_event_loop_delay_seconds", '{stat="max"}')).toBe(0.25);
  expect(sampleOf("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  for (const [name, { type }] of metrics) {
    expect(name.endsWith("_total"), `${name} is a ${type}`).toBe(type === "counter");
  }
});

test("metrics of an agent that is refused name kind and number of the failures", async () => {
  const { state, url } = await start();
  state.link = refused;
  const text = await (await fetch(url.replace("/health", "/metrics"))).text();
  expect(text).toContain('pnmlab_agent_link_failures{kind="refused",code="AGENT_TOKEN_MISMATCH"} 14');
});

test("what stands in a label or a help line cannot break the format", () => {
  const labels = { name: 'a"b\\c\nd' };
  const text = expositionText([
    { name: "x", help: "one\ntwo", type: "gauge", samples: [{ labels, value: 1 }] },
  ]);
  expect(text).toBe('# HELP x one\\ntwo\n# TYPE x gauge\nx{name="a\\"b\\\\c\\nd"} 1\n');
});

test("the delay of the event loop is measured", async () => {
  using meter = new LoopDelayMeter();
  const untilMs = performance.now() + 120;
  await new Promise((resolve) => setTimeout(resolve, 30));
  while (performance.now() < untilMs);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(meter.delay.max).toBeGreaterThan(0.05);
});
