export interface Repetition {
  /** How many times in a row the same thing has happened, from 1. */
  count: number;
  /** When the row began, Unix milliseconds. */
  sinceMs: number;
  /** Whether this one deserves a log line: the 1st, 10th, 100th and so on. */
  worthLogging: boolean;
}

/** Counts equal events in a row, so that a peer that is down for a day does not fill the log. */
export class RepeatCounter {
  #key: string | undefined;
  #count = 0;
  #sinceMs = 0;

  note(key: string, nowMs: number = Date.now()): Repetition {
    if (key !== this.#key) {
      this.#key = key;
      this.#count = 0;
      this.#sinceMs = nowMs;
    }
    this.#count += 1;
    return { count: this.#count, sinceMs: this.#sinceMs, worthLogging: isPowerOfTen(this.#count) };
  }

  reset(): void {
    this.#key = undefined;
  }
}

function isPowerOfTen(count: number): boolean {
  return /^10*$/.test(String(count));
}
