import type { AgentSample } from "@pnmlab/protocol";
import { expect, test } from "vitest";
import { figureRemarks, figureRows } from "./agent-figures.ts";

const PERIOD_MS = 5000;

/** Ten minutes of samples; each `change` says what differs at a sample. */
function samplesOf(change: (k: number) => Partial<AgentSample> = () => ({}), count = 121): AgentSample[] {
  return Array.from({ length: count }, (_, k) => ({
    atMs: k * PERIOD_MS,
    uptimeMs: 1000 + k * PERIOD_MS,
    jobs: 0,
    leases: 0,
    snmp: { running: 0, waiting: 0, requests: { GET: k * 10, SET: 3 }, errors: {} },
    refused: {},
    outbox: outbox(k % 6),
    loopDelayP99Ms: 1,
    loopDelayMaxMs: 4,
    rssBytes: 90_000_000,
    heapUsedBytes: 30_000_000,
    cpuMs: k * 100,
    ...change(k),
  }));
}

function outbox(queued: number, change: Partial<NonNullable<AgentSample["outbox"]>> = {}) {
  return {
    queued,
    oldestAgeMs: queued > 0 ? 1000 : null,
    sizeBytes: 4096,
    dropped: 0,
    trouble: null,
    cleanUpAgeMs: 1000,
    ...change,
  };
}

function remarksOf(samples: AgentSample[], lateMs = 0) {
  return figureRemarks(samples, samples.at(-1)!.atMs + lateMs);
}

const rowOf = (samples: AgentSample[], name: string) => figureRows(samples).find((row) => row.name === name)!;

test("an agent that runs well has figures and no remark", () => {
  const samples = samplesOf();
  expect(remarksOf(samples)).toEqual([]);
  expect(rowOf(samples, "SNMP requests").value).toBe("2.0 /s: GET 2.0");
  expect(rowOf(samples, "Processor").value).toBe("2.0 % of a core");
  expect(figureRows([])).toEqual([]);
  expect(remarksOf([samplesOf()[0]!])).toEqual([]);
});

test("a rate is left out where the agent has started anew", () => {
  const samples = samplesOf((k) => (k < 60 ? {} : { uptimeMs: (k - 60) * PERIOD_MS, cpuMs: (k - 60) * 100 }));
  const { points } = rowOf(samples, "Processor");
  expect(points.filter(({ value }) => Number.isNaN(value))).toHaveLength(1);
  expect(points.at(-1)!.value).toBeCloseTo(2);
});

test("an outbox that is emptied at each delivery does not grow, one that is not does", () => {
  expect(remarksOf(samplesOf((k) => ({ outbox: outbox(k) }))).join()).toContain("The outbox grows: ");
  expect(remarksOf(samplesOf((k) => ({ outbox: outbox(k) }), 5))).toEqual([]);
  const old = samplesOf(() => ({ outbox: outbox(9, { oldestAgeMs: 700_000 }) }));
  expect(remarksOf(old)).toEqual(["The oldest reading has waited for 11 min 40 s."]);
  const given = samplesOf((k) => ({
    outbox: outbox(0, { dropped: k > 100 ? 50 : 20, trouble: "disk full" }),
  }));
  expect(remarksOf(given)).toEqual([
    "Readings are not safe on disk: disk full",
    "30 readings were given up in the last 10 min 0 s.",
  ]);
});

test("errors that were always there are no news, and those that come up are named by kind and share", () => {
  const snmp = (k: number, errors: number) => ({
    snmp: { running: 0, waiting: 0, requests: { GET: k * 10 }, errors: { SNMP_TIMEOUT: errors } },
  });
  expect(remarksOf(samplesOf((k) => snmp(k, k)))).toEqual([]);
  expect(remarksOf(samplesOf((k) => snmp(k, Math.max(0, k - 90) * 5)))).toEqual([
    "SNMP errors rise: 150 in the last 5 min 0 s, 25 % of the requests (SNMP_TIMEOUT 150).",
  ]);
});

test("a late event loop, refusals and silence are said", () => {
  const off = samplesOf((k) => ({ loopDelayP99Ms: 240, refused: { SNMP_SET_REFUSED: k > 110 ? 3 : 0 } }));
  expect(remarksOf(off, 42_000)).toEqual([
    "No figures for 42 s: these are the last ones.",
    expect.stringContaining("The event loop is 240 ms late"),
    "Its own settings refused 3 in the last 5 min 0 s (SNMP_SET_REFUSED 3).",
  ]);
});
