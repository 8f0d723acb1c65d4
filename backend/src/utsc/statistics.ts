/** Frames over which the rate is counted, and captures over which the median interval is taken. */
const RATE_WINDOW_MS = 10_000;
const INTERVAL_COUNT = 64;
/** Before this much time a rate says nothing. */
const MIN_RATE_SPAN_MS = 200;

/** Rate and rhythm of a session's frames, by their capture times: files that come late at once are no higher rate. */
export class FrameStatistics {
  #frames: { receivedAtMs: number; capturedAtMs: number }[] = [];
  #intervalsMs: number[] = [];
  #firstAtMs: number | undefined;

  /** @param intervalMs time since the capture before, undefined where a gap lies between */
  add(receivedAtMs: number, capturedAtMs: number, intervalMs: number | undefined): void {
    this.#firstAtMs ??= receivedAtMs;
    this.#frames.push({ receivedAtMs, capturedAtMs });
    if (this.#frames[0]!.receivedAtMs <= receivedAtMs - 2 * RATE_WINDOW_MS) this.#dropBefore(receivedAtMs);
    if (intervalMs !== undefined && intervalMs > 0) {
      this.#intervalsMs.push(intervalMs);
      if (this.#intervalsMs.length > INTERVAL_COUNT) this.#intervalsMs.shift();
    }
  }

  /** Frames captured per second over the last 10 s, or since the first frame where that is less. */
  framesPerSecond(nowMs: number): number {
    if (this.#firstAtMs === undefined) return 0;
    this.#dropBefore(nowMs);
    // The clocks of a CMTS and of this machine differ; the frame that came quickest tells by how much at most.
    const offsetMs = this.#frames.reduce(
      (least, { receivedAtMs, capturedAtMs }) => Math.min(least, receivedAtMs - capturedAtMs),
      Number.POSITIVE_INFINITY,
    );
    const fromMs = nowMs - RATE_WINDOW_MS;
    const atMs = this.#frames.map(({ capturedAtMs }) => capturedAtMs + offsetMs).filter((ms) => ms > fromMs);
    const beganMs = Math.min(this.#firstAtMs, ...atMs);
    const spanMs = Math.min(RATE_WINDOW_MS, nowMs - beganMs);
    // N frames since the first make N - 1 intervals; in a full window the difference vanishes.
    const frames = spanMs < RATE_WINDOW_MS ? atMs.length - 1 : atMs.length;
    return spanMs < MIN_RATE_SPAN_MS ? 0 : Math.round((frames / spanMs) * 10_000) / 10;
  }

  /** Median interval between captures in microseconds, gaps left out. */
  medianIntervalUs(): number | undefined {
    if (this.#intervalsMs.length === 0) return undefined;
    const sorted = this.#intervalsMs.toSorted((a, b) => a - b);
    return Math.round(sorted[sorted.length >> 1]! * 1000);
  }

  reset(): void {
    this.#frames = [];
    this.#intervalsMs = [];
    this.#firstAtMs = undefined;
  }

  /** A frame was received after it was captured: none that came earlier than the window counts in it. */
  #dropBefore(nowMs: number): void {
    const keepFrom = this.#frames.findIndex(({ receivedAtMs }) => receivedAtMs > nowMs - RATE_WINDOW_MS);
    if (keepFrom !== 0) this.#frames.splice(0, keepFrom === -1 ? this.#frames.length : keepFrom);
  }
}
