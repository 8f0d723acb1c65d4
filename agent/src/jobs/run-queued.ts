import type { KeyedQueue } from "@pnmlab/kit";

export interface QueuedOptions {
  /** Ends the wait at once, with the signal's reason. */
  signal: AbortSignal;
  /** Longest wait for a turn, in milliseconds. */
  maxWaitMs: number;
  /** What the wait ends with when it was too long. */
  tooLong: () => Error;
}

/**
 * Runs `job` when its turn in the queue comes. Cancel and deadline take effect while it still waits;
 * once it runs, it obeys them itself.
 */
export function runQueued<T>(
  queue: KeyedQueue,
  key: string,
  job: () => Promise<T>,
  { signal, maxWaitMs, tooLong }: QueuedOptions,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = signal.aborted;
    if (isOver) {
      reject(signal.reason);
      return;
    }
    const stopWaiting = () => {
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
    const onAbort = () => {
      stopWaiting();
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      stopWaiting();
      reject(tooLong());
    }, maxWaitMs);
    signal.addEventListener("abort", onAbort, { once: true });
    queue
      .run(key, async () => {
        // Its place in the queue outlives a wait that has ended; it is left without doing anything.
        if (isOver) return;
        stopWaiting();
        resolve(await job());
      })
      .catch((error) => {
        stopWaiting();
        reject(error);
      });
  });
}
