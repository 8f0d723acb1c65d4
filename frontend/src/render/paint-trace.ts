import { peakPerColumn } from "../model/decimate.ts";
import { coveredRange } from "../model/frequency-axis.ts";
import { DIVISIONS, lowestLevel, type TraceRole } from "../model/plot-view.ts";
import { levelOfHundredths } from "../model/power.ts";
import { roundTicks } from "../model/ticks.ts";
import { type Scene, xOf, yOf } from "./scene.ts";
import { crisp, type Surface2d } from "./surface.ts";

const LINE_WIDTH: Record<Exclude<TraceRole, "band">, number> = {
  live: 1,
  average: 1.7,
  max: 1.15,
  min: 1.15,
};
/** Back to front. */
const LINE_ORDER = ["max", "min", "live", "average"] as const;

/** Paints the trace pane: well, plan, grid, band, lines. Labels and cursor come later, above. */
export function paintTrace(context: Surface2d, scene: Scene): void {
  const { trace } = scene.layout;
  const { theme } = scene;
  context.fillStyle = theme.well;
  context.fillRect(trace.left, trace.top, trace.width, trace.height);
  context.save();
  context.beginPath();
  context.rect(trace.left, trace.top, trace.width, trace.height);
  context.clip();
  if (scene.view.showPlan) paintPlan(context, scene);
  paintGrid(context, scene);
  if (scene.columns && scene.data.bank) {
    paintBand(context, scene);
    for (const role of LINE_ORDER) if (scene.view.traces[role]) paintLine(context, scene, role);
  }
  context.restore();
  context.strokeStyle = theme.frame;
  context.lineWidth = 1;
  context.strokeRect(trace.left - 0.5, trace.top - 0.5, trace.width + 1, trace.height + 1);
}

function paintPlan(context: Surface2d, scene: Scene): void {
  const { trace } = scene.layout;
  context.fillStyle = scene.theme.planShade;
  for (const channel of scene.data.channels) {
    const left = xOf(scene, channel.lowerFrequencyHz);
    context.fillRect(left, trace.top, xOf(scene, channel.upperFrequencyHz) - left, trace.height);
  }
}

function paintGrid(context: Surface2d, scene: Scene): void {
  const { trace } = scene.layout;
  const { range, scale } = scene.view;
  context.strokeStyle = scene.theme.grid;
  context.lineWidth = 1;
  context.beginPath();
  for (let division = 1; division < DIVISIONS; division += 1) {
    const y = crisp(yOf(scene, scale.refDbmv - division * scale.dbPerDivision));
    context.moveTo(trace.left, y);
    context.lineTo(trace.left + trace.width, y);
  }
  if (scene.layout.labelled) {
    for (const frequencyHz of roundTicks(range.startHz, range.stopHz, frequencyTickCount(trace.width))
      .values) {
      const x = crisp(xOf(scene, frequencyHz));
      context.moveTo(x, trace.top);
      context.lineTo(x, trace.top + trace.height);
    }
  }
  context.stroke();
}

/** As many frequency labels as stand side by side without touching. */
export function frequencyTickCount(width: number): number {
  return Math.max(2, Math.floor(width / 62));
}

function paintBand(context: Surface2d, scene: Scene): void {
  const { band } = scene.data;
  const columns = scene.columns!;
  if (!scene.view.traces.band || !band) return;
  const count = columns.first.length;
  const upper = peakPerColumn(band.p90, columns, new Float32Array(count));
  const lower = peakPerColumn(band.p10, columns, new Float32Array(count));
  const { left, width } = scene.layout.trace;
  const step = width / count;
  context.fillStyle = scene.view.stale ? scene.theme.text3 : scene.theme.traces.band;
  context.globalAlpha = scene.theme.bandOpacity;
  context.beginPath();
  for (let start = 0; start < count; start += 1) {
    if (Number.isNaN(upper[start]!)) continue;
    let end = start;
    while (end + 1 < count && !Number.isNaN(upper[end + 1]!)) end += 1;
    context.moveTo(left + start * step, yOf(scene, upper[start]!));
    for (let column = start; column <= end; column += 1) {
      context.lineTo(left + (column + 0.5) * step, yOf(scene, upper[column]!));
    }
    for (let column = end; column >= start; column -= 1) {
      context.lineTo(left + (column + 0.5) * step, yOf(scene, lower[column]!));
    }
    context.closePath();
    start = end;
  }
  context.fill();
  context.globalAlpha = 1;
}

function levelsOf(scene: Scene, role: Exclude<TraceRole, "band">): Int16Array | Float32Array {
  const bank = scene.data.bank!;
  return role === "live"
    ? bank.live
    : role === "average"
      ? bank.average
      : role === "max"
        ? bank.maxHold
        : bank.minHold;
}

function paintLine(context: Surface2d, scene: Scene, role: Exclude<TraceRole, "band">): void {
  const { view, theme } = scene;
  const levels = levelsOf(scene, role);
  context.strokeStyle = view.stale ? theme.text3 : theme.traces[role];
  context.lineWidth = LINE_WIDTH[role];
  context.lineJoin = "round";
  context.globalAlpha = role === "live" ? 0.9 : 1;
  context.beginPath();
  if (binsInView(scene) < scene.columns!.first.length) pathOfBins(context, scene, levels);
  else pathOfColumns(context, scene, levels);
  context.stroke();
  context.globalAlpha = 1;
}

function binsInView(scene: Scene): number {
  const { range } = scene.view;
  return (range.stopHz - range.startHz) / scene.data.axis!.binSpacingHz;
}

function pathOfColumns(context: Surface2d, scene: Scene, levels: Int16Array | Float32Array): void {
  const { left, top, width, height } = scene.layout.trace;
  const { scale } = scene.view;
  const columns = scene.columns!;
  const count = columns.first.length;
  const peaks = peakPerColumn(levels, columns, new Float32Array(count));
  const step = width / count;
  const perDb = height / (scale.refDbmv - lowestLevel(scale));
  let drawing = false;
  for (let column = 0; column < count; column += 1) {
    const level = peaks[column]!;
    if (Number.isNaN(level)) {
      drawing = false;
      continue;
    }
    const x = left + (column + 0.5) * step;
    const y = top + (scale.refDbmv - level) * perDb;
    if (drawing) context.lineTo(x, y);
    else context.moveTo(x, y);
    drawing = true;
  }
}

/** When bins are wider than pixels the line runs through the bin centres. */
function pathOfBins(context: Surface2d, scene: Scene, levels: Int16Array | Float32Array): void {
  const axis = scene.data.axis!;
  const { startHz } = coveredRange(axis);
  const { range } = scene.view;
  const first = Math.max(0, Math.floor((range.startHz - startHz) / axis.binSpacingHz) - 1);
  const last = Math.min(axis.bins - 1, Math.ceil((range.stopHz - startHz) / axis.binSpacingHz) + 1);
  const hundredths = levels instanceof Int16Array;
  let drawing = false;
  for (let bin = first; bin <= last; bin += 1) {
    const level = hundredths ? levelOfHundredths(levels[bin]!) : levels[bin]!;
    if (Number.isNaN(level)) {
      drawing = false;
      continue;
    }
    const x = xOf(scene, axis.firstBinHz + bin * axis.binSpacingHz);
    if (drawing) context.lineTo(x, yOf(scene, level));
    else context.moveTo(x, yOf(scene, level));
    drawing = true;
  }
}
