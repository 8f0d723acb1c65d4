/** Frames are held back for at most this long. */
const LONGEST_DELAY_MS = 2000;
/** Lateness is looked at over so many frames: two bursts of the slowest CMTS, which sends ten files at a time. */
const LOOK_BACK = 40;
/** A stream whose frames come within this many intervals of each other's time needs no pacing. */
const EVEN_INTERVALS = 1.5;
/** What is later than this share of the frames is a stall of its own, which delays no others. */
const USUAL_SHARE = 0.95;
/** A lateness so far from the others means that a clock was set. */
const CLOCK_STEP_MS = 10_000;

interface Waiting<Frame> {
  frame: Frame;
  capturedAtMs: number;
}

/**
 * Plays frames that arrive in bursts at the times they were captured, behind by no more than the bursts take. A
 * stream that arrives evenly passes at once.
 */
export class PlayOut<Frame> {
  #waiting: Waiting<Frame>[] = [];
  #lateness: number[] = [];
  #captured: number[] = [];
  /** How long frames are held back behind the quickest way, milliseconds; 0 while they pass at once. */
  delayMs = 0;

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a frame and returns those that are due. */
  push(frame: Frame, capturedAtMs: number, nowMs: number): Frame[] {
    const late = nowMs - capturedAtMs;
    const usual = this.#lateness.at(-1);
    if (usual !== undefined && Math.abs(late - usual) > CLOCK_STEP_MS) {
      this.#lateness = [];
      this.#captured = [];
    }
    this.#lateness.push(late);
    this.#captured.push(capturedAtMs);
    if (this.#lateness.length > LOOK_BACK) {
      this.#lateness.shift();
      this.#captured.shift();
    }
    this.#waiting.push({ frame, capturedAtMs });
    this.#setDelay();
    return this.due(nowMs);
  }

  /** Takes out what is due by now, oldest first. */
  due(nowMs: number): Frame[] {
    if (this.#waiting.length === 0) return [];
    if (this.delayMs === 0) return this.flush();
    const least = Math.min(...this.#lateness);
    const shownUpTo = nowMs - least - this.delayMs;
    // A frame keeps the place it came in, so one is due where one behind it is.
    let count = this.#waiting.length;
    while (count > 0 && this.#waiting[count - 1]!.capturedAtMs > shownUpTo) count -= 1;
    return this.#waiting.splice(0, count).map(({ frame }) => frame);
  }

  /** Takes out all frames, due or not. */
  flush(): Frame[] {
    return this.#waiting.splice(0).map(({ frame }) => frame);
  }

  #setDelay(): void {
    const sorted = this.#lateness.toSorted((a, b) => a - b);
    const spread = sorted[Math.floor(USUAL_SHARE * (sorted.length - 1))]! - sorted[0]!;
    const steps = this.#captured.slice(1).map((time, index) => time - this.#captured[index]!);
    const intervalMs = steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
    const isEven = steps.length < 3 || spread <= EVEN_INTERVALS * intervalMs;
    this.delayMs = isEven ? 0 : Math.min(LONGEST_DELAY_MS, Math.ceil(spread));
  }
}
