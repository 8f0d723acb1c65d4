/** Work that must be done at once gets this much of a turn of the event loop. */
const TURN_MS = 5;

/**
 * Runs jobs at once while a turn of the event loop has time for them, and those beyond in the turns that follow,
 * in order: a burst of events comes in a single turn, and would hold up everything else. One job per key waits.
 */
export class TurnBudget<Job> {
  readonly #run: (key: string, job: Job) => void;
  readonly #waiting = new Map<string, Job>();
  #turnEndsMs = 0;
  #isTurnPlanned = false;

  constructor(run: (key: string, job: Job) => void) {
    this.#run = run;
  }

  /** The job of this key that waits. */
  waiting(key: string): Job | undefined {
    return this.#waiting.get(key);
  }

  /** Runs a job now or soon, in place of the one of this key that waits. */
  add(key: string, job: Job): void {
    const nowMs = performance.now();
    if (!this.#isTurnPlanned) {
      this.#turnEndsMs = nowMs + TURN_MS;
      this.#planTurn();
    }
    if (this.#waiting.size === 0 && nowMs < this.#turnEndsMs) this.#run(key, job);
    else this.#waiting.set(key, job);
  }

  clear(): void {
    this.#waiting.clear();
  }

  #planTurn(): void {
    this.#isTurnPlanned = true;
    setImmediate(() => {
      this.#isTurnPlanned = false;
      if (this.#waiting.size === 0) return;
      this.#turnEndsMs = performance.now() + TURN_MS;
      for (const [key, job] of this.#waiting) {
        this.#waiting.delete(key);
        this.#run(key, job);
        if (performance.now() >= this.#turnEndsMs) break;
      }
      if (this.#waiting.size > 0) this.#planTurn();
    });
  }
}
