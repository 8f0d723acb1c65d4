import { AGENT_FIGURES_PERIOD_MS, type AgentToBackend, agentToBackendSchema } from "@pnmlab/protocol";
import { afterEach, expect, test, vi } from "vitest";
import type { AgentState } from "../agent.ts";
import { FiguresTeller, figuresOf } from "./index.ts";

const state: AgentState = {
  link: { name: "connected", sinceMs: 0 },
  jobs: 2,
  leases: 1,
  snmpSessions: 3,
  snmp: { running: 4, waiting: 5, requests: { GET: 10, SET: 2 }, errors: { SNMP_TIMEOUT: 1 } },
  refused: { SNMP_SET_REFUSED: 6 },
  polling: {
    plans: 1,
    devices: 1,
    reading: 0,
    waiting: 0,
    skipped: 0,
    queued: 120,
    oldestAtMs: 40_000,
    sizeBytes: 4096,
    dropped: 7,
    trouble: null,
    lastCleanUpAtMs: 70_000,
    lastDeliveredAtMs: null,
    uptimeMs: 1,
    rssBytes: 1,
  },
  loopDelay: { p50: 0, p99: 0.002, max: 0.25 },
  uptimeMs: 1234.5,
};
const policy = {
  permissions: ["read"],
  networks: ["10.0.0.0/8"],
  setSubtrees: [],
  maxOutstanding: 64,
  targetLimits: [],
};

afterEach(() => void vi.useRealTimers());

test("figures give ages in place of times of day, and fit the protocol", () => {
  const figures = figuresOf(state, 60_000);
  expect(figures).toMatchObject({
    refused: { SNMP_SET_REFUSED: 6 },
    loopDelayP99Ms: 2,
    loopDelayMaxMs: 250,
    outbox: { queued: 120, oldestAgeMs: 20_000, cleanUpAgeMs: 0, dropped: 7 },
  });
  const message = { type: "figures", figures, policy };
  expect(agentToBackendSchema.parse(message)).toEqual(message);
  expect(figuresOf({ ...state, polling: undefined }, 0).outbox).toBeNull();
});

test("a session begins with figures and policy, goes on with figures, and ends with its connection", () => {
  vi.useFakeTimers();
  const sent: AgentToBackend[] = [];
  const end = new AbortController();
  const connection = {
    signal: end.signal,
    send: (message: AgentToBackend) => {
      sent.push(message);
      return true;
    },
  };
  using teller = new FiguresTeller({ figures: () => figuresOf(state, 0), policy });
  teller.attach(connection);
  expect(sent).toMatchObject([{ type: "figures", policy }]);
  vi.advanceTimersByTime(2 * AGENT_FIGURES_PERIOD_MS);
  expect(sent).toHaveLength(3);
  expect(sent[2]).not.toHaveProperty("policy");
  end.abort();
  vi.advanceTimersByTime(2 * AGENT_FIGURES_PERIOD_MS);
  expect(sent).toHaveLength(3);
});
