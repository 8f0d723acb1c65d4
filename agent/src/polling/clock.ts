/** Time for polling; tests put one in its place that runs as fast as they like. */
export interface PollClock {
  /** Time of day, Unix milliseconds; it may jump. */
  nowMs(): number;
  /** Milliseconds that only ever grow. */
  monotonicMs(): number;
  /** Calls once, `delayMs` from now; returns the function that prevents it. */
  after(delayMs: number, call: () => void): () => void;
}

export const systemClock: PollClock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Calls every `everyMs` until the returned function is called; the first time after one such pause. */
export function every(clock: PollClock, everyMs: number, call: () => void): () => void {
  let cancel: () => void;
  const wait = () => {
    cancel = clock.after(everyMs, () => {
      wait();
      call();
    });
  };
  wait();
  return () => cancel();
}
