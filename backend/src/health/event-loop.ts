import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Probe } from "./check.ts";
import { fail, pass, resultOf, type Verdict, warn } from "./verdict.ts";

/** Window over which the delay is judged. */
const WINDOW_MS = 5000;
const RESOLUTION_MS = 10;
/** Fewer samples have no 99th percentile; the first ones are the start of the process itself. */
const MIN_SAMPLES = 100;

/** A frame every 13 ms must not wait for more than a few others; above the second limit live is not live. */
const OK_BELOW_MS = 50;
const DEGRADED_BELOW_MS = 250;

const EXPECTED = `99 % of events wait less than ${OK_BELOW_MS} ms`;

/** How long this process lets its work wait: the 99th percentile of the event loop's delay. */
export interface EventLoopProbe extends Probe, Disposable {
  /** The verdict on the newest window that has ended. */
  readonly latest: Verdict;
}

export function eventLoopProbe(): EventLoopProbe {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let latest = judgeDelay(0);
  return {
    name: "eventLoop",
    everyMs: WINDOW_MS,
    get latest() {
      return latest;
    },
    run: () => {
      // The histogram holds whole intervals of its own timer; what exceeds the interval is delay.
      const delayMs = histogram.count < MIN_SAMPLES ? 0 : histogram.percentile(99) / 1e6 - RESOLUTION_MS;
      histogram.reset();
      latest = judgeDelay(delayMs);
      return resultOf(latest);
    },
    [Symbol.dispose]: () => void histogram.disable(),
  };
}

export function judgeDelay(delayMs: number): Verdict {
  if (delayMs < OK_BELOW_MS) return pass(EXPECTED, EXPECTED);
  const found = `1 % of events waited ${Math.round(delayMs)} ms or longer in the last ${WINDOW_MS / 1000} s`;
  const fix = "the machine is overloaded, or the backend has too much to do";
  return delayMs < DEGRADED_BELOW_MS ? warn(found, EXPECTED, fix) : fail(found, EXPECTED, fix);
}
