import { formatClock, formatNumber } from "../model/format.ts";
import { roundTicks, tickDigits } from "../model/ticks.ts";

/** Levels over time in CSS pixels: one line per band on a common time axis. */
export interface LevelChart {
  width: number;
  height: number;
  fromMs: number;
  toMs: number;
  /** Limits of the level axis, in the shown unit. */
  low: number;
  high: number;
  unit: string;
  lines: { timesMs: Float64Array; levels: Float64Array; colour: string }[];
  hoverMs: number | undefined;
}

export interface ChartColours {
  well: string;
  grid: string;
  text: string;
  cursor: string;
  font: string;
}

const CHART_LEFT = 40;
const BOTTOM = 18;
const TOP = 6;

export function timeAt(chart: Pick<LevelChart, "width" | "fromMs" | "toMs">, x: number): number {
  const share = (x - CHART_LEFT) / Math.max(1, chart.width - CHART_LEFT);
  return chart.fromMs + Math.min(1, Math.max(0, share)) * (chart.toMs - chart.fromMs);
}

/** Paints grid, labels and lines; a value that is not known opens a line. */
export function paintLevelChart(
  context: CanvasRenderingContext2D,
  chart: LevelChart,
  colours: ChartColours,
): void {
  const { width, height, fromMs, toMs, low, high } = chart;
  const bottom = height - BOTTOM;
  const x = (timeMs: number) =>
    CHART_LEFT + ((timeMs - fromMs) / (toMs - fromMs || 1)) * (width - CHART_LEFT);
  const y = (level: number) => TOP + ((high - level) / (high - low || 1)) * (bottom - TOP);
  context.clearRect(0, 0, width, height);
  context.fillStyle = colours.well;
  context.fillRect(CHART_LEFT, TOP, width - CHART_LEFT, bottom - TOP);
  context.font = colours.font;
  context.fontKerning = "none";
  context.textBaseline = "middle";
  context.lineWidth = 1;
  context.strokeStyle = colours.grid;
  context.fillStyle = colours.text;
  context.textAlign = "right";
  const ticks = roundTicks(low, high, 4);
  for (const level of ticks.values) {
    context.beginPath();
    context.moveTo(CHART_LEFT, Math.round(y(level)) + 0.5);
    context.lineTo(width, Math.round(y(level)) + 0.5);
    context.stroke();
    context.fillText(formatNumber(level, tickDigits(ticks.step)), CHART_LEFT - 5, y(level));
  }
  context.textAlign = "left";
  context.fillText(chart.unit, CHART_LEFT + 4, TOP + 9);
  context.fillText(formatClock(fromMs), CHART_LEFT, height - BOTTOM / 2);
  context.textAlign = "right";
  context.fillText(formatClock(toMs), width - 1, height - BOTTOM / 2);
  context.save();
  context.beginPath();
  context.rect(CHART_LEFT, TOP, width - CHART_LEFT, bottom - TOP);
  context.clip();
  for (const { timesMs, levels, colour } of chart.lines) {
    context.strokeStyle = colour;
    context.beginPath();
    let isOpen = false;
    for (let k = 0; k < timesMs.length; k += 1) {
      const level = levels[k]!;
      if (Number.isNaN(level)) isOpen = false;
      else if (isOpen) context.lineTo(x(timesMs[k]!), y(level));
      else {
        context.moveTo(x(timesMs[k]!), y(level));
        isOpen = true;
      }
    }
    context.stroke();
  }
  context.restore();
  if (chart.hoverMs !== undefined) {
    context.strokeStyle = colours.cursor;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(Math.round(x(chart.hoverMs)) + 0.5, TOP);
    context.lineTo(Math.round(x(chart.hoverMs)) + 0.5, bottom);
    context.stroke();
    context.setLineDash([]);
  }
}
