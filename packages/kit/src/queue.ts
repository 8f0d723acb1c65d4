import { PnmLabError } from "./errors.ts";

interface Job {
  key: string;
  run: () => void;
  reject: (reason: unknown) => void;
}

export interface KeyedQueueOptions {
  /** Jobs in flight over all keys. */
  maxTotal: number;
  /** Jobs in flight for one key, for example one SNMP target. */
  maxPerKey: number;
}

/**
 * Runs jobs first come, first served, with a cap over all and a cap per key.
 * `close` rejects every waiting job with code `QUEUE_CLOSED`; running jobs finish.
 */
export class KeyedQueue {
  readonly #options: KeyedQueueOptions;
  readonly #waiting: Job[] = [];
  readonly #runningByKey = new Map<string, number>();
  #running = 0;
  #closed = false;

  constructor(options: KeyedQueueOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get running(): number {
    return this.#running;
  }

  run<T>(key: string, job: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) {
        reject(closedError());
        return;
      }
      this.#waiting.push({
        key,
        reject,
        run: () => {
          job()
            .then(resolve, reject)
            .finally(() => this.#finished(key));
        },
      });
      this.#pump();
    });
  }

  close(): void {
    this.#closed = true;
    for (const job of this.#waiting.splice(0)) job.reject(closedError());
  }

  #finished(key: string): void {
    this.#running -= 1;
    const left = (this.#runningByKey.get(key) ?? 1) - 1;
    if (left === 0) this.#runningByKey.delete(key);
    else this.#runningByKey.set(key, left);
    this.#pump();
  }

  #pump(): void {
    for (let index = 0; index < this.#waiting.length && this.#running < this.#options.maxTotal; ) {
      const job = this.#waiting[index]!;
      const runningHere = this.#runningByKey.get(job.key) ?? 0;
      if (runningHere >= this.#options.maxPerKey) {
        index += 1;
        continue;
      }
      this.#waiting.splice(index, 1);
      this.#runningByKey.set(job.key, runningHere + 1);
      this.#running += 1;
      job.run();
    }
  }
}

function closedError(): PnmLabError {
  return new PnmLabError("QUEUE_CLOSED", "the queue was closed before the job ran");
}
