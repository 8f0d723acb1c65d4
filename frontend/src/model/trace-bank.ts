import { NO_LEVEL } from "@pnmlab/protocol/frame";
import { levelOfPower, powerOfHundredths } from "./power.ts";

export const AVERAGE_DEPTH = 16;

/**
 * The traces kept of one stream of spectra: the newest, the mean of the last 16 in linear power, and
 * the holds. All arrays have one element per bin; no array is replaced during the life of the bank.
 */
export class TraceBank {
  readonly bins: number;
  /** Newest levels, hundredths of a dBmV. */
  readonly live: Int16Array;
  /** dBmV of the mean power of the last 16 frames, NaN where none of them had a value. */
  readonly average: Float32Array;
  readonly maxHold: Int16Array;
  /** Capture time of each held maximum, Unix milliseconds. */
  readonly maxHoldAtMs: Float64Array;
  readonly minHold: Int16Array;
  frames = 0;
  heldFrames = 0;

  readonly #history: Int16Array;
  readonly #sum: Float64Array;
  readonly #count: Uint8Array;

  constructor(bins: number) {
    this.bins = bins;
    this.live = new Int16Array(bins).fill(NO_LEVEL);
    this.average = new Float32Array(bins).fill(Number.NaN);
    this.maxHold = new Int16Array(bins).fill(NO_LEVEL);
    this.maxHoldAtMs = new Float64Array(bins);
    this.minHold = new Int16Array(bins).fill(NO_LEVEL);
    this.#history = new Int16Array(bins * AVERAGE_DEPTH).fill(NO_LEVEL);
    this.#sum = new Float64Array(bins);
    this.#count = new Uint8Array(bins);
  }

  /** How many frames the average holds now. */
  get averagedFrames(): number {
    return Math.min(this.frames, AVERAGE_DEPTH);
  }

  /** Takes one frame of `bins` levels in hundredths of a dBmV. */
  add(levels: Int16Array, capturedAtMs: number): void {
    const slot = (this.frames % AVERAGE_DEPTH) * this.bins;
    // Rounding of the running sum cannot pile up: it is made anew once per turn of the ring.
    const anew = slot === 0;
    for (let bin = 0; bin < this.bins; bin += 1) {
      const level = levels[bin]!;
      const leaving = this.#history[slot + bin]!;
      this.#history[slot + bin] = level;
      if (leaving !== NO_LEVEL) this.#count[bin]! -= 1;
      if (level !== NO_LEVEL) {
        this.#count[bin]! += 1;
        if (level > this.maxHold[bin]! || this.maxHold[bin] === NO_LEVEL) {
          this.maxHold[bin] = level;
          this.maxHoldAtMs[bin] = capturedAtMs;
        }
        if (level < this.minHold[bin]! || this.minHold[bin] === NO_LEVEL) this.minHold[bin] = level;
      }
      this.#sum[bin] = anew ? this.#sumOf(bin) : this.#sum[bin]! + powerOf(level) - powerOf(leaving);
      this.average[bin] =
        this.#count[bin] === 0 ? Number.NaN : levelOfPower(this.#sum[bin]! / this.#count[bin]!);
    }
    this.live.set(levels);
    this.frames += 1;
    this.heldFrames += 1;
  }

  /** Forgets maximum and minimum; the next frame starts them again. */
  resetHolds(): void {
    this.maxHold.fill(NO_LEVEL);
    this.minHold.fill(NO_LEVEL);
    this.maxHoldAtMs.fill(0);
    this.heldFrames = 0;
  }

  #sumOf(bin: number): number {
    let sum = 0;
    for (let frame = 0; frame < AVERAGE_DEPTH; frame += 1)
      sum += powerOf(this.#history[frame * this.bins + bin]!);
    return sum;
  }
}

function powerOf(levelHundredths: number): number {
  return levelHundredths === NO_LEVEL ? 0 : powerOfHundredths(levelHundredths);
}
