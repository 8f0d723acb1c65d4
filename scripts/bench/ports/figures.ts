import { writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

// Loaded into a program with `--import`: answers whoever started it with what the process needs. The programs
// themselves are those that users run.

/** Step of the measurement: 100 times a second it is asked how long work would have waited. */
const RESOLUTION_MS = 10;

export type FiguresRequest =
  | { type: "figures"; reset: boolean }
  /** Collects all garbage and tells what is left: what a process holds on to. */
  | { type: "held" }
  /** Profiles the CPU for so long and writes the profile to a file. */
  | { type: "profile"; seconds: number; path: string };

export interface Figures {
  type: "figures";
  /** How long work waited for the event loop since the last reset. */
  loopMs: { p50: number; p99: number; max: number };
  /** Since the process began. */
  cpuS: number;
  rssMb: number;
  heapMb: number;
}

const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();

/** The histogram holds whole steps; what exceeds the step is delay. */
const delayMs = (nanoseconds: number) =>
  histogram.count === 0 ? 0 : Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

function figures(): Figures {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    type: "figures",
    loopMs: {
      p50: delayMs(histogram.percentile(50)),
      p99: delayMs(histogram.percentile(99)),
      max: delayMs(histogram.max),
    },
    cpuS: (user + system) / 1e6,
    rssMb: rss / 1e6,
    heapMb: heapUsed / 1e6,
  };
}

async function profile(seconds: number, path: string): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.start");
  await sleep(seconds * 1000);
  const { profile: result } = await session.post("Profiler.stop");
  writeFileSync(path, JSON.stringify(result));
  session.disconnect();
}

async function collectGarbage(): Promise<void> {
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.collectGarbage");
  session.disconnect();
  process.send?.({ type: "held", heapMb: process.memoryUsage().heapUsed / 1e6 });
}

process.on("message", (message: FiguresRequest) => {
  if (message.type === "figures") {
    process.send?.(figures());
    if (message.reset) histogram.reset();
  } else if (message.type === "held") void collectGarbage();
  else if (message.type === "profile") void profile(message.seconds, message.path);
});
process.channel?.unref();
