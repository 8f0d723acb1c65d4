import { formatMhz, formatNumber } from "../model/format.ts";
import { binAt, binFrequencyHz } from "../model/frequency-axis.ts";
import type { CursorReading } from "../model/plot-report.ts";
import { lowestLevel } from "../model/plot-view.ts";
import { type Scene, shownLevelOf, xOf, yOf } from "./scene.ts";
import { crisp, drawTag, type Surface2d } from "./surface.ts";

/**
 * Paints the crosshair on the bin under the pointer through both panes, and the box of a zoom.
 *
 * @param reading what the page was told of the traces there; its level is marked as long as the bin is the same
 */
export function paintCursor(context: Surface2d, scene: Scene, reading?: CursorReading): void {
  paintSelection(context, scene);
  const { cursor, data, layout, theme } = scene;
  if (!cursor) return;
  const bin = data.axis ? binAt(data.axis, cursor.frequencyHz) : undefined;
  const frequencyHz = bin === undefined ? cursor.frequencyHz : binFrequencyHz(data.axis!, bin);
  const x = crisp(xOf(scene, frequencyHz));
  const { trace, waterfall, axis } = layout;
  context.save();
  context.setLineDash([3, 3]);
  context.strokeStyle = theme.text2;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x, trace.top);
  context.lineTo(x, trace.top + trace.height);
  context.moveTo(x, waterfall.top);
  context.lineTo(x, waterfall.top + waterfall.height);
  const level = levelUnder(scene, bin, reading?.bin === bin ? reading : undefined);
  const y = crisp(yOf(scene, level));
  // A tile has no room for labels: its line alone says which frequency is pointed at.
  const levelVisible = layout.labelled && trace.height > 0 && y >= trace.top && y <= trace.top + trace.height;
  if (levelVisible) {
    context.moveTo(trace.left, y);
    context.lineTo(trace.left + trace.width, y);
  }
  if (cursor.pane === "waterfall") {
    context.moveTo(waterfall.left, crisp(cursor.y));
    context.lineTo(waterfall.left + waterfall.width, crisp(cursor.y));
  }
  context.stroke();
  context.restore();
  if (!layout.labelled) return;
  context.font = theme.strongFont;
  const colours = { fill: theme.text1, text: theme.well };
  drawTag(context, formatMhz(frequencyHz), x, axis.top + axis.height / 2, colours);
  if (levelVisible)
    drawTag(
      context,
      formatNumber(shownLevelOf(scene, level), 1),
      trace.left + trace.width + 6,
      y,
      colours,
      "left",
    );
}

/** The level that the horizontal line marks: that of the front trace at the bin, else the pointer's. */
function levelUnder(scene: Scene, bin: number | undefined, told: CursorReading | undefined): number {
  const { traces } = scene.data;
  const { view, cursor, layout } = scene;
  if (traces && bin !== undefined) {
    if (view.traces.live) return told?.liveDbmv ?? traces.live[bin]!;
    if (view.traces.average) return told?.averageDbmv ?? traces.average[bin]!;
  }
  if (cursor?.pane !== "trace") return Number.NaN;
  const share = (cursor.y - layout.trace.top) / layout.trace.height;
  return view.scale.refDbmv - share * (view.scale.refDbmv - lowestLevel(view.scale));
}

function paintSelection(context: Surface2d, scene: Scene): void {
  const { selection, theme } = scene;
  if (!selection) return;
  context.save();
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.13;
  context.fillRect(selection.left, selection.top, selection.width, selection.height);
  context.globalAlpha = 1;
  context.strokeStyle = theme.accent;
  context.setLineDash([4, 3]);
  context.strokeRect(selection.left + 0.5, selection.top + 0.5, selection.width, selection.height);
  context.restore();
}
