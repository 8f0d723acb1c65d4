import type { FrameRing } from "./frame-ring.ts";

/** Frames by a running number: `firstIndex` up to `endIndex` exclusive, times never falling. */
export type FrameSource = Pick<FrameRing, "firstIndex" | "endIndex" | "levelsAt" | "timeAt" | "gapBeforeAt">;

/** Several stores of frames one behind the other, oldest first; what a later one has too is left out of an earlier. */
export class KeptFrames implements FrameSource {
  readonly firstIndex = 0;
  readonly endIndex: number;
  readonly #parts: { source: FrameSource; offset: number; end: number }[] = [];

  constructor(stores: readonly (FrameSource | undefined)[]) {
    let before = Number.POSITIVE_INFINITY;
    const kept: { source: FrameSource; end: number }[] = [];
    for (const source of stores.toReversed()) {
      if (!source || source.endIndex === source.firstIndex) continue;
      const end = firstAtOrAfter(source, before);
      if (end === source.firstIndex) continue;
      kept.unshift({ source, end });
      before = source.timeAt(source.firstIndex);
    }
    let count = 0;
    for (const { source, end } of kept) {
      const offset = source.firstIndex - count;
      count += end - source.firstIndex;
      this.#parts.push({ source, offset, end: count });
    }
    this.endIndex = count;
  }

  levelsAt(index: number): Int16Array {
    const { source, offset } = this.#partOf(index);
    return source.levelsAt(index + offset);
  }

  timeAt(index: number): number {
    const { source, offset } = this.#partOf(index);
    return source.timeAt(index + offset);
  }

  gapBeforeAt(index: number): boolean {
    const { source, offset } = this.#partOf(index);
    return source.gapBeforeAt(index + offset);
  }

  #partOf(index: number): { source: FrameSource; offset: number } {
    return this.#parts.find(({ end }) => index < end) ?? this.#parts.at(-1)!;
  }
}

/** Index of the first frame at or after a time; `endIndex` where all are older. */
export function firstAtOrAfter(frames: FrameSource, timeMs: number): number {
  let low = frames.firstIndex;
  let high = frames.endIndex;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames.timeAt(middle) < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
