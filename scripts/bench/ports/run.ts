import { setTimeout as sleep } from "node:timers/promises";
import type { UtscSession } from "@pnmlab/protocol";
import { accountOf, capturedAtMsOf, type PortAccount } from "./account.ts";
import type { Figures } from "./figures.ts";
import { type PortsLab, PROGRAMS, type ProgramName, type SimulatorFiles, startPortsLab } from "./lab.ts";
import { Viewer } from "./viewer.ts";

export interface RunOptions {
  seconds: number;
  rfPorts?: number;
  repeatPeriodMs?: number;
  /** Where CPU profiles of backend and agent are written, over the first half of the measured time. */
  profileDir?: string | undefined;
  onProgress?: (line: string) => void;
}

/** Figures of one process over the measured time. */
export interface ProcessFigures {
  loopMs: Figures["loopMs"];
  cores: number;
  /** Minutes since the measurement began, and the memory of the process then. */
  rssMb: [atMin: number, rssMb: number][];
  heapMb: [atMin: number, heapMb: number][];
  /** Heap without garbage, before and after. */
  heldMb: [before: number, after: number];
}

export interface PortsResult {
  seconds: number;
  ports: PortAccount[];
  processes: Record<ProgramName, ProcessFigures>;
  /** Counts of the simulated CMTS and of the TFTP server when every session had stopped. */
  simulator: SimulatorFiles;
  received: number;
  /** Text messages and their bytes to all viewers together. */
  textsPerS: number;
  textMbPerS: number;
  /** From the file's closing until the bare watcher held its bytes; it misses what the product was faster with. */
  bareLatenciesMs: number[];
  /** State of each session at the end of the measured time. */
  sessions: UtscSession[];
}

const RF_PORTS = 24;
const REPEAT_PERIOD_MS = 500;
const BINS = 4096;
const STREAM_DEADLINE_MS = 60_000;
/** What comes before is the start: code is compiled, memory grows to its size. */
const WARM_UP_MS = 3000;
const SAMPLE_EVERY_MS = 5000;
/** As long as a frame may be on its way when the accounts are closed. */
const SETTLE_MS = 2000;

/** Lets every RF port of one CMTS capture at once, a viewer on each, and keeps accounts of files and frames. */
export async function runPorts(options: RunOptions): Promise<PortsResult> {
  const { seconds, rfPorts = RF_PORTS, repeatPeriodMs = REPEAT_PERIOD_MS } = options;
  const { profileDir, onProgress = () => {} } = options;
  await using lab = await startPortsLab(rfPorts);
  using viewers = new DisposableStack();
  const watching: Viewer[] = [];
  for (const rfPortIfIndex of lab.rfPorts) {
    const { session } = await lab.api<{ session: UtscSession }>("/api/utsc/sessions", {
      cmtsId: lab.cmtsId,
      rfPortIfIndex,
      centerFrequencyHz: 45_000_000,
      spanHz: 80_000_000,
      bins: BINS,
      repeatPeriodUs: repeatPeriodMs * 1000,
      outputFormat: "fftPower",
    });
    watching.push(viewers.use(await Viewer.open(lab, session.id)));
    // As operators start them: not all in the same millisecond.
    await sleep(repeatPeriodMs / lab.rfPorts.length);
  }
  await untilStreaming(lab, watching);
  onProgress(`${watching.length} ports stream`);
  await sleep(WARM_UP_MS);

  if (profileDir !== undefined) {
    for (const name of ["backend", "agent"] as const) {
      const path = `${profileDir}/${name}.cpuprofile`;
      lab.programs[name].ask({ type: "profile", seconds: seconds / 2, path });
    }
  }
  const heldBefore = await heldMb(lab);
  const refusedBefore = await refusedFrames(lab);
  const first = await figuresOf(lab, true);
  const textsBefore = textsOf(watching);
  const span = { fromMs: Date.now(), toMs: 0 };
  const samples: [number, Record<ProgramName, Figures>][] = [];
  while (Date.now() - span.fromMs < seconds * 1000) {
    await sleep(Math.min(SAMPLE_EVERY_MS, span.fromMs + seconds * 1000 - Date.now()));
    const figures = await figuresOf(lab);
    const atMin = (Date.now() - span.fromMs) / 60_000;
    samples.push([atMin, figures]);
    if (samples.length % 6 === 0) onProgress(progressText(atMin, figures));
  }
  span.toMs = Date.now();
  const measuredS = (span.toMs - span.fromMs) / 1000;
  const texts = textsOf(watching);
  const last = samples.at(-1)![1];
  await sleep(SETTLE_MS);
  const heldAfter = await heldMb(lab);
  const refusedAfter = await refusedFrames(lab);
  const { sessions } = await lab.api<{ sessions: UtscSession[] }>("/api/utsc/sessions");
  const away = watching.filter((viewer) => !viewer.isOpen).length;
  if (away > 0) throw new Error(`${away} viewers lost their connection`);
  await Promise.all(watching.map(({ sessionId }) => lab.api(`/api/utsc/sessions/${sessionId}/stop`, {})));
  await sleep(SETTLE_MS);

  return {
    seconds: measuredS,
    ports: watching.map(({ sessionId, frames }) =>
      accountOf(
        lab.closedFiles.filter(({ name }) => name.startsWith(`pnmlab_${sessionId}_`)),
        frames,
        refusedAfter.get(sessionId)! - refusedBefore.get(sessionId)!,
        span,
      ),
    ),
    processes: Object.fromEntries(
      PROGRAMS.map((name): [ProgramName, ProcessFigures] => [
        name,
        {
          loopMs: last[name].loopMs,
          cores: (last[name].cpuS - first[name].cpuS) / measuredS,
          rssMb: samples.map(([atMin, figures]) => [atMin, figures[name].rssMb]),
          heapMb: samples.map(([atMin, figures]) => [atMin, figures[name].heapMb]),
          heldMb: [heldBefore[name], heldAfter[name]],
        },
      ]),
    ) as Record<ProgramName, ProcessFigures>,
    simulator: await lab.simulatorFiles(),
    received: lab.closedFiles.length,
    textsPerS: (texts.count - textsBefore.count) / measuredS,
    textMbPerS: (texts.bytes - textsBefore.bytes) / 1e6 / measuredS,
    bareLatenciesMs: await bareLatencies(lab, span.fromMs),
    sessions,
  };
}

async function untilStreaming(lab: PortsLab, watching: readonly Viewer[]): Promise<void> {
  const deadlineMs = performance.now() + STREAM_DEADLINE_MS;
  while (watching.some(({ frames }) => frames.length < 2)) {
    if (performance.now() > deadlineMs) {
      const { sessions } = await lab.api<{ sessions: UtscSession[] }>("/api/utsc/sessions");
      const silent = watching.filter(({ frames }) => frames.length < 2).map(({ sessionId }) => sessionId);
      const words = sessions.filter(({ id }) => silent.includes(id)).map((session) => session.sentence);
      throw new Error(`${silent.length} ports give no frames: ${[...new Set(words)].join("; ")}`);
    }
    await sleep(100);
  }
}

async function figuresOf(lab: PortsLab, reset = false): Promise<Record<ProgramName, Figures>> {
  const entries = await Promise.all(
    PROGRAMS.map(async (name) => [name, await lab.programs[name].figures(reset)] as const),
  );
  return Object.fromEntries(entries) as Record<ProgramName, Figures>;
}

async function heldMb(lab: PortsLab): Promise<Record<ProgramName, number>> {
  const entries = await Promise.all(
    PROGRAMS.map(async (name) => [name, await lab.programs[name].heldMb()] as const),
  );
  return Object.fromEntries(entries) as Record<ProgramName, number>;
}

/** Files that each session could not turn into a frame, by session. */
async function refusedFrames(lab: PortsLab): Promise<Map<string, number>> {
  const { sessions } = await lab.api<{ sessions: UtscSession[] }>("/api/utsc/sessions");
  return new Map(sessions.map(({ id, framesDropped }) => [id, framesDropped]));
}

async function bareLatencies(lab: PortsLab, fromMs: number): Promise<number[]> {
  const watcher = lab.programs["bare watch"];
  const answer = watcher.message<{ type: "reads"; read: [string, number][] }>("reads", STREAM_DEADLINE_MS);
  watcher.ask({ type: "reads" });
  const readAtMs = new Map((await answer).read.toReversed());
  return lab.closedFiles.flatMap(({ name, atMs }) => {
    const at = readAtMs.get(name);
    return at === undefined || capturedAtMsOf(name) < fromMs ? [] : [at - atMs];
  });
}

function textsOf(watching: readonly Viewer[]): { count: number; bytes: number } {
  return {
    count: watching.reduce((sum, { texts }) => sum + texts, 0),
    bytes: watching.reduce((sum, { textBytes }) => sum + textBytes, 0),
  };
}

function progressText(atMin: number, { backend, agent }: Record<ProgramName, Figures>): string {
  const text = ({ loopMs, rssMb }: Figures) => `p99 ${loopMs.p99.toFixed(1)} ms, ${rssMb.toFixed(0)} MB`;
  return `${atMin.toFixed(1)} min: backend ${text(backend)}; agent ${text(agent)}`;
}
