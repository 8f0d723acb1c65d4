import type uPlot from "uplot";
import type { ChartData } from "../model/capture/chart-data.ts";
import type { PlotPanel } from "../model/capture/inspection.ts";

/** Reads one token of the page's style. */
export type Token = (name: string) => string;

const HATCH_STEP = 6;
/** Narrower than this a hatch would not be seen. */
const LEAST_SHADE_PX = 2;

/** Stretches without a measurement: hatched over the whole height. */
export function paintExcluded(chart: uPlot, panel: PlotPanel, data: ChartData, token: Token): void {
  const { ctx, bbox } = chart;
  const half = data.x.length > 1 ? Math.abs(data.x[1]! - data.x[0]!) / 2 : 0;
  for (const { from, to } of panel.excluded) {
    const left = chart.valToPos(from / data.perUnit - half, "x", true);
    const right = chart.valToPos(to / data.perUnit + half, "x", true);
    const start = Math.max(bbox.left, Math.min(left, (left + right - LEAST_SHADE_PX) / 2));
    const end = Math.min(bbox.left + bbox.width, Math.max(right, start + LEAST_SHADE_PX));
    if (end <= start) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(start, bbox.top, end - start, bbox.height);
    ctx.clip();
    ctx.fillStyle = token("grid");
    ctx.fillRect(start, bbox.top, end - start, bbox.height);
    ctx.strokeStyle = token("hatch");
    ctx.lineWidth = 1;
    ctx.beginPath();
    const step = HATCH_STEP * devicePixelRatio;
    for (let at = start - bbox.height; at < end; at += step) {
      ctx.moveTo(at, bbox.top + bbox.height);
      ctx.lineTo(at + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
}

/** Levels to compare with: dashed, named at the right edge. */
export function paintMarks(chart: uPlot, panel: PlotPanel, font: string, token: Token): void {
  const { ctx, bbox } = chart;
  if (panel.marks.length === 0) return;
  ctx.save();
  ctx.font = font;
  ctx.fontKerning = "none";
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { value, name } of panel.marks) {
    const y = chart.valToPos(value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = token("trace-difference");
    ctx.globalAlpha = 0.75;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.fillStyle = token("text-2");
    ctx.fillText(name, bbox.left + bbox.width + 6 * devicePixelRatio, y);
  }
  ctx.restore();
}

type Ideal = NonNullable<PlotPanel["ideal"]>;

/** Closer than this, lines would fill the plot. */
const LEAST_STEP_PX = 6;

function stepPxOf(chart: uPlot, { halfStep }: Ideal): number {
  return Math.abs(chart.valToPos(2 * halfStep, "x", true) - chart.valToPos(0, "x", true));
}

function clipToPlot({ ctx, bbox }: uPlot): void {
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
}

/** Ideal points as crosses, to be painted over the symbols. */
export function paintIdealPoints(chart: uPlot, ideal: Ideal, token: Token): void {
  const { ctx } = chart;
  const stepPx = stepPxOf(chart, ideal);
  ctx.save();
  clipToPlot(chart);
  const arm = Math.max(0.5, Math.min(5 * devicePixelRatio, stepPx / 6));
  ctx.strokeStyle = token("text-1");
  ctx.globalAlpha = stepPx >= LEAST_STEP_PX ? 0.8 : 0.35;
  ctx.lineWidth = Math.max(0.75, Math.min(devicePixelRatio, stepPx / 10));
  ctx.beginPath();
  for (let k = 0; k < ideal.i.length; k++) {
    const x = chart.valToPos(ideal.i[k]!, "x", true);
    const y = chart.valToPos(ideal.q[k]!, "y", true);
    ctx.moveTo(x - arm, y);
    ctx.lineTo(x + arm, y);
    ctx.moveTo(x, y - arm);
    ctx.lineTo(x, y + arm);
  }
  ctx.stroke();
  ctx.restore();
}

/** The lines at which a symbol would be taken for its neighbour. */
export function paintDecisionLines(chart: uPlot, ideal: Ideal, token: Token): void {
  if (stepPxOf(chart, ideal) < LEAST_STEP_PX) return;
  const { ctx } = chart;
  ctx.save();
  clipToPlot(chart);
  const outer = Math.max(...ideal.i) + ideal.halfStep;
  const [left, right] = [chart.valToPos(-outer, "x", true), chart.valToPos(outer, "x", true)];
  const [top, bottom] = [chart.valToPos(outer, "y", true), chart.valToPos(-outer, "y", true)];
  ctx.strokeStyle = token("frame");
  ctx.lineWidth = 1;
  ctx.beginPath();
  const lines = Math.round(outer / ideal.halfStep);
  for (let n = 0; n <= lines; n++) {
    const at = -outer + 2 * n * ideal.halfStep;
    const x = chart.valToPos(at, "x", true);
    const y = chart.valToPos(at, "y", true);
    ctx.moveTo(x, top);
    ctx.lineTo(x, bottom);
    ctx.moveTo(left, y);
    ctx.lineTo(right, y);
  }
  ctx.stroke();
  ctx.restore();
}
