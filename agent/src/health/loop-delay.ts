import { monitorEventLoopDelay } from "node:perf_hooks";

/** Delay of the event loop in seconds, over the last whole window. */
export interface LoopDelay {
  p50: number;
  p99: number;
  max: number;
}

const RESOLUTION_MS = 10;
const WINDOW_MS = 15_000;
const NS_PER_S = 1e9;

/** Measures the delay of the event loop in windows of 15 s, so that old peaks do not stay for ever. */
export class LoopDelayMeter implements Disposable {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  #last: LoopDelay | undefined;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.#last = this.#read();
      this.#histogram.reset();
    }, WINDOW_MS);
    this.#timer.unref();
  }

  /** Of the window that runs, until the first one is over. */
  get delay(): LoopDelay {
    return this.#last ?? this.#read();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  /** What the timer itself takes is in every figure, and is taken off. */
  #read(): LoopDelay {
    const seconds = (ns: number) => Math.max(0, ns / NS_PER_S - RESOLUTION_MS / 1000);
    const { max } = this.#histogram;
    return {
      p50: seconds(this.#histogram.percentile(50)),
      p99: seconds(this.#histogram.percentile(99)),
      max: seconds(max),
    };
  }
}
