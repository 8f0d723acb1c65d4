import { formatNumber } from "../model/format.ts";
import { DIVISIONS } from "../model/plot-view.ts";
import { unitName, unitWords } from "../model/shown-level.ts";
import { roundTicks, tickDigits } from "../model/ticks.ts";
import { frequencyTickCount } from "./paint-trace.ts";
import { levelTick, type Scene, shownLevelOf, xOf, yOf } from "./scene.ts";
import type { Painting } from "./surface.ts";

/** Labels of both axes of the trace pane and the floor in the right gutter. */
export function paintAxes(context: Painting, scene: Scene, floorDbmv: number): void {
  if (!scene.layout.labelled) return;
  paintFrequencies(context, scene);
  if (scene.layout.trace.height === 0) return;
  paintLevels(context, scene);
  paintFloor(context, scene, floorDbmv);
}

function paintLevels(context: Painting, scene: Scene): void {
  const { trace } = scene.layout;
  const { scale } = scene.view;
  context.textAlign = "right";
  for (let division = 0; division <= DIVISIONS; division += 1) {
    const level = scale.refDbmv - division * scale.dbPerDivision;
    const y = yOf(scene, level);
    context.font = division === 0 ? scene.theme.strongFont : scene.theme.labelFont;
    context.fillStyle = division === 0 ? scene.theme.text1 : scene.theme.text2;
    context.fillText(levelTick(scene, level), trace.left - 8, y);
  }
  context.save();
  context.translate(trace.left - 56, trace.top + trace.height / 2);
  context.rotate(-Math.PI / 2);
  context.textAlign = "center";
  context.font = scene.theme.labelFont;
  context.fillStyle = scene.theme.text3;
  context.fillText(
    unitWords(scene.view, scene.data.resolutionBandwidthHz || scene.data.axis?.binSpacingHz),
    0,
    0,
  );
  context.restore();
}

function paintFrequencies(context: Painting, scene: Scene): void {
  const { axis, trace } = scene.layout;
  const { range } = scene.view;
  const { step, values } = roundTicks(
    range.startHz / 1e6,
    range.stopHz / 1e6,
    frequencyTickCount(trace.width),
  );
  const digits = tickDigits(step);
  const y = axis.top + axis.height / 2;
  context.font = scene.theme.labelFont;
  context.textAlign = "center";
  context.fillStyle = scene.theme.text2;
  for (const mhz of values) context.fillText(formatNumber(mhz, digits), xOf(scene, mhz * 1e6), y);
  context.textAlign = "left";
  context.fillStyle = scene.theme.text3;
  context.fillText("MHz", axis.left + axis.width + 14, y);
}

function paintFloor(context: Painting, scene: Scene, floorDbmv: number): void {
  const { trace } = scene.layout;
  const y = yOf(scene, floorDbmv);
  if (Number.isNaN(floorDbmv) || y < trace.top || y > trace.top + trace.height) return;
  const right = trace.left + trace.width;
  context.strokeStyle = scene.view.stale ? scene.theme.text3 : scene.theme.traces.average;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(right - 5, Math.round(y) + 0.5);
  context.lineTo(right + 4, Math.round(y) + 0.5);
  context.stroke();
  context.textAlign = "left";
  context.font = scene.theme.labelFont;
  context.fillStyle = scene.theme.text2;
  context.fillText("floor", right + 7, y - 14);
  context.fillText(formatNumber(shownLevelOf(scene, floorDbmv), 1), right + 7, y);
  context.fillText(unitName(scene.view.unit), right + 7, y + 14);
}
