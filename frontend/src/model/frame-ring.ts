/** What the ring keeps of a frame besides its levels. */
export interface FrameMark {
  sequence: number;
  capturedAtMs: number;
  /** True where the stream was interrupted before this frame. */
  gapBefore: boolean;
}

/**
 * The newest frames of a stream, oldest overwritten first, in one block of memory that is taken once.
 * Frames are addressed by a running index that never repeats: `firstIndex` up to `endIndex` exclusive.
 */
export class FrameRing {
  readonly bins: number;
  readonly capacity: number;
  readonly #levels: Int16Array;
  readonly #capturedAtMs: Float64Array;
  readonly #sequences: Uint32Array;
  readonly #gapBefore: Uint8Array;
  #firstIndex = 0;
  #endIndex = 0;

  constructor(bins: number, capacity: number) {
    this.bins = bins;
    this.capacity = capacity;
    this.#levels = new Int16Array(bins * capacity);
    this.#capturedAtMs = new Float64Array(capacity);
    this.#sequences = new Uint32Array(capacity);
    this.#gapBefore = new Uint8Array(capacity);
  }

  get endIndex(): number {
    return this.#endIndex;
  }

  get firstIndex(): number {
    return this.#firstIndex;
  }

  get length(): number {
    return this.#endIndex - this.#firstIndex;
  }

  /** Memory taken, in bytes. */
  get byteLength(): number {
    return this.#levels.byteLength;
  }

  /**
   * Stores one frame. A capture time before that of the frame in front of it (a clock that was set
   * back) is lifted to it, so that times in the ring never fall.
   */
  push(levels: Int16Array, mark: FrameMark): void {
    const slot = this.#endIndex % this.capacity;
    const previousMs = this.length > 0 ? this.timeAt(this.#endIndex - 1) : Number.NEGATIVE_INFINITY;
    this.#levels.set(levels, slot * this.bins);
    this.#capturedAtMs[slot] = Math.max(mark.capturedAtMs, previousMs);
    this.#sequences[slot] = mark.sequence;
    this.#gapBefore[slot] = mark.gapBefore ? 1 : 0;
    this.#endIndex += 1;
    if (this.length > this.capacity) this.#firstIndex += 1;
  }

  /** Levels of a frame, hundredths of a dBmV; a view into the ring, valid until the frame is overwritten. */
  levelsAt(index: number): Int16Array {
    const start = (index % this.capacity) * this.bins;
    return this.#levels.subarray(start, start + this.bins);
  }

  timeAt(index: number): number {
    return this.#capturedAtMs[index % this.capacity]!;
  }

  sequenceAt(index: number): number {
    return this.#sequences[index % this.capacity]!;
  }

  gapBeforeAt(index: number): boolean {
    return this.#gapBefore[index % this.capacity] === 1;
  }
}
