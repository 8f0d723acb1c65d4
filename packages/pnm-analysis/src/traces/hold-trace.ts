/** Slices that a timed hold is cut into: what is older leaves in steps of a tenth of the time. */
const SLICES = 10;

export interface HoldOptions {
  kind: "max" | "min";
  /** The hold falls (max) or rises (min) by this much, so that old extremes fade; 0 unless given. */
  decayDbPerS?: number | undefined;
  /** Only what is at most this old counts, to a tenth of it; since the reset unless given. */
  windowS?: number | undefined;
}

/**
 * Running maximum or minimum per bin. On noise a hold drifts with the number of looks (`maxHoldDriftDb`,
 * `minHoldDriftDb`): show `looks` beside the trace.
 */
export class HoldTrace {
  readonly kind: "max" | "min";
  /** Extreme level per bin; NaN before the first. */
  readonly levelsDb: Float32Array;
  /** Sequence number of the frame that set each bin; -1 before the first. */
  readonly sequences: Int32Array;
  looks = 0;
  readonly #bins: number;
  readonly #decayDbPerS: number;
  readonly #sliceS: number;
  readonly #slices: { levels: Float32Array; sequences: Int32Array; looks: number }[] = [];
  #sliceStartS = Number.NaN;
  #lastS = Number.NaN;

  constructor(bins: number, { kind, decayDbPerS = 0, windowS }: HoldOptions) {
    this.kind = kind;
    this.#bins = bins;
    this.#decayDbPerS = decayDbPerS;
    this.#sliceS = windowS === undefined ? Number.POSITIVE_INFINITY : windowS / SLICES;
    this.levelsDb = new Float32Array(bins).fill(Number.NaN);
    this.sequences = new Int32Array(bins).fill(-1);
  }

  add(levelsDb: ArrayLike<number>, timeS: number, sequence: number): void {
    this.#turnSlice(timeS);
    if (this.#decayDbPerS > 0 && timeS > this.#lastS) {
      const fallDb = this.#decayDbPerS * (timeS - this.#lastS) * (this.kind === "max" ? 1 : -1);
      for (let k = 0; k < this.#bins; k += 1) this.levelsDb[k]! -= fallDb;
    }
    this.#lastS = timeS;
    merge(this.kind, this.levelsDb, this.sequences, levelsDb, sequence);
    const slice = this.#slices.at(-1);
    if (slice) {
      merge(this.kind, slice.levels, slice.sequences, levelsDb, sequence);
      slice.looks += 1;
    }
    this.looks += 1;
  }

  #turnSlice(timeS: number): void {
    if (this.#sliceS === Number.POSITIVE_INFINITY || timeS - this.#sliceStartS < this.#sliceS) return;
    const passed = Number.isNaN(this.#sliceStartS)
      ? 1
      : Math.floor((timeS - this.#sliceStartS) / this.#sliceS);
    this.#sliceStartS = Number.isNaN(this.#sliceStartS) ? timeS : this.#sliceStartS + passed * this.#sliceS;
    for (let i = 0; i < Math.min(passed, SLICES); i += 1) {
      const reused = this.#slices.length === SLICES ? this.#slices.shift() : undefined;
      this.#slices.push({
        levels: (reused?.levels ?? new Float32Array(this.#bins)).fill(Number.NaN),
        sequences: (reused?.sequences ?? new Int32Array(this.#bins)).fill(-1),
        looks: 0,
      });
    }
    this.levelsDb.fill(Number.NaN);
    this.sequences.fill(-1);
    this.looks = 0;
    for (const slice of this.#slices) {
      this.looks += slice.looks;
      for (let k = 0; k < this.#bins; k += 1) {
        const level = slice.levels[k]!;
        const held = this.levelsDb[k]!;
        if (Number.isNaN(level) || (this.kind === "max" ? level <= held : level >= held)) continue;
        this.levelsDb[k] = level;
        this.sequences[k] = slice.sequences[k]!;
      }
    }
  }

  reset(): void {
    this.levelsDb.fill(Number.NaN);
    this.sequences.fill(-1);
    this.#slices.length = 0;
    this.#sliceStartS = Number.NaN;
    this.#lastS = Number.NaN;
    this.looks = 0;
  }
}

function merge(
  kind: "max" | "min",
  held: Float32Array,
  sequences: Int32Array,
  levels: ArrayLike<number>,
  sequence: number,
): void {
  // A comparison with NaN is false: an absent bin changes nothing, and the first level always enters.
  if (kind === "max") {
    for (let k = 0; k < held.length; k += 1) {
      const level = levels[k]!;
      if (level <= held[k]! || Number.isNaN(level)) continue;
      held[k] = level;
      sequences[k] = sequence;
    }
    return;
  }
  for (let k = 0; k < held.length; k += 1) {
    const level = levels[k]!;
    if (level >= held[k]! || Number.isNaN(level)) continue;
    held[k] = level;
    sequences[k] = sequence;
  }
}
