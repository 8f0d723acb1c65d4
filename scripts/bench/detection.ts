// Detectors of ten ports at 20 frames a second each, in their worker thread: how long the backend's event loop waits
// with and without them, and beside detectors in the loop itself, in one run with interleaved rounds.
//
//   npm run bench:detection -- [--rounds N] [--seconds N] [--report-only]
//
// Exits 1 when a bar is missed; --report-only prints the verdicts and exits 0.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createLogger } from "@pnmlab/config";
import { encodeSpectrumFrame, type UtscSession } from "@pnmlab/protocol";
import { DetectionService } from "../../backend/src/detection/index.ts";
import { judgeOptionsOf } from "../../backend/src/detection/judge-options.ts";
import { JudgedStream } from "../../backend/src/detection/judged-stream.ts";
import { LiveHub } from "../../backend/src/live/hub.ts";
import { openStorage } from "../../backend/src/storage/index.ts";
import { type LoopFigures, sendFor } from "./detection/loop.ts";
import { type BenchPort, drawPorts } from "./detection/plants.ts";

const PORTS = 10;
const RATE_HZ = 20;
const BINS = [1600, 4096];
/** Waiting of the loop with detectors over waiting without them. */
const LOOP_BAR = 1.5;
/** Worker's share of one core for all ports, at 1,600 bins. */
const CORE_BAR = 0.5;

const { values: options } = parseArgs({
  options: {
    "report-only": { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
  },
});
const rounds = Math.max(1, Number.parseInt(options.rounds, 10) || 1);
const seconds = Math.max(1, Number.parseInt(options.seconds, 10) || 1);

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const build = { version: "0", commit: "0000000000", dirty: false, builtAt: new Date(0).toISOString() };
const requested = {
  centerFrequencyHz: 51_200_000,
  spanHz: 102_400_000,
  bins: 1600,
  repeatPeriodUs: 50_000,
  outputFormat: "fftPower",
  window: "blackmanHarris",
} as const;

function sessionOf(id: string, rfPortIfIndex: number): UtscSession {
  const now = new Date().toISOString();
  return {
    id,
    streamId: rfPortIfIndex,
    cmtsId: "bench",
    rfPortIfIndex,
    rfPortName: `us ${rfPortIfIndex}`,
    state: "receiving",
    sentence: "",
    since: now,
    desired: "running",
    requested,
    accepted: null,
    observed: null,
    kHundredthsDb: 0,
    measStatus: null,
    framesReceived: 0,
    framesPerSecond: RATE_HZ,
    framesDropped: 0,
    newestFrameAt: null,
    rearms: 0,
    lastGapMs: null,
    failure: null,
    createdAt: now,
  };
}

interface Figures {
  without: LoopFigures[];
  withDetectors: LoopFigures[];
  inLoop: LoopFigures[];
  cpuMsPerFrame: number;
  skipped: number;
  unseen: number;
  events: number;
}

async function measure(bins: number): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), "pnmlab-detection-"));
  try {
    process.stdout.write(`\nDrawing frames of ${bins} bins for ${PORTS} ports ...\n`);
    const ports = drawPorts(PORTS, bins);
    const sessions = new Map(ports.map(({ sessionId }, k) => [sessionId, sessionOf(sessionId, k + 1)]));
    await using stack = new AsyncDisposableStack();
    const storage = stack.use(openStorage(dataDir));
    const hub = stack.use(
      new LiveHub({
        build,
        now: Date.now,
        snapshot: {
          agents: () => [],
          sessions: () => [...sessions.values()],
          health: () => ({ status: "ok" }),
        },
      }),
    );
    let events = 0;
    const detection = stack.use(
      new DetectionService({
        store: storage.events,
        noise: storage.noise,
        session: (id) => sessions.get(id),
        channels: async (_, rfPortIfIndex) => ports[rfPortIfIndex - 1]!.channels,
        publish: (event) => {
          events += 1;
          hub.publishEvent(event);
        },
        log: createLogger("bench", "silent"),
        now: Date.now,
      }),
    );
    const inLoop = new Map(ports.map((port) => [port.sessionId, streamInLoop(port)]));
    const figures: Figures = {
      without: [],
      withDetectors: [],
      inLoop: [],
      cpuMsPerFrame: 0,
      skipped: 0,
      unseen: 0,
      events: 0,
    };
    let sent = 0;
    const withDetectors = (port: BenchPort) => {
      const frame = port.next();
      hub.publishFrame(port.sessionId, frame);
      detection.publishFrame(port.sessionId, frame);
      sent += 1;
    };
    // Compiled code, learnt floors, opened streams: what a backend has that has run for a while.
    await sendFor(Math.min(seconds, 6), ports, withDetectors);
    for (let round = 0; round < rounds; round += 1) {
      figures.without.push(
        await sendFor(seconds, ports, (port) => hub.publishFrame(port.sessionId, port.next())),
      );
      figures.withDetectors.push(await sendFor(seconds, ports, withDetectors));
      figures.inLoop.push(
        await sendFor(seconds, ports, (port) => {
          const frame = port.next();
          hub.publishFrame(port.sessionId, frame);
          inLoop.get(port.sessionId)!.feed(encodeSpectrumFrame(frame).buffer);
        }),
      );
    }
    await delay(1000);
    const state = detection.state();
    const analysed = state.sessions.reduce((sum, { framesAnalysed }) => sum + framesAnalysed, 0);
    figures.cpuMsPerFrame = state.cpuMsPerFrame ?? Number.NaN;
    figures.skipped = state.sessions.reduce((sum, { framesSkipped }) => sum + framesSkipped, 0);
    figures.unseen = sent - analysed - figures.skipped;
    figures.events = events;
    return figures;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function streamInLoop({ channels }: BenchPort): JudgedStream {
  let lastId = 0;
  const judged = judgeOptionsOf({ requested, accepted: null, channels, isUncalibrated: false }, {});
  const nextId = () => {
    lastId += 1;
    return String(lastId);
  };
  return new JudgedStream(judged, nextId, {
    onEvent: () => undefined,
    onEvidence: () => undefined,
    onReleased: () => undefined,
    onMaskStates: () => undefined,
    onLevels: () => undefined,
    onNoise: () => undefined,
  });
}

let isMissed = false;
function verdict(what: string, value: number, bar: number, digits: number): string {
  const isMet = value <= bar;
  isMissed ||= !isMet;
  return `${what} ${value.toFixed(digits)}, bar ${bar} ${isMet ? "met" : "MISSED"}`;
}

for (const bins of BINS) {
  const figures = await measure(bins);
  const line = (name: string, rows: readonly LoopFigures[]) =>
    process.stdout.write(
      `  ${name.padEnd(22)} loop p99 ${median(rows.map(({ p99Ms }) => p99Ms)).toFixed(2)} ms, longest ${Math.max(...rows.map(({ maxMs }) => maxMs)).toFixed(1)} ms, ${median(rows.map(({ cores }) => cores)).toFixed(3)} cores\n`,
    );
  process.stdout.write(
    `${PORTS} ports of ${bins} bins at ${RATE_HZ} frames a second, ${rounds} rounds of ${seconds} s:\n`,
  );
  line("without detectors", figures.without);
  line("detectors in worker", figures.withDetectors);
  line("detectors in the loop", figures.inLoop);
  const ratio = median(figures.withDetectors.map(({ p99Ms }, k) => p99Ms / figures.without[k]!.p99Ms));
  const core = (figures.cpuMsPerFrame * PORTS * RATE_HZ) / 1000;
  process.stdout.write(`  ${verdict("loop p99 with over without", ratio, LOOP_BAR, 2)}\n`);
  process.stdout.write(
    `  ${figures.cpuMsPerFrame.toFixed(3)} ms of the worker a frame: ${verdict("share of a core", core, bins === BINS[0] ? CORE_BAR : 1, 3)}\n`,
  );
  process.stdout.write(`  ${verdict("frames skipped", figures.skipped, 0, 0)}\n`);
  process.stdout.write(
    `  ${verdict("frames neither judged nor counted as skipped", figures.unseen, 0, 0)}\n`,
  );
  process.stdout.write(`  ${figures.events} events were told meanwhile\n`);
}
if (isMissed && !options["report-only"]) process.exitCode = 1;
