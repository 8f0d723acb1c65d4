import { COLUMN_ENDS, decimate } from "../model/decimate.ts";
import { coveredRange } from "../model/frequency-axis.ts";
import { DIVISIONS, lowestLevel, zeroOfDb } from "../model/plot-view.ts";
import { roundTicks } from "../model/ticks.ts";
import type { TraceRole } from "../model/trace-options.ts";
import { paintDiplexer, paintExpectedLevels, paintMinislots, paintPlan } from "./paint-plan.ts";
import { type Scene, xOf, yOf } from "./scene.ts";
import { crisp, type Painting } from "./surface.ts";

type LineRole = Exclude<TraceRole, "band" | "persistence">;

const LINE_WIDTH: Record<LineRole, number> = {
  live: 1,
  average: 1.7,
  max: 1.15,
  min: 1.15,
  reference: 1.3,
  difference: 1.3,
  user: 1.3,
};
/** Back to front. */
const LINE_ORDER = ["max", "min", "reference", "live", "average", "difference", "user"] as const;

/**
 * Paints the trace pane: well, plan, grid, band, lines. Labels and cursor come later, above.
 *
 * @param drawPersistence puts the picture of persistence into the pane
 */
export function paintTrace(context: Painting, scene: Scene, drawPersistence: () => void): void {
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
  if (scene.view.showPlan) paintMinislots(context, scene);
  if (scene.columns && scene.data.traces) {
    if (scene.view.traces.persistence) drawPersistence();
    paintBand(context, scene);
    if (hasDifference(scene)) paintZero(context, scene);
    for (const role of LINE_ORDER) if (scene.view.traces[role]) paintLine(context, scene, role);
    if (scene.view.showPlan) {
      paintExpectedLevels(context, scene);
      paintDiplexer(context, scene);
    }
  }
  context.restore();
  context.strokeStyle = theme.frame;
  context.lineWidth = 1;
  context.strokeRect(trace.left - 0.5, trace.top - 0.5, trace.width + 1, trace.height + 1);
}

function paintGrid(context: Painting, scene: Scene): void {
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

/** Colour of a trace: the chosen one, else that of the theme; muted where nothing arrives any more. */
function traceColour(scene: Pick<Scene, "view" | "theme">, role: TraceRole): string {
  const { view, theme } = scene;
  const colour = view.traceOptions.colours[role] ?? theme.traces[role];
  return view.stale ? `color-mix(in srgb, ${colour} 45%, ${theme.text3})` : colour;
}

function paintBand(context: Painting, scene: Scene): void {
  const { band } = scene.data.shown;
  const columns = scene.columns!;
  if (!scene.view.traces.band || !band) return;
  const count = columns.first.length;
  const [top, bottom] = COLUMN_ENDS[scene.view.traceOptions.decimation];
  const upper = decimate(top, band.high, columns, new Float32Array(count));
  const lower = decimate(bottom, band.low, columns, new Float32Array(count));
  const { left, width } = scene.layout.trace;
  const step = width / count;
  context.fillStyle = traceColour(scene, "band");
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
  // Under a fill the colours of persistence are not to be told apart: edges say as much.
  if (scene.view.traces.persistence) {
    context.globalAlpha = 0.6;
    context.strokeStyle = traceColour(scene, "band");
    context.lineWidth = 1;
    context.stroke();
  } else context.fill();
  context.globalAlpha = 0.75;
  context.strokeStyle = traceColour(scene, "band");
  context.lineWidth = 1;
  context.setLineDash([2, 2]);
  strokeLevels(context, scene, band.middle, 0);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function levelsOf(scene: Scene, role: LineRole): ArrayLike<number> | undefined {
  const { traces, shown } = scene.data;
  switch (role) {
    case "live":
      return traces!.live;
    case "average":
      return traces!.average;
    case "max":
    case "min":
      return traces![role].levelsDb;
    case "reference":
      return traces!.reference?.levelsDbmv;
    case "difference":
    case "user":
      return shown[role];
  }
}

/** Whether a trace is a difference in dB, which has its zero in the middle of the pane. */
function isRelative(scene: Scene, role: LineRole): boolean {
  return (
    role === "difference" || (role === "user" && scene.view.traceOptions.user.operation === "difference")
  );
}

function hasDifference(scene: Scene): boolean {
  const { traces } = scene.view;
  return (
    (traces.difference && scene.data.shown.difference !== undefined) ||
    (traces.user && isRelative(scene, "user") && scene.data.shown.user !== undefined)
  );
}

function paintZero(context: Painting, scene: Scene): void {
  const { trace } = scene.layout;
  const y = crisp(yOf(scene, zeroOfDb(scene.view.scale)));
  context.strokeStyle = traceColour(scene, "difference");
  context.lineWidth = 1;
  context.setLineDash([6, 4]);
  context.beginPath();
  context.moveTo(trace.left, y);
  context.lineTo(trace.left + trace.width, y);
  context.stroke();
  context.setLineDash([]);
  context.font = scene.theme.labelFont;
  context.textAlign = "left";
  context.fillStyle = scene.theme.text2;
  context.fillText("difference 0 dB", trace.left + 6, y - 8);
}

function paintLine(context: Painting, scene: Scene, role: LineRole): void {
  const levels = levelsOf(scene, role);
  if (!levels) return;
  context.strokeStyle = traceColour(scene, role);
  context.lineWidth = LINE_WIDTH[role];
  context.lineJoin = "round";
  context.globalAlpha = role === "live" ? 0.9 : 1;
  strokeLevels(context, scene, levels, isRelative(scene, role) ? zeroOfDb(scene.view.scale) : 0);
  context.globalAlpha = 1;
}

function strokeLevels(context: Painting, scene: Scene, levels: ArrayLike<number>, offsetDb: number): void {
  context.beginPath();
  if (binsInView(scene) < scene.columns!.first.length) pathOfBins(context, scene, levels, offsetDb);
  else pathOfColumns(context, scene, levels, offsetDb);
  context.stroke();
}

function binsInView(scene: Scene): number {
  const { range } = scene.view;
  return (range.stopHz - range.startHz) / scene.data.axis!.binSpacingHz;
}

function pathOfColumns(context: Painting, scene: Scene, levels: ArrayLike<number>, offsetDb: number): void {
  const { left, top, width, height } = scene.layout.trace;
  const { scale, traceOptions } = scene.view;
  const columns = scene.columns!;
  const count = columns.first.length;
  const [which, otherEnd] = COLUMN_ENDS[traceOptions.decimation];
  const shown = decimate(which, levels, columns, new Float32Array(count));
  const others =
    otherEnd === which ? undefined : decimate(otherEnd, levels, columns, new Float32Array(count));
  const step = width / count;
  const perDb = height / (scale.refDbmv - lowestLevel(scale));
  let drawing = false;
  for (let column = 0; column < count; column += 1) {
    const level = shown[column]!;
    if (Number.isNaN(level)) {
      drawing = false;
      continue;
    }
    const x = left + (column + 0.5) * step;
    const yAt = (db: number) => top + (scale.refDbmv - db - offsetDb) * perDb;
    // Down one column and up the next, so that lines between columns are no longer than they must be.
    const ends = others ? [level, others[column]!] : [level];
    if (column % 2 === 1) ends.reverse();
    for (const end of ends) {
      if (drawing) context.lineTo(x, yAt(end));
      else context.moveTo(x, yAt(end));
      drawing = true;
    }
  }
}

/** When bins are wider than pixels the line runs through the bin centres. */
function pathOfBins(context: Painting, scene: Scene, levels: ArrayLike<number>, offsetDb: number): void {
  const axis = scene.data.axis!;
  const { startHz } = coveredRange(axis);
  const { range } = scene.view;
  const first = Math.max(0, Math.floor((range.startHz - startHz) / axis.binSpacingHz) - 1);
  const last = Math.min(axis.bins - 1, Math.ceil((range.stopHz - startHz) / axis.binSpacingHz) + 1);
  let drawing = false;
  for (let bin = first; bin <= last; bin += 1) {
    const level = levels[bin]!;
    if (Number.isNaN(level)) {
      drawing = false;
      continue;
    }
    const x = xOf(scene, axis.firstBinHz + bin * axis.binSpacingHz);
    if (drawing) context.lineTo(x, yOf(scene, level + offsetDb));
    else context.moveTo(x, yOf(scene, level + offsetDb));
    drawing = true;
  }
}
