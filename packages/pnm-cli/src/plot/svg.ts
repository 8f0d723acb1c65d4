import type { Figure, FigureSeries, Panel } from "./figure.ts";
import { type Scale, xScale, yScale } from "./scale.ts";
import { short, tracePath } from "./trace-path.ts";

const WIDTH = 1000;
const LEFT = 78;
const RIGHT = 22;
const PANEL_HEIGHT = 320;
const SQUARE = 620;
const AXIS_HEIGHT = 46;
const NAMED_AXIS_LEFT = 128;

/** Told apart by people who confuse red and green as well (Okabe and Ito, 2008). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a6d00", "#555555"];
const QUIET = "#a9cbe4";
const INK = "#1c2430";
const GREY = "#5b6673";
const GRID = "#e3e7ec";

/** The picture as an SVG document; the same figure always gives the same text. */
export function svgOf(figure: Figure): string {
  const parts: string[] = [];
  let top = 34;
  parts.push(text(LEFT, top, figure.title, { size: 19, weight: "bold" }));
  for (const line of figure.lines) {
    top += 21;
    parts.push(text(LEFT, top, line, { size: 12.5, fill: GREY }));
  }
  top += 14;
  for (const [index, panel] of figure.panels.entries()) {
    const drawn = drawPanel(panel, top, index);
    parts.push(drawn.svg);
    top += drawn.height;
  }
  const height = Math.round(top + 8);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`,
    ` font-family="DejaVu Sans, Verdana, sans-serif" role="img" aria-label="${xmlText(figure.title)}">\n`,
    `<defs><pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`,
    `<rect width="7" height="7" fill="#f1f3f6"/><line x1="0" y1="0" x2="0" y2="7" stroke="#b9c2cd" stroke-width="2"/>`,
    `</pattern></defs>\n<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>\n`,
    parts.join("\n"),
    "\n</svg>\n",
  ].join("");
}

interface Frame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

function drawPanel(panel: Panel, start: number, index: number): { svg: string; height: number } {
  const legend = legendOf(panel);
  const legendRows = rowsOf(legend);
  const headroom = (panel.title === "" ? 0 : 20) + legendRows.length * 22;
  const plotHeight = panel.isSquare === true ? SQUARE : PANEL_HEIGHT * (panel.height ?? 1);
  const left = panel.y.names === undefined ? LEFT : NAMED_AXIS_LEFT;
  const frame: Frame = {
    left,
    right: panel.isSquare === true ? left + SQUARE : WIDTH - RIGHT,
    top: start + headroom + 8,
    bottom: start + headroom + 8 + plotHeight,
  };
  const x = xScale(panel, { start: frame.left, end: frame.right });
  const y = yScale(panel, { start: frame.bottom, end: frame.top });
  const clip = `panel${index}`;
  const svg = [
    `<clipPath id="${clip}">${rect(frame.left, frame.top - 1, frame.right - frame.left, plotHeight + 2, "")}</clipPath>`,
    panel.title === "" ? "" : text(left, start + 14, panel.title, { size: 13.5, weight: "bold" }),
    drawLegend(legendRows, left, start + (panel.title === "" ? 14 : 34)),
    drawGrid(x, y, frame),
    `<g clip-path="url(#${clip})">`,
    drawExcluded(panel, x, frame),
    ...orderedSeries(panel).map(({ series, colour }) => drawSeries(series, x, y, colour, frame)),
    drawIdeal(panel, x, y),
    "</g>",
    `<rect x="${frame.left}" y="${short(frame.top)}" width="${frame.right - frame.left}" height="${short(plotHeight)}" fill="none" stroke="${GREY}"/>`,
  ];
  return {
    svg: svg.filter((part) => part !== "").join("\n"),
    height: headroom + 8 + plotHeight + AXIS_HEIGHT,
  };
}

interface LegendEntry {
  label: string;
  fill: string;
  mark: "line" | "dot" | "area";
}

function orderedSeries(panel: Panel): { series: FigureSeries; colour: string }[] {
  let next = 0;
  return panel.series.map((series) => ({
    series,
    colour: series.isBackground === true ? QUIET : COLOURS[next++ % COLOURS.length]!,
  }));
}

/** What a lone trace shows is on its axis already; what is beside it is not. */
function legendOf(panel: Panel): LegendEntry[] {
  const entries: LegendEntry[] = [];
  if (panel.series.length > 1 || panel.ideal !== undefined) {
    for (const { series, colour } of orderedSeries(panel)) {
      entries.push({ label: series.name, fill: colour, mark: series.form === "points" ? "dot" : "line" });
    }
  }
  if (panel.ideal !== undefined) {
    entries.push({ label: `${panel.ideal.i.length} ideal points`, fill: COLOURS[1]!, mark: "dot" });
  }
  for (const reason of new Set(panel.excluded.map((range) => range.reason))) {
    entries.push({ label: reason, fill: "url(#hatch)", mark: "area" });
  }
  return entries;
}

/** Pixels an entry takes: its mark, its text at an average width of letters, and a gap. */
function entryWidth({ label }: LegendEntry): number {
  return 26 + label.length * 7.2 + 20;
}

function rowsOf(entries: readonly LegendEntry[]): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const width = entryWidth(entry);
    if (x + width > WIDTH - RIGHT) {
      rows.push([]);
      x = NAMED_AXIS_LEFT;
    }
    rows.at(-1)!.push(entry);
    x += width;
  }
  return rows;
}

function drawLegend(rows: readonly LegendEntry[][], left: number, y: number): string {
  return rows.map((row, n) => drawLegendRow(row, left, y + 22 * n)).join("\n");
}

function drawLegendRow(entries: readonly LegendEntry[], left: number, y: number): string {
  let x = left;
  return entries
    .map((legendEntry) => {
      const { label, fill, mark } = legendEntry;
      const symbol =
        mark === "area"
          ? `<rect x="${short(x)}" y="${short(y - 10)}" width="20" height="11" fill="${fill}" stroke="#b9c2cd"/>`
          : mark === "dot"
            ? `<circle cx="${short(x + 10)}" cy="${short(y - 4)}" r="3.5" fill="${fill}"/>`
            : `<path d="M${short(x)} ${short(y - 4)}h20" stroke="${fill}" stroke-width="2.5"/>`;
      const entry = symbol + text(x + 26, y, label, { size: 12, fill: GREY });
      x += entryWidth(legendEntry);
      return entry;
    })
    .join("\n");
}

function drawGrid(x: Scale, y: Scale, frame: Frame): string {
  const parts: string[] = [];
  for (const { value, label } of x.ticks) {
    const at = short(x.toPixel(value));
    parts.push(`<path d="M${at} ${short(frame.top)}V${short(frame.bottom)}" stroke="${GRID}"/>`);
    parts.push(text(Number(at), frame.bottom + 17, label, { size: 12, fill: GREY, anchor: "middle" }));
  }
  for (const { value, label } of y.ticks) {
    const at = y.toPixel(value);
    parts.push(`<path d="M${frame.left} ${short(at)}H${frame.right}" stroke="${GRID}"/>`);
    parts.push(text(frame.left - 8, at + 4, label, { size: 12, fill: GREY, anchor: "end" }));
  }
  const middleX = (frame.left + frame.right) / 2;
  parts.push(text(middleX, frame.bottom + 36, x.label, { size: 12.5, anchor: "middle" }));
  const middleY = (frame.top + frame.bottom) / 2;
  const turned = `rotate(-90 18 ${short(middleY)})`;
  parts.push(text(18, middleY, y.label, { size: 12.5, anchor: "middle", transform: turned }));
  return parts.join("\n");
}

/** A single excluded value is still a pixel and a half wide. */
function drawExcluded(panel: Panel, x: Scale, frame: Frame): string {
  const [first] = panel.series;
  const count = first?.x.length ?? 0;
  const half = count > 1 ? (first!.x[count - 1]! - first!.x[0]!) / (count - 1) / 2 : 0;
  return panel.excluded
    .map(({ from, to }) => {
      const start = x.toPixel(from - half);
      const width = Math.max(1.5, x.toPixel(to + half) - start);
      return rect(start, frame.top, width, frame.bottom - frame.top, 'fill="url(#hatch)"');
    })
    .join("\n");
}

function drawIdeal(panel: Panel, x: Scale, y: Scale): string {
  if (panel.ideal === undefined) return "";
  const { i, q } = panel.ideal;
  const marks = Array.from(i, (value, k) => {
    const [cx, cy] = [x.toPixel(value), y.toPixel(q[k]!)];
    return `M${short(cx - 2)} ${short(cy)}h4m-2 -2v4`;
  });
  return `<path d="${marks.join("")}" stroke="${COLOURS[1]}" stroke-width="1" fill="none"/>`;
}

function drawSeries(series: FigureSeries, x: Scale, y: Scale, colour: string, frame: Frame): string {
  if (series.form === "points") return drawPoints(series, x, y, colour);
  if (series.form === "bars") return drawBars(series, x, y, colour, frame);
  const path = tracePath(series, x, y);
  return path === ""
    ? ""
    : `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.3" stroke-linejoin="round"/>`;
}

/** Dots of one path, round by their line ends: a tenth of the size of circles. */
function drawPoints(series: FigureSeries, x: Scale, y: Scale, colour: string): string {
  const dots = Array.from(series.x, (value, k) =>
    Number.isNaN(series.y[k]!) ? "" : `M${short(x.toPixel(value))} ${short(y.toPixel(series.y[k]!))}h0`,
  );
  return `<path d="${dots.join("")}" stroke="${colour}" stroke-width="2.6" stroke-linecap="round" stroke-opacity="0.55"/>`;
}

function drawBars(series: FigureSeries, x: Scale, y: Scale, colour: string, frame: Frame): string {
  const count = series.x.length;
  const step = count > 1 ? Math.abs(x.toPixel(series.x[1]!) - x.toPixel(series.x[0]!)) : 60;
  const width = Math.max(0.6, step * 0.86);
  const bars = Array.from(series.y, (value, k) => {
    const top = y.toPixel(value);
    if (Number.isNaN(value) || frame.bottom - top < 0.05) return "";
    return `M${short(x.toPixel(series.x[k]!) - width / 2)} ${short(frame.bottom)}V${short(top)}h${short(width)}V${short(frame.bottom)}z`;
  });
  return `<path d="${bars.join("")}" fill="${colour}"/>`;
}

function rect(x: number, y: number, width: number, height: number, attributes: string): string {
  const size = `width="${short(width)}" height="${short(height)}"`;
  return `<rect x="${short(x)}" y="${short(y)}" ${size}${attributes === "" ? "" : ` ${attributes}`}/>`;
}

interface TextStyle {
  size: number;
  fill?: string;
  weight?: "bold";
  anchor?: "middle" | "end";
  transform?: string;
}

function text(x: number, y: number, content: string, style: TextStyle): string {
  const attributes = [
    `x="${short(x)}" y="${short(y)}" font-size="${style.size}" fill="${style.fill ?? INK}"`,
    style.weight === undefined ? "" : ` font-weight="${style.weight}"`,
    style.anchor === undefined ? "" : ` text-anchor="${style.anchor}"`,
    style.transform === undefined ? "" : ` transform="${style.transform}"`,
  ];
  return `<text ${attributes.join("")}>${xmlText(content)}</text>`;
}

/** Also leaves out what XML 1.0 cannot hold: names of files and fields of a header may hold anything. */
function xmlText(content: string): string {
  return content
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
