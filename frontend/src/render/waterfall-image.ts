import type { ColumnBins } from "../model/frequency-axis.ts";
import type { FrameSource } from "../model/kept-frames.ts";
import { ROW_EMPTY, ROW_GAP, type WaterfallRows } from "../model/waterfall-rows.ts";
import type { Surface2d } from "./surface.ts";

const OFFSET = 32768;

/**
 * The picture of the waterfall in device pixels. Rows stand in a ring of memory, so that a new frame
 * paints the rows it touches and moves nothing.
 */
export class WaterfallImage {
  #columns = 0;
  #rows = 0;
  #pixels = new Uint32Array(0);
  #image: ImageData | undefined;
  #firstRow = 0;
  #topSlot: number | undefined;
  #key: readonly unknown[] = [];
  /** Peaks of the row that is still being filled, so that a frame costs the same however many share that row. */
  #top: { slot: number; firstMs: number; frames: number; peaks: Int16Array } | undefined;

  /**
   * Brings the picture up to date.
   *
   * @param key whatever changes all pixels when it changes: size, zoom, colours, ring.
   */
  update(
    ring: FrameSource,
    rows: WaterfallRows,
    columns: ColumnBins,
    colours: Uint32Array,
    emptyPixel: number,
    key: readonly unknown[],
  ): void {
    const rowCount = rows.first.length;
    const columnCount = columns.first.length;
    this.#resize(columnCount, rowCount);
    const sameKey = key.length === this.#key.length && key.every((part, index) => part === this.#key[index]);
    const shift = this.#topSlot === undefined ? rowCount : rows.topSlot - this.#topSlot;
    if (!sameKey) this.#top = undefined;
    if (!sameKey || shift < 0 || shift >= rowCount) {
      this.#firstRow = 0;
      this.#paint(ring, rows, columns, colours, emptyPixel, rowCount);
    } else {
      this.#firstRow = (this.#firstRow - shift + rowCount) % rowCount;
      // The row that was on top may have taken more frames of its own slot.
      this.#paint(ring, rows, columns, colours, emptyPixel, shift + 1);
    }
    this.#key = key;
    this.#topSlot = rows.topSlot;
  }

  /** Puts the picture on the surface; left and top in device pixels. */
  draw(context: Surface2d, left: number, top: number): void {
    const image = this.#image;
    if (!image) return;
    const upper = this.#rows - this.#firstRow;
    context.putImageData(image, left, top - this.#firstRow, 0, this.#firstRow, this.#columns, upper);
    if (this.#firstRow > 0) {
      context.putImageData(image, left, top + upper, 0, 0, this.#columns, this.#firstRow);
    }
  }

  #topPeaks(ring: FrameSource, rows: WaterfallRows, columns: ColumnBins): Int16Array {
    const first = Math.max(rows.first[0]!, ring.firstIndex);
    const last = rows.last[0]!;
    const frames = last - first + 1;
    const firstMs = ring.timeAt(first);
    let top = this.#top;
    if (!top || top.slot !== rows.topSlot || top.firstMs !== firstMs || top.frames > frames) {
      const peaks = new Int16Array(columns.first.length).fill(-OFFSET);
      top = { slot: rows.topSlot, firstMs, frames: 0, peaks };
    }
    for (let index = first + top.frames; index <= last; index += 1) {
      raisePeaks(top.peaks, ring.levelsAt(index), columns);
    }
    this.#top = { ...top, frames };
    return top.peaks;
  }

  #resize(columns: number, rows: number): void {
    if (columns === this.#columns && rows === this.#rows) return;
    this.#columns = columns;
    this.#rows = rows;
    this.#pixels = new Uint32Array(columns * rows);
    this.#image = new ImageData(new Uint8ClampedArray(this.#pixels.buffer), columns, rows);
    this.#topSlot = undefined;
    this.#top = undefined;
  }

  #paint(
    ring: FrameSource,
    rows: WaterfallRows,
    columns: ColumnBins,
    colours: Uint32Array,
    emptyPixel: number,
    count: number,
  ): void {
    for (let row = 0; row < count; row += 1) {
      const start = ((row + this.#firstRow) % this.#rows) * this.#columns;
      const target = this.#pixels.subarray(start, start + this.#columns);
      const first = rows.first[row]!;
      if (first === ROW_GAP || first === ROW_EMPTY) target.fill(emptyPixel);
      else if (row > 0 && first === rows.first[row - 1] && rows.last[row] === rows.last[row - 1]) {
        const above = ((row - 1 + this.#firstRow) % this.#rows) * this.#columns;
        this.#pixels.copyWithin(start, above, above + this.#columns);
      } else if (row === 0) {
        const peaks = this.#topPeaks(ring, rows, columns);
        for (let column = 0; column < target.length; column += 1) {
          target[column] = columns.first[column]! < 0 ? emptyPixel : colours[peaks[column]! + OFFSET]!;
        }
      } else paintRow(target, ring, first, rows.last[row]!, columns, colours, emptyPixel);
    }
  }
}

/** Raises the peaks of pixel columns to the levels of a frame. A bin without a value is the lowest number there is. */
function raisePeaks(peaks: Int16Array, levels: Int16Array, columns: ColumnBins): void {
  for (let column = 0; column < peaks.length; column += 1) {
    const firstBin = columns.first[column]!;
    if (firstBin < 0) continue;
    const lastBin = columns.last[column]!;
    let peak = peaks[column]!;
    for (let bin = firstBin; bin <= lastBin; bin += 1) if (levels[bin]! > peak) peak = levels[bin]!;
    peaks[column] = peak;
  }
}

/** Paints the peak of some frames, pixel column by pixel column. */
export function paintRow(
  target: Uint32Array,
  ring: FrameSource,
  first: number,
  last: number,
  columns: ColumnBins,
  colours: Uint32Array,
  emptyPixel: number,
): void {
  const spectra: Int16Array[] = [];
  for (let index = Math.max(first, ring.firstIndex); index <= last; index += 1)
    spectra.push(ring.levelsAt(index));
  for (let column = 0; column < target.length; column += 1) {
    const firstBin = columns.first[column]!;
    if (firstBin < 0) {
      target[column] = emptyPixel;
      continue;
    }
    const lastBin = columns.last[column]!;
    // A bin without a value is the lowest number there is, so it never wins against a level.
    let peak = -OFFSET;
    for (const levels of spectra) {
      for (let bin = firstBin; bin <= lastBin; bin += 1) {
        const level = levels[bin]!;
        if (level > peak) peak = level;
      }
    }
    target[column] = colours[peak + OFFSET]!;
  }
}
