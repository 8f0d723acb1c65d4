export interface StopPromise extends Promise<void> {
  readonly aborted: boolean;
}

/** A second request to stop within this time is the same one, arriving by another way. */
const SAME_REQUEST_MS = 1500;

/**
 * Resolves when the lab is asked to stop: by Ctrl-C, by a process manager, or because the program that
 * started it is gone. Asked again later, the process ends at once.
 */
export function onStop(): StopPromise {
  let stoppedAtMs: number | undefined;
  let resolveStop!: () => void;
  const promise = new Promise<void>((resolve) => {
    resolveStop = resolve;
  });
  const stop = () => {
    if (stoppedAtMs === undefined) {
      stoppedAtMs = Date.now();
      resolveStop();
    } else if (Date.now() - stoppedAtMs > SAME_REQUEST_MS) {
      process.exit(1);
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.once("disconnect", stop);
  process.channel?.unref();
  return Object.defineProperty(promise, "aborted", {
    get: () => stoppedAtMs !== undefined,
  }) as StopPromise;
}
