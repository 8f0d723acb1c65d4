const PAUSE_MS = 1000;
/** Where events do not come, listing is the only way a live file is seen. */
const PAUSE_WITHOUT_EVENTS_MS = 250;
const MAX_PAUSE_MS = 30_000;
/** Pauses are this many times as long as the rounds: listing takes a tenth of the time at most. */
const PAUSE_PER_ROUND = 9;

/** How often the TFTP directory is listed: often where no events come, seldom where listing takes long. */
export class PollPace {
  #rounds = 0;
  #events = 0;
  #roundMs = 0;
  #isSilent = false;

  noteEvent(): void {
    this.#events += 1;
    this.#isSilent = false;
  }

  /** A round has taken this long and found so many files that no event had told of. */
  endRound(durationMs: number, untold: number): void {
    this.#rounds += 1;
    this.#roundMs = durationMs;
    // What the first round finds was there before.
    if (this.#rounds > 1 && untold > 0 && this.#events === 0) this.#isSilent = true;
    this.#events = 0;
  }

  get pauseMs(): number {
    const leastMs = this.#isSilent ? PAUSE_WITHOUT_EVENTS_MS : PAUSE_MS;
    return Math.min(MAX_PAUSE_MS, Math.max(leastMs, PAUSE_PER_ROUND * this.#roundMs));
  }
}
