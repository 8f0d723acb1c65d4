import { element, escaped, short } from "../model/export/markup.ts";
import type { Painting } from "./surface.ts";

interface State {
  fillStyle: Painting["fillStyle"];
  strokeStyle: Painting["strokeStyle"];
  globalAlpha: number;
  lineWidth: number;
  lineJoin: CanvasLineJoin;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: readonly number[];
  transform: string;
  /** Id of the clip in force, which holds those around it. */
  clip: string | undefined;
}

const START: State = {
  fillStyle: "#000",
  strokeStyle: "#000",
  globalAlpha: 1,
  lineWidth: 1,
  lineJoin: "miter",
  font: "400 10px sans-serif",
  textAlign: "left",
  textBaseline: "middle",
  dash: [],
  transform: "",
  clip: undefined,
};

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = { center: "middle", right: "end", end: "end" };
/** How far the middle of a line of text lies above its baseline, as a share of the size of the font. */
const MIDDLE = 0.36;

/** Takes what painters draw on a canvas down as SVG. Text stands by its middle, as on the surface of a plot. */
export class SvgContext implements Painting {
  fillStyle = START.fillStyle;
  strokeStyle = START.strokeStyle;
  globalAlpha = START.globalAlpha;
  lineWidth = START.lineWidth;
  lineJoin = START.lineJoin;
  font = START.font;
  textAlign = START.textAlign;
  textBaseline = START.textBaseline;
  readonly #measure: (font: string, text: string) => number;
  readonly #parts: string[] = [];
  readonly #saved: State[] = [];
  #dash = START.dash;
  #transform = START.transform;
  #clip = START.clip;
  #clips = 0;
  #path: string[] = [];

  /** @param measure width of a text in a font of CSS, in CSS pixels */
  constructor(measure: (font: string, text: string) => number) {
    this.#measure = measure;
  }

  /** Everything that was drawn, as elements of SVG. */
  get markup(): string {
    return this.#parts.join("\n");
  }

  save(): void {
    const { fillStyle, strokeStyle, globalAlpha, lineWidth, lineJoin, font, textAlign, textBaseline } = this;
    const look = { fillStyle, strokeStyle, globalAlpha, lineWidth, lineJoin, font, textAlign, textBaseline };
    this.#saved.push({ ...look, dash: this.#dash, transform: this.#transform, clip: this.#clip });
  }

  restore(): void {
    const state = this.#saved.pop();
    if (!state) return;
    const { dash, transform, clip, ...look } = state;
    Object.assign(this, look);
    this.#dash = dash;
    this.#transform = transform;
    this.#clip = clip;
  }

  translate(x: number, y: number): void {
    this.#transform += `translate(${short(x)} ${short(y)})`;
  }

  rotate(angle: number): void {
    this.#transform += `rotate(${short((angle * 180) / Math.PI)})`;
  }

  setLineDash(segments: Iterable<number>): void {
    this.#dash = [...segments];
  }

  beginPath(): void {
    this.#path = [];
  }

  closePath(): void {
    this.#path.push("Z");
  }

  moveTo(x: number, y: number): void {
    this.#path.push(`M${short(x)} ${short(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.#path.push(`${this.#path.length === 0 ? "M" : "L"}${short(x)} ${short(y)}`);
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path.push(rectPath(x, y, width, height));
  }

  /** One radius for all corners, as the painters have it. */
  roundRect(
    x: number,
    y: number,
    width: number,
    height: number,
    radii?: Parameters<Painting["roundRect"]>[4],
  ) {
    const most = Math.min(width, height) / 2;
    const radius = short(Math.min(typeof radii === "number" ? radii : 0, most));
    const arc = (dx: number, dy: number) => `a${radius} ${radius} 0 0 1 ${dx} ${dy}`;
    const [across, down] = [short(width - 2 * radius), short(height - 2 * radius)];
    this.#path.push(
      `M${short(x + radius)} ${short(y)}h${across}${arc(radius, radius)}v${down}${arc(-radius, radius)}`,
      `h${-across}${arc(-radius, -radius)}v${-down}${arc(radius, -radius)}Z`,
    );
  }

  clip(): void {
    this.#clips += 1;
    const id = `pane-clip-${this.#clips}`;
    const path = element("path", { d: this.#path.join("") });
    this.#parts.push(element("clipPath", { id, "clip-path": this.#clipUrl() }, path));
    this.#clip = id;
  }

  fill(): void {
    this.#add("path", { d: this.#path.join(""), ...this.#filled() });
  }

  stroke(): void {
    if (this.#path.length === 0) return;
    this.#add("path", { d: this.#path.join(""), ...this.#stroked() });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.#add("path", { d: rectPath(x, y, width, height), ...this.#filled() });
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#add("path", { d: rectPath(x, y, width, height), ...this.#stroked() });
  }

  measureText(text: string): { width: number } {
    return { width: this.#measure(this.font, text) };
  }

  fillText(text: string, x: number, y: number): void {
    const { weight, sizePx } = fontOf(this.font);
    const place = { x, y: y + sizePx * MIDDLE, "text-anchor": ANCHORS[this.textAlign] };
    const font = { "font-size": sizePx, "font-weight": weight === 400 ? undefined : weight };
    this.#add("text", { ...place, ...font, ...this.#filled() }, escaped(text));
  }

  /** Pixels that the one who writes the file puts in place of `name`, sharp when they are enlarged. */
  image(name: string, box: { left: number; top: number; width: number; height: number }): void {
    const { left: x, top: y, width, height } = box;
    const style = "image-rendering:pixelated";
    this.#add("image", { href: name, x, y, width, height, preserveAspectRatio: "none", style });
  }

  #add(name: string, attributes: Record<string, string | number | undefined>, content?: string): void {
    const around = { transform: this.#transform || undefined, "clip-path": this.#clipUrl() };
    this.#parts.push(element(name, { ...attributes, ...around }, content));
  }

  #clipUrl(): string | undefined {
    return this.#clip && `url(#${this.#clip})`;
  }

  #filled(): Record<string, string | number | undefined> {
    return { fill: String(this.fillStyle), "fill-opacity": this.#opacity() };
  }

  #stroked(): Record<string, string | number | undefined> {
    return {
      fill: "none",
      stroke: String(this.strokeStyle),
      "stroke-width": this.lineWidth,
      "stroke-opacity": this.#opacity(),
      "stroke-linejoin": this.lineJoin === "miter" ? undefined : this.lineJoin,
      "stroke-dasharray": this.#dash.length === 0 ? undefined : this.#dash.join(" "),
    };
  }

  #opacity(): number | undefined {
    return this.globalAlpha === 1 ? undefined : this.globalAlpha;
  }
}

function rectPath(x: number, y: number, width: number, height: number): string {
  return `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
}

/** Weight and size of `600 11.5px Inter, sans-serif`. */
function fontOf(font: string): { weight: number; sizePx: number } {
  const [weight, size] = font.split(" ");
  return { weight: Number(weight) || 400, sizePx: Number.parseFloat(size ?? "") || 12 };
}
