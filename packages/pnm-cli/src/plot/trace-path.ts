import type { FigureSeries } from "./figure.ts";
import type { Scale } from "./scale.ts";

/**
 * Path data of a line or of steps. Where several values share a pixel column, the least and the greatest of
 * them are drawn, so that no peak and no notch is lost; NaN breaks the line.
 */
export function tracePath(series: FigureSeries, x: Scale, y: Scale): string {
  const path = new PathData();
  const isSteps = series.form === "steps";
  const halfStep = isSteps ? stepWidth(series.x) / 2 : 0;
  let column = Number.NaN;
  let low = 0;
  let high = 0;
  let last = 0;
  const flush = () => {
    if (Number.isNaN(column)) return;
    if (high - low >= 0.1) path.to(column, low).to(column, high);
    path.to(column, last);
  };
  for (let k = 0; k < series.y.length; k++) {
    const value = series.y[k]!;
    if (Number.isNaN(value)) {
      flush();
      column = Number.NaN;
      path.lift();
      continue;
    }
    const pixelY = y.toPixel(clamp(value, y));
    const edges = isSteps ? [series.x[k]! - halfStep, series.x[k]! + halfStep] : [series.x[k]!];
    for (const position of edges) {
      const pixelX = Math.round(x.toPixel(Math.min(x.high, Math.max(x.low, position))) * 2) / 2;
      if (pixelX !== column) {
        flush();
        column = pixelX;
        path.to(pixelX, pixelY);
        low = pixelY;
        high = pixelY;
      }
      low = Math.min(low, pixelY);
      high = Math.max(high, pixelY);
      last = pixelY;
    }
  }
  flush();
  path.lift();
  return path.text;
}

/** Values outside of a fixed range are drawn at its ends; zero on a logarithmic axis has its own line. */
function clamp(value: number, y: Scale): number {
  return value === 0 && y.low > 0 ? 0 : Math.min(y.high, Math.max(y.low, value));
}

function stepWidth(x: ArrayLike<number>): number {
  return x.length > 1 ? (x[x.length - 1]! - x[0]!) / (x.length - 1) : 0;
}

class PathData {
  text = "";
  #isDown = false;
  #x = "";
  #y = "";

  to(x: number, y: number): this {
    const [shortX, shortY] = [short(x), short(y)];
    if (this.#isDown && shortX === this.#x && shortY === this.#y) return this;
    if (!this.#isDown) this.text += `M${shortX} ${shortY}`;
    else if (shortX === this.#x) this.text += `V${shortY}`;
    else if (shortY === this.#y) this.text += `H${shortX}`;
    else this.text += `L${shortX} ${shortY}`;
    this.#x = shortX;
    this.#y = shortY;
    this.#isDown = true;
    return this;
  }

  lift(): void {
    // A value alone between gaps would have no line: give it a short one.
    if (this.#isDown && this.text.lastIndexOf("M") === this.text.length - `M${this.#x} ${this.#y}`.length) {
      this.text += "h1.5";
    }
    this.#isDown = false;
  }
}

/** One digit after the point: a tenth of a pixel. */
export function short(value: number): string {
  return String(Math.round(value * 10) / 10);
}
