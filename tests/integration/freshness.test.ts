import { monitorEventLoopDelay } from "node:perf_hooks";
import type { UtscSession } from "@pnmlab/protocol";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { LiveView } from "./fault-matrix/live-view.ts";

/** The state that a page shows may be this much older than what is true on the CMTS. */
const BAR_MS = 1000;
const SAMPLE_MS = 5;
const ROUNDS = 4;
/** From the simulator over the agent to the page, there and back. */
const HOPS = 8;

interface Change {
  what: string;
  make(cmtsId: string, rfPort: number): void | Promise<void>;
  /** What the page must show then. */
  isShown(session: UtscSession): boolean;
}

let lab: TestLab;
let live: LiveView;
const CMTS_IDS = Array.from({ length: 5 * ROUNDS }, (_, at) => `cmts-${at + 1}`);
const lateness = monitorEventLoopDelay({ resolution: SAMPLE_MS });
const lags: { what: string; ms: number[] }[] = [];

beforeAll(async () => {
  lab = await startTestLab({
    cmts: CMTS_IDS.map((name) => ({ name, personality: "generic", rfPorts: 1 })),
  });
  live = await LiveView.open(lab);
  lateness.enable();
});

afterAll(async () => {
  lateness.disable();
  live?.[Symbol.dispose]();
  await lab?.[Symbol.asyncDispose]();
  const rows = lags.map(({ what, ms }) => {
    const sorted = ms.toSorted((a, b) => a - b);
    const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
    return `${what.padEnd(58)} n ${String(ms.length).padStart(4)}  p95 ${p95.toFixed(0).padStart(4)} ms  max ${(sorted.at(-1) ?? 0).toFixed(0).padStart(4)} ms`;
  });
  process.stdout.write(`\n${rows.join("\n")}\n`);
});

const rfPortOf = (cmtsId: string) =>
  lab.simulator.devices.find(({ name }) => name === cmtsId)!.rfPorts[0]!.ifIndex;

async function start(cmtsId: string): Promise<void> {
  await live.call("/api/utsc/sessions", {
    cmtsId,
    rfPortIfIndex: rfPortOf(cmtsId),
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 256,
    outputFormat: "fftPower",
    repeatPeriodUs: 400_000,
    freeRunDurationMs: 60_000,
  });
}

/** Milliseconds from now until the page shows it. */
async function untilShown(cmtsId: string, isShown: Change["isShown"]): Promise<number> {
  const fromMs = performance.now();
  await live.until(cmtsId, isShown, 5000).catch(() => {});
  return performance.now() - fromMs;
}

/**
 * How old the status that the page shows is: 0 while it is what the CMTS says now, otherwise the time since
 * the CMTS last said so. The answer ends the watch and gives every age that was seen.
 */
function watchStatus(cmtsId: string): () => number[] {
  const rfPort = rfPortOf(cmtsId);
  const ages: number[] = [];
  const lastTrueMs = new Map<string | null, number>();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    lastTrueMs.set(lab.simulator.measStatus(cmtsId, rfPort) ?? null, nowMs);
    const session = live.of(cmtsId);
    if (session === undefined) return;
    // No status claims nothing.
    const shown = session.measStatus;
    if (shown !== null) ages.push(nowMs - (lastTrueMs.get(shown) ?? Number.NEGATIVE_INFINITY));
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return ages;
  };
}

const CHANGES: readonly Change[] = [
  {
    what: "another manager takes the row over",
    make: (cmtsId, rfPort) => void lab.simulator.inject(cmtsId, { kind: "otherManager", rfPort }),
    isShown: ({ state, sentence }) => state === "failed" && sentence.includes("nother user"),
  },
  {
    what: "the test ends, and is started again",
    make: (cmtsId, rfPort) => lab.simulator.modifyInterface(cmtsId, rfPort),
    isShown: ({ rearms, measStatus }) => rearms === 1 && measStatus === "busy",
  },
  {
    what: "the test ends, and cannot be started again",
    make: (cmtsId, rfPort) => {
      lab.simulator.inject(cmtsId, { kind: "resources" });
      lab.simulator.modifyInterface(cmtsId, rfPort);
    },
    isShown: ({ measStatus }) => measStatus === "resourceUnavailable",
  },
  {
    what: "the row goes, and is written anew",
    make: (cmtsId, rfPort) => lab.simulator.dropRows(cmtsId, rfPort),
    isShown: ({ accepted, state }) => accepted?.fileName?.endsWith("_c2") === true && state !== "stalled",
  },
  {
    what: "the test is stopped by its user",
    make: (cmtsId) => live.call(`/api/utsc/sessions/${live.of(cmtsId)!.id}/stop`, {}),
    isShown: ({ state, measStatus }) => state === "stopped" && measStatus === null,
  },
];

test("what changes on the CMTS is on the page within a second, in every live state", {
  timeout: 120_000,
}, async () => {
  const statusAges = { what: "age of the status shown, sampled every 5 ms", ms: [] as number[] };
  const startLags = { what: "a start: the CMTS says busy", ms: [] as number[] };
  await Promise.all(
    CMTS_IDS.map(async (cmtsId, at) => {
      const change = CHANGES[at % CHANGES.length]!;
      const rfPort = rfPortOf(cmtsId);
      const endWatch = watchStatus(cmtsId);
      onTestFinished(() => void endWatch());
      await start(cmtsId);
      await expect.poll(() => lab.simulator.measStatus(cmtsId, rfPort), { interval: SAMPLE_MS }).toBe("busy");
      startLags.ms.push(
        await untilShown(cmtsId, ({ measStatus, state }) => measStatus === "busy" && state !== "armed"),
      );
      await live.until(cmtsId, ({ framesReceived }) => framesReceived >= 3);
      // The changes meet the polls at different times.
      await new Promise((resolve) => setTimeout(resolve, 130 * at));
      const lag = untilShown(cmtsId, change.isShown);
      await change.make(cmtsId, rfPort);
      const lagMs = await lag;
      const row = lags.find(({ what }) => what === change.what) ?? { what: change.what, ms: [] };
      if (row.ms.length === 0) lags.push(row);
      row.ms.push(lagMs);
      await new Promise((resolve) => setTimeout(resolve, 6000));
      statusAges.ms.push(...endWatch());
    }),
  );
  lags.unshift(statusAges, startLags);
  // A machine that keeps every step of the way waiting is not the page's fault.
  const allowedMs = BAR_MS + HOPS * (lateness.max / 1e6);
  const tooOld = lags
    .filter(({ ms }) => ms.some((age) => age > allowedMs))
    .map(({ what, ms }) => `${what}: ${Math.max(...ms).toFixed(0)} ms`);
  expect(tooOld).toEqual([]);
  expect(lags.map(({ what }) => what)).toEqual(expect.arrayContaining(CHANGES.map(({ what }) => what)));
});

test("a CMTS that falls silent is not shown with a status of before", { timeout: 120_000 }, async () => {
  const cmtsId = CMTS_IDS[1]!;
  await live.until(cmtsId, ({ state, measStatus }) => state === "receiving" && measStatus === "busy");
  const thaw = lab.simulator.inject(cmtsId, { kind: "network", frozen: true });
  const silentMs = await untilShown(cmtsId, ({ measStatus }) => measStatus === null);
  expect(silentMs).toBeLessThan(3000);
  await live.until(cmtsId, ({ failure }) => failure?.code === "SNMP_TIMEOUT");
  thaw();
  const backMs = await untilShown(
    cmtsId,
    ({ measStatus, failure }) => measStatus === "busy" && failure === null,
  );
  lags.push(
    { what: "a silent CMTS: its status is withdrawn", ms: [silentMs] },
    { what: "a silent CMTS answers again", ms: [backMs] },
  );
});
