import type { PollClock } from "../src/polling/index.ts";

interface Timer {
  dueMs: number;
  order: number;
  call: () => void;
}

/** A clock that runs as fast as what it calls: timers fire in order, and what they set off ends before the next. */
export class CompressedClock implements PollClock {
  readonly #timers = new Set<Timer>();
  #elapsedMs = 0;
  #offsetMs: number;
  #order = 0;

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#offsetMs = startMs;
  }

  nowMs(): number {
    return this.#offsetMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  /** Moves the time of day, as somebody who sets a clock does; timers do not notice. */
  jump(byMs: number): void {
    this.#offsetMs += byMs;
  }

  after(delayMs: number, call: () => void): () => void {
    this.#order += 1;
    const timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  async advance(byMs: number): Promise<void> {
    const endMs = this.#elapsedMs + byMs;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        if (timer.dueMs > endMs) continue;
        if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order))
          next = timer;
      }
      if (!next) break;
      this.#timers.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.call();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#elapsedMs = endMs;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
