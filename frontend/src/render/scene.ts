import { formatNumber } from "../model/format.ts";
import type { ColumnBins } from "../model/frequency-axis.ts";
import type { PlotData } from "../model/plot-data.ts";
import type { PlotLayout } from "../model/plot-layout.ts";
import { lowestLevel, type PlotView } from "../model/plot-view.ts";
import { shownLevel } from "../model/shown-level.ts";
import type { PlotTheme } from "./plot-theme.ts";

/** The pointer over a plot, in CSS pixels and in the units of the axes. */
export interface PlotCursor {
  x: number;
  y: number;
  frequencyHz: number;
  pane: "trace" | "waterfall";
}

/** Everything the painters of one picture need. */
export interface Scene {
  data: PlotData;
  view: PlotView;
  layout: PlotLayout;
  theme: PlotTheme;
  pixelRatio: number;
  /** Bins of each device pixel column of the panes; undefined while there is no data. */
  columns: ColumnBins | undefined;
  cursor: PlotCursor | undefined;
  /** A box being drawn for a zoom, in CSS pixels. */
  selection: { left: number; top: number; width: number; height: number } | undefined;
  /** Time at the upper edge of the waterfall, Unix milliseconds. */
  topMs: number;
  /** The clock as the times beside the waterfall are written. */
  clockOf(timeMs: number): string;
}

export function xOf(scene: Scene, frequencyHz: number): number {
  const { range } = scene.view;
  const { left, width } = scene.layout.trace;
  return left + ((frequencyHz - range.startHz) / (range.stopHz - range.startHz)) * width;
}

/** A level as it is shown, in the unit and with the offset of the view. */
export function shownLevelOf({ view, data }: Pick<Scene, "view" | "data">, levelDbmv: number): number {
  return shownLevel(view, levelDbmv, data.resolutionBandwidthHz || (data.axis?.binSpacingHz ?? 1));
}

/** The same as a number for an axis: whole where it is whole. */
export function levelTick(scene: Pick<Scene, "view" | "data">, levelDbmv: number): string {
  const shown = shownLevelOf(scene, levelDbmv);
  return formatNumber(shown, Math.abs(shown - Math.round(shown)) < 0.05 ? 0 : 1);
}

export function yOf(scene: Scene, levelDbmv: number): number {
  const { scale } = scene.view;
  const { top, height } = scene.layout.trace;
  return top + ((scale.refDbmv - levelDbmv) / (scale.refDbmv - lowestLevel(scale))) * height;
}
