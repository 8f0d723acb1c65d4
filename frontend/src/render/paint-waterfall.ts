import { formatDay, formatNumber } from "../model/format.ts";
import { gapMark } from "../model/gaps.ts";
import { unitName } from "../model/shown-level.ts";
import { timeStepMs } from "../model/ticks.ts";
import { type Scene, shownLevelOf } from "./scene.ts";
import { crisp, drawTag, hatchBox, type Painting } from "./surface.ts";

/**
 * Paints the waterfall picture, the gaps over it and the times beside it.
 *
 * @param drawRows puts the rows into the pane; undefined while there are none
 */
export function paintWaterfall(context: Painting, scene: Scene, drawRows: (() => void) | undefined): void {
  const { waterfall } = scene.layout;
  context.fillStyle = scene.theme.well;
  context.fillRect(waterfall.left, waterfall.top, waterfall.width, waterfall.height);
  if (drawRows) {
    drawRows();
    paintGaps(context, scene);
  }
  context.strokeStyle = scene.theme.frame;
  context.lineWidth = 1;
  context.strokeRect(waterfall.left - 0.5, waterfall.top - 0.5, waterfall.width + 1, waterfall.height + 1);
  if (scene.layout.labelled && drawRows) paintTimes(context, scene);
}

/** Distance from the top of the waterfall, in CSS pixels, of a time. */
function depthOf(scene: Scene, timeMs: number): number {
  return (scene.topMs - timeMs) / scene.view.msPerPx;
}

function paintGaps(context: Painting, scene: Scene): void {
  const { waterfall } = scene.layout;
  const bottom = waterfall.top + waterfall.height;
  const labels: { text: string; y: number }[] = [];
  // Newest first, so that of two gaps side by side the newer one keeps its label.
  for (const gap of scene.data.gaps.toReversed()) {
    if (depthOf(scene, gap.fromMs) < 0 || depthOf(scene, gap.toMs) > waterfall.height) continue;
    const middle = waterfall.top + depthOf(scene, (gap.fromMs + gap.toMs) / 2);
    const { heightPx: height, isLabelled } = gapMark(gap, scene.view.msPerPx);
    const top = Math.max(waterfall.top, isLabelled ? middle - height / 2 : Math.floor(middle));
    const visible = Math.min(bottom, isLabelled ? middle + height / 2 : top + height) - top;
    if (visible <= 0) continue;
    context.fillStyle = scene.theme.well;
    context.fillRect(waterfall.left, top, waterfall.width, visible);
    hatchBox(context, waterfall.left, top, waterfall.width, visible, scene.theme.hatch);
    if (isLabelled)
      labels.push({ text: gap.label, y: Math.min(Math.max(middle, waterfall.top + 10), bottom - 10) });
  }
  if (!scene.layout.labelled) return;
  context.font = scene.theme.labelFont;
  const colours = { fill: scene.theme.panel, text: scene.theme.text1, edge: scene.theme.edge };
  let lastY = Number.NEGATIVE_INFINITY;
  for (const { text, y } of labels) {
    if (y - lastY < 22) continue;
    drawTag(context, text, waterfall.left + 8, y, colours, "left");
    lastY = y;
  }
}

const LABELLED_DAYS_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Round times from the upper edge down, without end; hours are those of the clock on the labels. */
function* timesDown(topMs: number, stepMs: number, clockOf: Scene["clockOf"]): Generator<number> {
  const [hours = 0, minutes = 0, seconds = 0] = clockOf(topMs).match(/\d+/g)?.map(Number) ?? [];
  const sinceMidnightMs = ((hours * 60 + minutes) * 60 + seconds) * 1000 + (topMs % 1000);
  const ofDayMs = stepMs > DAY_MS ? topMs : sinceMidnightMs;
  for (let timeMs = topMs - (ofDayMs % stepMs); ; timeMs -= stepMs) yield timeMs;
}

function paintTimes(context: Painting, scene: Scene): void {
  const { waterfall } = scene.layout;
  const stepMs = timeStepMs(scene.view.msPerPx, 34);
  const { frozen, stale, past, scrollMs } = scene.view;
  const isNow = !frozen && !stale && !past && scrollMs === 0;
  context.textAlign = "right";
  context.font = scene.theme.strongFont;
  context.fillStyle = scene.theme.text1;
  context.fillText(isNow ? "now" : scene.clockOf(scene.topMs), waterfall.left - 8, waterfall.top + 6);
  context.font = scene.theme.labelFont;
  context.fillStyle = scene.theme.text2;
  context.strokeStyle = scene.theme.text3;
  context.lineWidth = 1;
  context.beginPath();
  for (const timeMs of timesDown(scene.topMs, stepMs, scene.clockOf)) {
    const depth = depthOf(scene, timeMs);
    if (depth > waterfall.height - 4) break;
    if (depth < 22) continue;
    const y = waterfall.top + depth;
    const clock = scene.clockOf(timeMs);
    // Where labels are hours apart, midnight of the local clock tells which day begins.
    const isDay = stepMs >= LABELLED_DAYS_MS && clock.startsWith("00:00") && !clock.endsWith("Z");
    context.fillText(isDay ? formatDay(timeMs) : clock, waterfall.left - 8, y);
    context.moveTo(waterfall.left - 5, crisp(y));
    context.lineTo(waterfall.left, crisp(y));
  }
  context.stroke();
}

/** Paints the colour bar with its two limits. */
export function paintColourBar(context: Painting, scene: Scene, palette: Uint8Array): void {
  if (!scene.layout.labelled) return;
  const { colourBar } = scene.layout;
  const { lowDbmv, highDbmv } = scene.view.colours;
  for (let offset = 0; offset < colourBar.height; offset += 1) {
    const index = Math.round((1 - offset / colourBar.height) * 255) * 3;
    context.fillStyle = `rgb(${palette[index]} ${palette[index + 1]} ${palette[index + 2]})`;
    context.fillRect(colourBar.left, colourBar.top + offset, colourBar.width, 1.5);
  }
  context.strokeStyle = scene.theme.edge;
  context.lineWidth = 1;
  context.strokeRect(colourBar.left - 0.5, colourBar.top - 0.5, colourBar.width + 1, colourBar.height + 1);
  context.textAlign = "left";
  const right = colourBar.left + colourBar.width + 6;
  context.font = scene.theme.labelFont;
  context.fillStyle = scene.theme.text3;
  context.fillText(unitName(scene.view.unit), right, colourBar.top + 17);
  const yAt = (level: number) =>
    colourBar.top + ((highDbmv - level) / Math.max(0.1, highDbmv - lowDbmv)) * colourBar.height;
  context.font = scene.theme.labelFont;
  context.fillStyle = scene.theme.text2;
  const stepDb = (highDbmv - lowDbmv) / Math.max(1, colourBar.height / 26) > 10 ? 20 : 10;
  for (let level = Math.ceil(lowDbmv / stepDb) * stepDb; level < highDbmv; level += stepDb) {
    const y = yAt(level);
    if (y - colourBar.top > 28 && colourBar.top + colourBar.height - y > 14) {
      context.fillText(formatNumber(shownLevelOf(scene, level), 0), right, y);
    }
  }
  context.font = scene.theme.strongFont;
  context.fillStyle = scene.theme.text1;
  for (const level of [highDbmv, lowDbmv]) {
    const y = yAt(level);
    context.fillText(formatNumber(shownLevelOf(scene, level), 0), right, level === highDbmv ? y + 3 : y - 3);
    context.beginPath();
    context.moveTo(colourBar.left - 1, y);
    context.lineTo(colourBar.left - 7, y - 4);
    context.lineTo(colourBar.left - 7, y + 4);
    context.fill();
  }
}
