import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { BenchPort } from "./plants.ts";

const PERIOD_MS = 50;

/** What the loop of this process did while ports sent. */
export interface LoopFigures {
  p99Ms: number;
  maxMs: number;
  /** CPU time of this process over wall time, all threads together. */
  cores: number;
  frames: number;
}

/** Every port sends a frame each 50 ms, one after the other, for so long. */
export async function sendFor(
  seconds: number,
  ports: readonly BenchPort[],
  take: (port: BenchPort) => void,
): Promise<LoopFigures> {
  let frames = 0;
  const timers: NodeJS.Timeout[] = [];
  for (const [k, port] of ports.entries()) {
    const start = () => {
      timers.push(
        setInterval(() => {
          frames += 1;
          take(port);
        }, PERIOD_MS),
      );
    };
    setTimeout(start, (k * PERIOD_MS) / ports.length);
  }
  await delay(PERIOD_MS);
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const cpu = process.cpuUsage();
  const fromMs = performance.now();
  await delay(seconds * 1000);
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - fromMs;
  histogram.disable();
  for (const timer of timers) clearInterval(timer);
  return {
    p99Ms: histogram.percentile(99) / 1e6,
    maxMs: histogram.max / 1e6,
    cores: (user + system) / 1000 / wallMs,
    frames,
  };
}
