import { formatUtc } from "../model/format.ts";
import { columnBins } from "../model/frequency-axis.ts";
import type { MaskJudge } from "../model/mask-judge.ts";
import type { PlotData } from "../model/plot-data.ts";
import { monitorLayout } from "../model/plot-layout.ts";
import type { PlotReport } from "../model/plot-report.ts";
import type { PixelImage, PlotPicture } from "../model/plot-snapshot.ts";
import type { PlotView } from "../model/plot-view.ts";
import { ROW_EMPTY, ROW_GAP, waterfallRows } from "../model/waterfall-rows.ts";
import { paintPanes } from "./paint-panes.ts";
import { persistenceCells } from "./persistence-image.ts";
import type { PlotTheme } from "./plot-theme.ts";
import type { Scene } from "./scene.ts";
import { SvgContext } from "./svg-context.ts";
import { paintRow } from "./waterfall-image.ts";

/** What a snapshot is taken of besides the data. */
export interface SnapshotSource {
  data: PlotData;
  view: PlotView;
  report: PlotReport | undefined;
  judge: MaskJudge;
  /** Time at the upper edge of the waterfall, Unix milliseconds. */
  topMs: number;
  palette: Uint8Array;
  colours: Uint32Array;
  emptyPixel: number;
  /** Width of a text in a font of CSS, in CSS pixels. */
  measure(font: string, text: string): number;
}

const HEIGHT = 720;
const GUTTERS = { left: 76, right: 76 };
/** Columns of lines for each CSS pixel. */
const PIXEL_RATIO = 2;

/** The panes as the screen shows them, drawn by the same painters as markup of a width; undefined without data. */
export function paintPicture(
  source: SnapshotSource,
  { width, theme }: { width: number; theme: PlotTheme },
): PlotPicture | undefined {
  const { data, report, topMs, palette } = source;
  const { axis, kept } = data;
  if (!axis || !report) return undefined;
  const layout = monitorLayout(width, HEIGHT, GUTTERS, source.view);
  const shownMs = topMs - report.waterfall.bottomMs;
  const { waterfall, trace } = layout;
  const scene: Scene = {
    data,
    // A file has no now: its times are clocks, and what it shows does not grow old.
    view: {
      ...source.view,
      past: true,
      stale: false,
      msPerPx: Math.max(1, shownMs / (waterfall.height || 1)),
    },
    layout,
    theme,
    pixelRatio: PIXEL_RATIO,
    columns: columnBins(axis, source.view.range, Math.round(trace.width * PIXEL_RATIO)),
    cursor: undefined,
    selection: undefined,
    topMs,
    clockOf: (timeMs) => formatUtc(timeMs).slice(11),
  };
  const context = new SvgContext(source.measure);
  const images: Record<string, PixelImage> = {};
  paintPanes(context, scene, {
    judge: source.judge,
    markers: report.markers,
    floorDbmv: report.floorDbmv,
    palette,
    drawPersistence: () => {
      const cells = persistenceCells(scene, palette);
      if (!cells) return;
      const { top, height, ...image } = cells;
      images.persistence = image;
      context.image("persistence", {
        ...trace,
        top: trace.top + top * trace.height,
        height: height * trace.height,
      });
    },
    drawRows:
      kept &&
      (() => {
        images.waterfall = waterfallImage(source, scene);
        context.image("waterfall", waterfall);
      }),
  });
  return { layout, markup: context.markup, images };
}

function waterfallImage(
  { data, colours, emptyPixel }: SnapshotSource,
  { layout, view, topMs }: Scene,
): PixelImage {
  const columns = Math.round(layout.waterfall.width);
  const rows = Math.round(layout.waterfall.height);
  const kept = data.kept!;
  const lines = waterfallRows(kept, topMs, view.msPerPx, rows);
  const bins = columnBins(data.axis!, view.range, columns);
  const pixels = new Uint32Array(columns * rows);
  for (let row = 0; row < rows; row += 1) {
    const target = pixels.subarray(row * columns, (row + 1) * columns);
    const first = lines.first[row]!;
    if (first === ROW_GAP || first === ROW_EMPTY) target.fill(emptyPixel);
    else paintRow(target, kept, first, lines.last[row]!, bins, colours, emptyPixel);
  }
  return { columns, rows, pixels };
}
