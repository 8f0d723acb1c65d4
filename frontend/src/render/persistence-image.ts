import { levelCell, levelOfCell, type Persistence } from "@pnmlab/pnm-analysis";
import type { ColumnBins } from "../model/frequency-axis.ts";
import type { PixelImage } from "../model/plot-snapshot.ts";
import { lowestLevel } from "../model/plot-view.ts";
import type { Scene } from "./scene.ts";
import type { Surface2d } from "./surface.ts";

const REFRESH_MS = 200;
/** Opacity of the rarest hit. */
const LEAST_OPACITY = 0.4;
/** The share of the cells with hits that all have the strongest colour: one steady line does not darken the rest. */
const STRONGEST_SHARE = 0.005;
/** Every so many cells are looked at for it. */
const LOOK_AT_EVERY = 7;
const LEAST_HITS = 1e-3;

interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The picture of persistence: a column per pixel column, a row per cell of half a dB, colour by the log of hits. */
export class PersistenceImage {
  #canvas: OffscreenCanvas | HTMLCanvasElement | undefined;
  #atMs = 0;
  #key = "";
  #place = { top: 0, height: 1 };

  /** Brings the picture up to date, at most five times a second unless the view has changed. */
  update(scene: Scene, palette: Uint8Array, nowMs: number): void {
    const { columns, view, data } = scene;
    if (!view.traces.persistence || !data.traces?.persistence || !columns) return;
    const key = [
      view.range.startHz,
      view.range.stopHz,
      view.scale.refDbmv,
      view.scale.dbPerDivision,
      columns.first.length,
    ].join();
    if (key === this.#key && nowMs - this.#atMs < REFRESH_MS) return;
    this.#key = key;
    this.#atMs = nowMs;
    const cells = persistenceCells(scene, palette);
    if (!cells) return;
    this.#place = cells;
    const image = new ImageData(new Uint8ClampedArray(cells.pixels.buffer), cells.columns, cells.rows);
    const canvas = this.#sized(cells.columns, cells.rows);
    (canvas.getContext("2d") as Surface2d).putImageData(image, 0, 0);
  }

  draw(context: Surface2d, pane: Area): void {
    if (!this.#canvas) return;
    context.imageSmoothingEnabled = false;
    const top = pane.top + this.#place.top * pane.height;
    context.drawImage(this.#canvas, pane.left, top, pane.width, this.#place.height * pane.height);
  }

  #sized(width: number, height: number): OffscreenCanvas | HTMLCanvasElement {
    if (this.#canvas?.width === width && this.#canvas.height === height) return this.#canvas;
    this.#canvas =
      typeof OffscreenCanvas === "undefined"
        ? document.createElement("canvas")
        : new OffscreenCanvas(width, height);
    this.#canvas.width = width;
    this.#canvas.height = height;
    return this.#canvas;
  }
}

/** Cells of half a dB by pixel column, coloured, and where they lie in the trace pane. */
export interface PersistenceCells extends PixelImage {
  /** Share of the pane that the upper edge of the cells lies below its top; below 0 where they begin above. */
  top: number;
  /** Height of the cells as a share of that of the pane. */
  height: number;
}

/** The cells that a scene shows; undefined while there are none. `palette` is 256 colours of three bytes. */
export function persistenceCells(
  { columns, view, data }: Pick<Scene, "columns" | "view" | "data">,
  palette: Uint8Array,
): PersistenceCells | undefined {
  const persistence = data.traces?.persistence;
  if (!persistence || !columns) return undefined;
  const low = levelCell(lowestLevel(view.scale));
  const high = levelCell(view.scale.refDbmv);
  const rows = high - low + 1;
  const span = view.scale.refDbmv - lowestLevel(view.scale);
  const hits = hitsPerColumn(persistence, columns, low, rows);
  return {
    columns: columns.first.length,
    rows,
    pixels: pixelsOf(hits, palette),
    top: (view.scale.refDbmv - levelOfCell(high + 1)) / span,
    height: (levelOfCell(high + 1) - levelOfCell(low)) / span,
  };
}

function pixelsOf(hits: Float32Array, palette: Uint8Array): Uint32Array<ArrayBuffer> {
  const most = strongestHits(hits);
  const scale = most === 0 ? 0 : 1 / Math.log1p(most);
  const pixels = new Uint32Array(hits.length);
  const bytes = new Uint8Array(pixels.buffer);
  for (let place = 0; place < hits.length; place += 1) {
    const hit = hits[place]!;
    if (hit < LEAST_HITS) continue;
    const share = Math.min(1, Math.log1p(hit) * scale);
    // The darkest third of a palette is the colour of the ground.
    const colour = Math.round(85 + 170 * share) * 3;
    bytes.set(palette.subarray(colour, colour + 3), place * 4);
    bytes[place * 4 + 3] = Math.round(255 * (LEAST_OPACITY + (1 - LEAST_OPACITY) * share));
  }
  return pixels;
}

/** The hits from which on a cell has the strongest colour. */
function strongestHits(hits: Float32Array): number {
  const some: number[] = [];
  for (let place = 0; place < hits.length; place += LOOK_AT_EVERY)
    if (hits[place]! >= LEAST_HITS) some.push(hits[place]!);
  some.sort((a, b) => a - b);
  return some[Math.floor(some.length * (1 - STRONGEST_SHARE))] ?? 0;
}

/** Most hits of the bins of each column, row by row from the highest level. */
function hitsPerColumn(
  persistence: Persistence,
  columns: ColumnBins,
  lowCell: number,
  rows: number,
): Float32Array {
  const count = columns.first.length;
  const hits = new Float32Array(count * rows);
  for (let column = 0; column < count; column += 1) {
    const first = columns.first[column]!;
    if (first < 0) continue;
    for (let bin = first; bin <= columns.last[column]!; bin += 1) {
      for (let row = 0; row < rows; row += 1) {
        const here = persistence.hits(bin, lowCell + rows - 1 - row);
        const place = row * count + column;
        if (here > hits[place]!) hits[place] = here;
      }
    }
  }
  return hits;
}
