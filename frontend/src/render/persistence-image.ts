import { levelCell, levelOfCell, type Persistence } from "@pnmlab/pnm-analysis";
import type { ColumnBins } from "../model/frequency-axis.ts";
import { lowestLevel } from "../model/plot-view.ts";
import type { Scene } from "./scene.ts";
import type { Surface2d } from "./surface.ts";

const REFRESH_MS = 200;
/** Opacity of the rarest hit. */
const LEAST_OPACITY = 0.28;

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
  /** Share of the pane that the picture's upper edge lies below its top, and its height as a share of the pane's. */
  #place = { top: 0, height: 1 };

  /** Brings the picture up to date, at most five times a second unless the view has changed. */
  update(scene: Scene, palette: Uint8Array, nowMs: number): void {
    const { columns, view, data } = scene;
    const persistence = data.traces?.persistence;
    if (!view.traces.persistence || !persistence || !columns) return;
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
    const low = levelCell(lowestLevel(view.scale));
    const high = levelCell(view.scale.refDbmv);
    const rows = high - low + 1;
    const span = view.scale.refDbmv - lowestLevel(view.scale);
    this.#place = {
      top: (view.scale.refDbmv - levelOfCell(high + 1)) / span,
      height: (levelOfCell(high + 1) - levelOfCell(low)) / span,
    };
    this.#paint(hitsPerColumn(persistence, columns, low, rows), columns.first.length, rows, palette);
  }

  draw(context: Surface2d, pane: Area): void {
    if (!this.#canvas) return;
    context.imageSmoothingEnabled = false;
    const top = pane.top + this.#place.top * pane.height;
    context.drawImage(this.#canvas, pane.left, top, pane.width, this.#place.height * pane.height);
  }

  #paint(hits: Float32Array, width: number, height: number, palette: Uint8Array): void {
    let most = 0;
    for (const hit of hits) if (hit > most) most = hit;
    const scale = most === 0 ? 0 : 1 / Math.log1p(most);
    const image = new ImageData(width, height);
    for (let place = 0; place < hits.length; place += 1) {
      const hit = hits[place]!;
      if (hit < 1e-3) continue;
      const share = Math.log1p(hit) * scale;
      // The darkest third of a palette is the colour of the ground.
      const colour = Math.round(85 + 170 * share) * 3;
      image.data.set(palette.subarray(colour, colour + 3), place * 4);
      image.data[place * 4 + 3] = Math.round(255 * (LEAST_OPACITY + (1 - LEAST_OPACITY) * share));
    }
    const canvas = this.#sized(width, height);
    (canvas.getContext("2d") as Surface2d).putImageData(image, 0, 0);
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
