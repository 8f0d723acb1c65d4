/** Frames over which the rate is counted, and captures over which the median interval is taken. */
const RATE_WINDOW_MS = 10_000;
const INTERVAL_COUNT = 64;
/** Before this much time a rate says nothing. */
const MIN_RATE_SPAN_MS = 200;

/** Rate and rhythm of a session's frames. */
export class FrameStatistics {
  #receivedAtMs: number[] = [];
  #intervalsMs: number[] = [];
  #firstAtMs: number | undefined;

  /** @param intervalMs time since the capture before, undefined where a gap lies between */
  add(receivedAtMs: number, intervalMs: number | undefined): void {
    this.#firstAtMs ??= receivedAtMs;
    this.#receivedAtMs.push(receivedAtMs);
    if (this.#receivedAtMs[0]! <= receivedAtMs - 2 * RATE_WINDOW_MS) this.#dropBefore(receivedAtMs);
    if (intervalMs !== undefined && intervalMs > 0) {
      this.#intervalsMs.push(intervalMs);
      if (this.#intervalsMs.length > INTERVAL_COUNT) this.#intervalsMs.shift();
    }
  }

  /** Frames per second over the last 10 s, or since the first frame where that is less. */
  framesPerSecond(nowMs: number): number {
    if (this.#firstAtMs === undefined) return 0;
    this.#dropBefore(nowMs);
    const spanMs = Math.min(RATE_WINDOW_MS, nowMs - this.#firstAtMs);
    // N frames since the first make N - 1 intervals; in a full window the difference vanishes.
    const frames = spanMs < RATE_WINDOW_MS ? this.#receivedAtMs.length - 1 : this.#receivedAtMs.length;
    return spanMs < MIN_RATE_SPAN_MS ? 0 : Math.round((frames / spanMs) * 10_000) / 10;
  }

  /** Median interval between captures in microseconds, gaps left out. */
  medianIntervalUs(): number | undefined {
    if (this.#intervalsMs.length === 0) return undefined;
    const sorted = this.#intervalsMs.toSorted((a, b) => a - b);
    return Math.round(sorted[sorted.length >> 1]! * 1000);
  }

  reset(): void {
    this.#receivedAtMs = [];
    this.#intervalsMs = [];
    this.#firstAtMs = undefined;
  }

  #dropBefore(nowMs: number): void {
    const keepFrom = this.#receivedAtMs.findIndex((atMs) => atMs > nowMs - RATE_WINDOW_MS);
    if (keepFrom !== 0) this.#receivedAtMs.splice(0, keepFrom === -1 ? this.#receivedAtMs.length : keepFrom);
  }
}
