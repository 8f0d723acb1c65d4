/** A value of the timeline; NaN marks that nothing was received. */
export interface HistoryPoint {
  timeMs: number;
  valueDbmv: number;
  gapBefore: boolean;
}

/** One value per frame over the last ten minutes, in a ring that is taken once. */
export class HistoryLine {
  readonly capacity: number;
  readonly #times: Float64Array;
  readonly #values: Float32Array;
  readonly #gaps: Uint8Array;
  #end = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#times = new Float64Array(capacity);
    this.#values = new Float32Array(capacity);
    this.#gaps = new Uint8Array(capacity);
  }

  get length(): number {
    return Math.min(this.#end, this.capacity);
  }

  push(point: HistoryPoint): void {
    const slot = this.#end % this.capacity;
    this.#times[slot] = point.timeMs;
    this.#values[slot] = point.valueDbmv;
    this.#gaps[slot] = point.gapBefore ? 1 : 0;
    this.#end += 1;
  }

  /** The point `back` places before the newest (0 = newest). */
  at(back: number): HistoryPoint {
    const slot = (this.#end - 1 - back) % this.capacity;
    return { timeMs: this.#times[slot]!, valueDbmv: this.#values[slot]!, gapBefore: this.#gaps[slot] === 1 };
  }
}
