import type { SpectrumFrame } from "../../../packages/pnm-analysis/src/index.ts";

const PERCENTILE_FRAMES = 600;
const AVERAGE_FRAMES = 16;
const FLOOR_FRAMES = 300;
const CELLS = 400;
const SHARES = [0.1, 0.5, 0.9];

/** The traces of an ordinary page: the last frames are kept, and every trace is computed from them anew. */
export class PlainTraces {
  readonly bins: number;
  readonly frames: Float32Array[] = [];
  maxHold: number[];
  minHold: number[];
  persistence: number[];
  #lastS = 0;
  sink = 0;

  constructor(bins: number) {
    this.bins = bins;
    this.maxHold = new Array<number>(bins).fill(Number.NEGATIVE_INFINITY);
    this.minHold = new Array<number>(bins).fill(Number.POSITIVE_INFINITY);
    this.persistence = new Array<number>(bins * CELLS).fill(0);
  }

  add({ levelsDbmv, timeS }: SpectrumFrame): void {
    this.frames.push(Float32Array.from(levelsDbmv));
    if (this.frames.length > PERCENTILE_FRAMES) this.frames.shift();
    this.maxHold = this.maxHold.map((held, k) => Math.max(held, levelsDbmv[k]!));
    this.minHold = this.minHold.map((held, k) => Math.min(held, levelsDbmv[k]!));
    const fade = Math.exp(this.#lastS - timeS);
    this.#lastS = timeS;
    for (let i = 0; i < this.persistence.length; i += 1) this.persistence[i]! *= fade;
    for (let k = 0; k < this.bins; k += 1) {
      const cell = Math.min(CELLS - 1, Math.max(0, Math.floor((levelsDbmv[k]! + 120) / 0.5)));
      this.persistence[k * CELLS + cell]! += 1;
    }
  }

  /** Average and percentiles of every bin. */
  compute(): void {
    const recent = this.frames.slice(-AVERAGE_FRAMES);
    for (let k = 0; k < this.bins; k += 1) {
      let sum = 0;
      for (const frame of recent) sum += 10 ** (frame[k]! / 10);
      this.sink += 10 * Math.log10(sum / recent.length);
      const sorted = this.frames.map((frame) => frame[k]!).sort((a, b) => a - b);
      for (const share of SHARES) this.sink += sorted[Math.floor(share * (sorted.length - 1))]!;
    }
  }
}

/** What the detectors rest on, plainly: a sorted neighbourhood per bin, and the low quantile of 300 frames. */
export function plainDetectors({ levelsDbmv }: SpectrumFrame, traces: PlainTraces): void {
  const recent = traces.frames.slice(-FLOOR_FRAMES);
  for (let k = 0; k < levelsDbmv.length; k += 1) {
    const near: number[] = [];
    for (let j = Math.max(0, k - 20); j <= Math.min(levelsDbmv.length - 1, k + 20); j += 1) {
      if (Math.abs(j - k) > 2) near.push(levelsDbmv[j]!);
    }
    near.sort((a, b) => a - b);
    traces.sink += levelsDbmv[k]! - near[near.length >> 1]!;
    const sorted = recent.map((frame) => frame[k]!).sort((a, b) => a - b);
    traces.sink += sorted[Math.floor(0.2 * sorted.length)]!;
  }
}
