export type PlotCanvas = OffscreenCanvas | HTMLCanvasElement;
export type Surface2d = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** What the painters draw with: a canvas of the page, or the same drawing as markup. */
export type Painting = Pick<
  CanvasRenderingContext2D,
  | "fillStyle"
  | "strokeStyle"
  | "globalAlpha"
  | "lineWidth"
  | "lineJoin"
  | "font"
  | "textAlign"
  | "textBaseline"
  | "save"
  | "restore"
  | "translate"
  | "rotate"
  | "beginPath"
  | "closePath"
  | "moveTo"
  | "lineTo"
  | "rect"
  | "roundRect"
  | "clip"
  | "fill"
  | "stroke"
  | "setLineDash"
  | "fillRect"
  | "strokeRect"
  | "fillText"
> & { measureText(text: string): { width: number } };

/** A canvas with its size in CSS pixels; drawing happens in CSS pixels, images in device pixels. */
export class Surface {
  readonly context: Surface2d;
  width = 1;
  height = 1;
  pixelRatio = 1;
  readonly #canvas: PlotCanvas;

  constructor(canvas: PlotCanvas) {
    this.#canvas = canvas;
    const context = canvas.getContext("2d", { alpha: true }) as Surface2d | null;
    if (!context) throw new Error("This browser gives no 2D drawing context");
    this.context = context;
  }

  resize(width: number, height: number, pixelRatio: number): void {
    this.width = width;
    this.height = height;
    this.pixelRatio = pixelRatio;
    const deviceWidth = Math.max(1, Math.round(width * pixelRatio));
    const deviceHeight = Math.max(1, Math.round(height * pixelRatio));
    if (this.#canvas.width !== deviceWidth) this.#canvas.width = deviceWidth;
    if (this.#canvas.height !== deviceHeight) this.#canvas.height = deviceHeight;
  }

  /** Width of a text in a font of CSS, in CSS pixels. */
  widthOf(font: string, text: string): number {
    const { context } = this;
    const before = context.font;
    context.font = font;
    const { width } = context.measureText(text);
    context.font = before;
    return width;
  }

  /** Empties the surface and sets CSS pixels as the unit. */
  begin(): Surface2d {
    const { context, pixelRatio } = this;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.fontKerning = "none";
    context.textBaseline = "middle";
    return context;
  }
}

/** Half a pixel beside a whole one, where a line of one pixel is sharp. */
export function crisp(position: number): number {
  return Math.round(position) + 0.5;
}

/** Fills a box with diagonal lines, the mark of "no data". */
export function hatchBox(
  context: Painting,
  left: number,
  top: number,
  width: number,
  height: number,
  colour: string,
): void {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = left - height - (left % 6); x < left + width; x += 6) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}

/** A small filled label with text in it, centred on x, y. Returns its width. */
export function drawTag(
  context: Painting,
  text: string,
  x: number,
  y: number,
  colours: { fill: string; text: string; edge?: string },
  align: "left" | "center" = "center",
): number {
  const width = Math.ceil(context.measureText(text).width) + 12;
  const left = align === "center" ? x - width / 2 : x;
  context.beginPath();
  context.roundRect(left, y - 9, width, 18, 3);
  context.fillStyle = colours.fill;
  context.fill();
  if (colours.edge) {
    context.strokeStyle = colours.edge;
    context.lineWidth = 1;
    context.stroke();
  }
  context.fillStyle = colours.text;
  context.textAlign = "left";
  context.fillText(text, left + 6, y + 0.5);
  return width;
}
