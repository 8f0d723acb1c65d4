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

  #resize(columns: number, rows: number): void {
    if (columns === this.#columns && rows === this.#rows) return;
    this.#columns = columns;
    this.#rows = rows;
    this.#pixels = new Uint32Array(columns * rows);
    this.#image = new ImageData(new Uint8ClampedArray(this.#pixels.buffer), columns, rows);
    this.#topSlot = undefined;
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
      } else paintRow(target, ring, first, rows.last[row]!, columns, colours, emptyPixel);
    }
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
