import type { PlotTheme } from "../../render/plot-theme.ts";
import { formatNumber } from "../format.ts";
import { columnBins, type FrequencyAxis, type FrequencyRange } from "../frequency-axis.ts";
import { roundTicks, tickDigits } from "../ticks.ts";
import { element, escaped, short } from "./markup.ts";

export interface SvgBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface SvgLine {
  levels: ArrayLike<number>;
  colour: string;
  /** What a pixel column shows of its bins. */
  pick: "highest" | "lowest";
  width?: number;
}

export interface SvgPane {
  box: SvgBox;
  axis: FrequencyAxis;
  range: FrequencyRange;
  /** Levels at the upper and lower edge. */
  highest: number;
  lowest: number;
  /** Levels between two lines of the grid. */
  step: number;
  /** What a level is written as at the axis. */
  tick(level: number): string;
  title: string;
  lines: readonly SvgLine[];
  bands?: readonly { low: ArrayLike<number>; high: ArrayLike<number>; colour: string; opacity: number }[];
  /** Frequencies are written below. */
  labelled: boolean;
}

export function paneX({ box, range }: Pick<SvgPane, "box" | "range">, frequencyHz: number): number {
  return box.left + ((frequencyHz - range.startHz) / (range.stopHz - range.startHz)) * box.width;
}

function paneY({ box, highest, lowest }: SvgPane, level: number): number {
  const y = box.top + ((highest - level) / (highest - lowest)) * box.height;
  return Math.min(box.top + box.height, Math.max(box.top, y));
}

/** A pane with grid, labels and traces, the traces as paths. */
export function svgPane(pane: SvgPane, look: PlotTheme): string {
  return [
    element("rect", {
      x: pane.box.left,
      y: pane.box.top,
      width: pane.box.width,
      height: pane.box.height,
      fill: look.well,
    }),
    grid(pane, look),
    ...(pane.bands ?? []).map(({ low, high, colour, opacity }) =>
      element("path", { d: bandPath(pane, low, high), fill: colour, "fill-opacity": opacity }),
    ),
    ...pane.lines.map(({ levels, colour, pick, width = 1 }) =>
      element("path", {
        d: linePath(pane, levels, pick),
        fill: "none",
        stroke: colour,
        "stroke-width": width,
        "stroke-linejoin": "round",
      }),
    ),
    element("rect", {
      x: pane.box.left,
      y: pane.box.top,
      width: pane.box.width,
      height: pane.box.height,
      fill: "none",
      stroke: look.frame,
    }),
  ].join("\n");
}

function grid(pane: SvgPane, look: PlotTheme): string {
  const { box, range } = pane;
  const parts: string[] = [];
  const right = box.left + box.width;
  for (let level = pane.highest; level >= pane.lowest - 1e-9; level -= pane.step) {
    const y = paneY(pane, level);
    parts.push(element("line", { x1: box.left, x2: right, y1: y, y2: y, stroke: look.grid }));
    parts.push(svgText(pane.tick(level), box.left - 8, y + 4, { fill: look.text2, anchor: "end" }));
  }
  const { step, values } = roundTicks(
    range.startHz / 1e6,
    range.stopHz / 1e6,
    Math.max(2, Math.floor(box.width / 90)),
  );
  for (const mhz of values) {
    const x = paneX(pane, mhz * 1e6);
    parts.push(element("line", { x1: x, x2: x, y1: box.top, y2: box.top + box.height, stroke: look.grid }));
    if (!pane.labelled) continue;
    parts.push(
      svgText(formatNumber(mhz, tickDigits(step)), x, box.top + box.height + 16, {
        fill: look.text2,
        anchor: "middle",
      }),
    );
  }
  if (pane.labelled) parts.push(svgText("MHz", right + 8, box.top + box.height + 16, { fill: look.text3 }));
  const [x, y] = [box.left - 56, box.top + box.height / 2];
  parts.push(
    `<text x="${short(x)}" y="${short(y)}" fill="${escaped(look.text3)}" text-anchor="middle" transform="rotate(-90 ${short(x)} ${short(y)})">${escaped(pane.title)}</text>`,
  );
  return parts.join("");
}

export function svgText(
  text: string,
  x: number,
  y: number,
  { fill, anchor, size, weight }: { fill: string; anchor?: "middle" | "end"; size?: number; weight?: number },
): string {
  return element(
    "text",
    { x, y, fill, "text-anchor": anchor, "font-size": size, "font-weight": weight },
    escaped(text),
  );
}

/** One point a bin while bins are wider than half a pixel, else one a half pixel. */
function pointsOf(
  pane: SvgPane,
  levels: ArrayLike<number>,
  pick: SvgLine["pick"],
): { x: number; level: number }[] {
  const columns = Math.ceil(pane.box.width * 2);
  const { axis, range } = pane;
  const shownBins = (range.stopHz - range.startHz) / axis.binSpacingHz;
  if (shownBins <= columns) {
    const first = Math.max(0, Math.floor((range.startHz - axis.firstBinHz) / axis.binSpacingHz));
    const last = Math.min(axis.bins - 1, Math.ceil((range.stopHz - axis.firstBinHz) / axis.binSpacingHz));
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => {
      const x = paneX(pane, axis.firstBinHz + (first + at) * axis.binSpacingHz);
      return {
        x: Math.min(pane.box.left + pane.box.width, Math.max(pane.box.left, x)),
        level: levels[first + at]!,
      };
    });
  }
  const bins = columnBins(axis, range, columns);
  return Array.from({ length: columns }, (_, column) => {
    let level = Number.NaN;
    for (let bin = bins.first[column]!; bin >= 0 && bin <= bins.last[column]!; bin += 1) {
      const value = levels[bin]!;
      if (Number.isNaN(level) || (pick === "highest" ? value > level : value < level)) level = value;
    }
    return { x: pane.box.left + (column + 0.5) / 2, level };
  });
}

function linePath(pane: SvgPane, levels: ArrayLike<number>, pick: SvgLine["pick"]): string {
  let isOpen = false;
  const parts: string[] = [];
  for (const { x, level } of pointsOf(pane, levels, pick)) {
    if (Number.isNaN(level)) {
      isOpen = false;
      continue;
    }
    parts.push(`${isOpen ? "L" : "M"}${short(x)} ${short(paneY(pane, level))}`);
    isOpen = true;
  }
  return parts.join("");
}

function bandPath(pane: SvgPane, low: ArrayLike<number>, high: ArrayLike<number>): string {
  const upper = pointsOf(pane, high, "highest").filter(({ level }) => !Number.isNaN(level));
  const lower = pointsOf(pane, low, "lowest").filter(({ level }) => !Number.isNaN(level));
  if (upper.length === 0) return "";
  const points = [...upper, ...lower.reverse()].map(
    ({ x, level }) => `${short(x)} ${short(paneY(pane, level))}`,
  );
  return `M${points.join("L")}Z`;
}
