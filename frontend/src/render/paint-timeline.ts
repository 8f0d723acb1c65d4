import type { RecordingStep } from "@pnmlab/protocol";
import type { TimeSpan } from "../api/recordings-client.ts";
import { formatClock, formatTime } from "../model/format.ts";
import { firstFrom } from "../model/timeline/quiet-line.ts";
import { timeTicks } from "../model/timeline/timeline-span.ts";
import type { PlotTheme } from "./plot-theme.ts";
import { crisp, hatchBox, type Surface, type Surface2d } from "./surface.ts";

export interface TimelineScene {
  span: TimeSpan;
  /** Steps of the recording, oldest first, each this long. */
  steps: readonly RecordingStep[];
  stepMs: number;
  /** Frames of this page; those after the last step go on from there. */
  tail: readonly RecordingStep[];
  theme: PlotTheme;
  gutters: { left: number; right: number };
  stale: boolean;
  /** A level as it is shown, and the unit. */
  level: (dbmv: number) => string;
  unit: string;
  /** The right end is now. */
  isLive: boolean;
}

/** Room of the time labels under the line, and above it of pins, in CSS pixels. */
export const TIMELINE_LABELS_PX = 20;
export const TIMELINE_TOP_PX = 18;
const LABEL_SPACE_PX = 96;
const DAY_MS = 86_400_000;
/** Frames of a page that came within this are one line. */
const JOINED_MS = 5000;

interface Strip {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Paints the power of the quiet bins over a time, open and hatched where nothing came. */
export function paintTimeline(surface: Surface, scene: TimelineScene): void {
  const context = surface.begin();
  const { theme, gutters } = scene;
  const strip: Strip = {
    left: gutters.left,
    top: TIMELINE_TOP_PX,
    width: Math.max(1, surface.width - gutters.left - gutters.right),
    height: Math.max(10, surface.height - TIMELINE_TOP_PX - TIMELINE_LABELS_PX),
  };
  const { left, top, width, height } = strip;
  context.fillStyle = theme.well;
  context.fillRect(left, top, width, height);
  context.font = theme.labelFont;
  context.textAlign = "right";
  context.fillStyle = theme.text3;
  const words = height < 34 ? ["quiet"] : ["quiet", scene.unit];
  words.forEach((word, line) => {
    context.fillText(word, left - 8, top + height / 2 - 7 * (words.length - 1) + line * 14);
  });
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  paintGaps(context, scene, strip);
  const limits = paintLine(context, scene, strip);
  context.restore();
  if (limits) {
    context.textAlign = "left";
    context.fillStyle = theme.text2;
    context.fillText(scene.level(limits.topDbmv), left + width + 7, top + 6);
    context.fillText(scene.level(limits.bottomDbmv), left + width + 7, top + height - 6);
  }
  paintLabels(context, scene, strip);
  context.strokeStyle = theme.frame;
  context.lineWidth = 1;
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
}

function xAt({ fromMs, toMs }: TimeSpan, strip: Strip, timeMs: number): number {
  return strip.left + (strip.width * (timeMs - fromMs)) / (toMs - fromMs);
}

/** Hands over the steps that are in sight, and the frames that came after them, each at the middle of its time. */
function eachPoint(
  { span, steps, stepMs, tail }: TimelineScene,
  take: (atMs: number, dbmv: number, breaks: boolean) => void,
): void {
  let isOpen = false;
  for (const step of steps) {
    if (step.atMs > span.toMs) break;
    if (step.quietDbmv === null) isOpen = true;
    else {
      take(step.atMs + stepMs / 2, step.quietDbmv, isOpen);
      isOpen = false;
    }
  }
  const endMs = endOf(steps, stepMs);
  let previousMs = endMs;
  for (let index = firstFrom(tail, Math.max(endMs, span.fromMs)); index < tail.length; index += 1) {
    const { atMs, quietDbmv, gap } = tail[index]!;
    if (atMs > span.toMs) break;
    if (quietDbmv === null) continue;
    take(atMs, quietDbmv, gap || atMs - previousMs > JOINED_MS);
    previousMs = atMs;
  }
}

/** End of the last step that has a frame. */
function endOf(steps: readonly RecordingStep[], stepMs: number): number {
  return (steps.findLast(({ frames }) => frames > 0)?.atMs ?? Number.NEGATIVE_INFINITY) + stepMs;
}

function paintGaps(context: Surface2d, scene: TimelineScene, strip: Strip): void {
  const { span, steps, stepMs, tail, theme } = scene;
  const hatch = (fromMs: number, toMs: number) => {
    const start = xAt(span, strip, fromMs);
    const width = Math.max(2, xAt(span, strip, toMs) - start);
    if (start + width < strip.left || start > strip.left + strip.width) return;
    context.fillStyle = theme.panel;
    context.fillRect(start, strip.top, width, strip.height);
    hatchBox(context, start, strip.top, width, strip.height, theme.hatch);
  };
  const lastWithFrames = steps.findLastIndex(({ frames }) => frames > 0);
  const firstWithFrames = steps.findIndex(({ frames }) => frames > 0);
  steps.forEach((step, index) => {
    const isBetween = index > firstWithFrames && index < lastWithFrames;
    if (step.frames === 0 && isBetween) hatch(step.atMs, step.atMs + stepMs);
    // Somewhere in the step a little is missing: a mark, and not a gap as long as the step.
    else if (step.gap) hatch(step.atMs + stepMs / 2, step.atMs + stepMs / 2);
  });
  const fromMs = Math.max(endOf(steps, stepMs), span.fromMs);
  for (let index = Math.max(1, firstFrom(tail, fromMs)); index < tail.length; index += 1) {
    if (tail[index]!.gap) hatch(tail[index - 1]!.atMs, tail[index]!.atMs);
  }
}

/** Peak per pixel column; the scale holds all that is shown, in steps of 10 dB so that it seldom moves. */
function paintLine(
  context: Surface2d,
  scene: TimelineScene,
  strip: Strip,
): { bottomDbmv: number; topDbmv: number } | undefined {
  const columns = new Float32Array(Math.ceil(strip.width)).fill(Number.NaN);
  const breaks = new Uint8Array(columns.length);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  eachPoint(scene, (atMs, dbmv, isBreak) => {
    const column = Math.floor(xAt(scene.span, strip, atMs) - strip.left);
    if (column < 0 || column >= columns.length) return;
    if (isBreak) breaks[column] = 1;
    if (!(columns[column]! > dbmv)) columns[column] = dbmv;
    low = Math.min(low, dbmv);
    high = Math.max(high, dbmv);
  });
  if (low > high) return undefined;
  const bottomDbmv = Math.floor((low - 3) / 10) * 10;
  const topDbmv = Math.ceil((high + 3) / 10) * 10;
  const y = (value: number) =>
    strip.top + strip.height - ((value - bottomDbmv) / (topDbmv - bottomDbmv)) * strip.height;
  context.strokeStyle = scene.stale ? scene.theme.text3 : scene.theme.traces.average;
  context.lineWidth = 1;
  context.lineJoin = "round";
  context.beginPath();
  let isJoined = false;
  for (let column = 0; column < columns.length; column += 1) {
    if (breaks[column]) isJoined = false;
    const value = columns[column]!;
    if (Number.isNaN(value)) continue;
    if (isJoined) context.lineTo(strip.left + column + 0.5, y(value));
    else {
      context.moveTo(strip.left + column, y(value));
      context.lineTo(strip.left + column + 0.5, y(value));
    }
    isJoined = true;
  }
  context.stroke();
  return { bottomDbmv, topDbmv };
}

function paintLabels(context: Surface2d, scene: TimelineScene, strip: Strip): void {
  const { span, theme } = scene;
  const y = strip.top + strip.height + TIMELINE_LABELS_PX / 2 + 1;
  const right = strip.left + strip.width;
  context.fillStyle = theme.text2;
  if (scene.isLive) {
    context.textAlign = "right";
    context.fillText(scene.stale ? formatClock(span.toMs) : "now", right, y);
  }
  context.textAlign = "center";
  context.strokeStyle = theme.frame;
  context.beginPath();
  const { ticks, stepMs } = timeTicks(span, strip.width, LABEL_SPACE_PX);
  for (const timeMs of ticks) {
    const x = xAt(span, strip, timeMs);
    if (x - strip.left < 24 || right - x < (scene.isLive ? 70 : 24)) continue;
    context.fillText(labelOf(timeMs, stepMs, span), x, y);
    context.moveTo(crisp(x), strip.top + strip.height);
    context.lineTo(crisp(x), strip.top + strip.height + 4);
  }
  context.stroke();
}

/** The date stands where days are passed, or in a span of another day. */
function labelOf(timeMs: number, stepMs: number, span: TimeSpan): string {
  const isMidnight = new Date(timeMs).getHours() === 0 && new Date(timeMs).getMinutes() === 0;
  if (stepMs >= DAY_MS / 4 || (isMidnight && span.toMs - span.fromMs > DAY_MS / 8)) {
    return formatTime(timeMs, timeMs + 2 * DAY_MS).replace(/:00$/, "");
  }
  return formatClock(timeMs);
}
