import { Worker } from "node:worker_threads";
import type { Logger } from "@pnmlab/config";
import { backoffDelayMs, messageOf } from "@pnmlab/kit";
import type { FromDetectors, ToDetectors } from "./worker-messages.ts";

const BACKOFF = { baseMs: 200, maxMs: 30_000 };
/** A thread that ran so long has nothing to do with the one before it. */
const STEADY_MS = 60_000;

export interface DetectorThreadOptions {
  onMessage: (message: FromDetectors) => void;
  /** A thread runs: it knows nothing of the one before it. */
  onStart: () => void;
  /** The thread is gone, with all that it was given. */
  onLost: (reason: string) => void;
  log: Logger;
  /** Makes the thread; that of `detection-worker` unless given. */
  startWorker?: () => Worker;
}

/** The worker thread of all detectors; one that dies is started again. */
export class DetectorThread implements AsyncDisposable {
  readonly #options: DetectorThreadOptions;
  #worker: Worker | undefined;
  #startedAtMs = 0;
  #attempt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  restarts = 0;
  /** Why the last thread ended. */
  lastLoss: string | undefined;

  constructor(options: DetectorThreadOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#worker !== undefined;
  }

  start(): void {
    const { onMessage, onStart, startWorker = startDetectionWorker } = this.#options;
    const worker = startWorker();
    worker.unref();
    worker.on("message", (message: FromDetectors) => {
      if (this.#worker === worker) onMessage(message);
    });
    worker.on("error", (error) => this.#lost(worker, messageOf(error)));
    worker.on("exit", () => this.#lost(worker, "the thread has ended"));
    this.#worker = worker;
    this.#startedAtMs = performance.now();
    onStart();
  }

  /** Without a thread nothing is sent. */
  send(message: ToDetectors, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #lost(worker: Worker, reason: string): void {
    // A thread that has been replaced has nothing more to say.
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.lastLoss = reason;
    if (performance.now() - this.#startedAtMs >= STEADY_MS) this.#attempt = 0;
    const { log, onLost } = this.#options;
    log.error(`the thread of the detectors is lost and is started again: ${reason}`);
    onLost(reason);
    this.#timer = setTimeout(() => this.#startAgain(), backoffDelayMs(this.#attempt, BACKOFF));
    this.#attempt += 1;
  }

  #startAgain(): void {
    if (this.#isClosed) return;
    this.restarts += 1;
    this.start();
  }
}

function startDetectionWorker(): Worker {
  // The worker is a file of its own, which the compiler does not rename inside a text.
  const isSource = import.meta.url.endsWith(".ts");
  return new Worker(new URL(`./detection-worker.${isSource ? "ts" : "js"}`, import.meta.url), {
    execArgv: isSource ? ["--conditions=@pnmlab/source"] : [],
  });
}
