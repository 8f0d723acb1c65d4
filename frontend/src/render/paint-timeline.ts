import { formatClock } from "../model/format.ts";
import type { PlotData } from "../model/plot-data.ts";
import type { PlotTheme } from "./plot-theme.ts";
import { crisp, hatchBox, type Surface, type Surface2d } from "./surface.ts";

const TIMELINE_MS = 600_000;
const LABEL_STEP_MS = 120_000;
const LABEL_HEIGHT = 20;

export interface TimelineScene {
  data: PlotData;
  theme: PlotTheme;
  gutters: { left: number; right: number };
  stale: boolean;
  newestMs: number;
}

/** Paints the power of the quiet band over the last ten minutes, open and hatched where nothing came. */
export function paintTimeline(surface: Surface, scene: TimelineScene): void {
  const context = surface.begin();
  const { theme, gutters, newestMs } = scene;
  const left = gutters.left;
  const width = Math.max(1, surface.width - gutters.left - gutters.right);
  const top = 10;
  const height = Math.max(10, surface.height - top - LABEL_HEIGHT);
  context.fillStyle = theme.well;
  context.fillRect(left, top, width, height);
  context.font = theme.labelFont;
  context.textAlign = "right";
  context.fillStyle = theme.text3;
  const label = scene.data.plant?.hasQuiet ? ["quiet", "power"] : ["mean", "power"];
  label.forEach((word, line) => {
    context.fillText(word, left - 8, top + height / 2 - 7 + line * 14);
  });
  if (newestMs > 0) {
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    paintGaps(context, scene, { left, top, width, height });
    paintLine(context, scene, { left, top, width, height });
    context.restore();
    paintLabels(context, scene, { left, top, width, height });
  }
  context.strokeStyle = theme.frame;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
}

interface Strip {
  left: number;
  top: number;
  width: number;
  height: number;
}

function xAt(scene: TimelineScene, strip: Strip, timeMs: number): number {
  return strip.left + strip.width * (1 - (scene.newestMs - timeMs) / TIMELINE_MS);
}

function paintGaps(context: Surface2d, scene: TimelineScene, strip: Strip): void {
  for (const gap of scene.data.gaps) {
    const start = xAt(scene, strip, gap.fromMs);
    const width = Math.max(1, xAt(scene, strip, gap.toMs) - start);
    if (start + width < strip.left) continue;
    context.fillStyle = scene.theme.panel;
    context.fillRect(start, strip.top, width, strip.height);
    hatchBox(context, start, strip.top, width, strip.height, scene.theme.hatch);
  }
}

/** Peak per pixel column; the scale holds all that is shown, in steps of 10 dB so that it seldom moves. */
function paintLine(context: Surface2d, scene: TimelineScene, strip: Strip): void {
  const { history } = scene.data;
  const columns = new Float32Array(Math.ceil(strip.width)).fill(Number.NaN);
  const breaks = new Uint8Array(columns.length);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let back = 0; back < history.length; back += 1) {
    const point = history.at(back);
    const column = Math.floor(xAt(scene, strip, point.timeMs) - strip.left);
    if (column < 0) break;
    const slot = Math.min(column, columns.length - 1);
    if (point.gapBefore) breaks[slot] = 1;
    if (Number.isNaN(point.valueDbmv)) continue;
    if (!(columns[slot]! > point.valueDbmv)) columns[slot] = point.valueDbmv;
    low = Math.min(low, point.valueDbmv);
    high = Math.max(high, point.valueDbmv);
  }
  if (low > high) return;
  const bottomDbmv = Math.floor((low - 3) / 10) * 10;
  const topDbmv = Math.ceil((high + 3) / 10) * 10;
  const y = (value: number) =>
    strip.top + strip.height - ((value - bottomDbmv) / (topDbmv - bottomDbmv)) * strip.height;
  context.strokeStyle = scene.stale ? scene.theme.text3 : scene.theme.traces.average;
  context.lineWidth = 1;
  context.lineJoin = "round";
  context.beginPath();
  let previous = -1;
  for (let column = 0; column < columns.length; column += 1) {
    const value = columns[column]!;
    if (Number.isNaN(value)) continue;
    const joined = previous >= 0 && !breaks[column] && column - previous < 12;
    if (joined) context.lineTo(strip.left + column + 0.5, y(value));
    else context.moveTo(strip.left + column, y(value));
    if (!joined) context.lineTo(strip.left + column + 0.5, y(value));
    previous = column;
  }
  context.stroke();
}

function paintLabels(context: Surface2d, scene: TimelineScene, strip: Strip): void {
  const y = strip.top + strip.height + LABEL_HEIGHT / 2 + 2;
  context.fillStyle = scene.theme.text2;
  context.textAlign = "right";
  const right = strip.left + strip.width;
  context.fillText(scene.stale ? formatClock(scene.newestMs) : "now", right, y);
  context.textAlign = "center";
  context.strokeStyle = scene.theme.frame;
  context.beginPath();
  const first = Math.ceil((scene.newestMs - TIMELINE_MS) / LABEL_STEP_MS) * LABEL_STEP_MS;
  for (let timeMs = first; timeMs < scene.newestMs; timeMs += LABEL_STEP_MS) {
    const x = xAt(scene, strip, timeMs);
    if (right - x < 70 || x - strip.left < 20) continue;
    context.fillText(formatClock(timeMs), x, y);
    context.moveTo(crisp(x), strip.top + strip.height);
    context.lineTo(crisp(x), strip.top + strip.height + 4);
  }
  context.stroke();
}
