import type { SpectrumFrame, UpstreamChannel } from "@pnmlab/protocol";
import { answerQuestion } from "../model/answer-question.ts";
import { boxStatistics } from "../model/box-statistics.ts";
import { colourTable, pixelOf } from "../model/colour-table.ts";
import { parseHexColour } from "../model/contrast.ts";
import { formatClock } from "../model/format.ts";
import { columnBins } from "../model/frequency-axis.ts";
import { LevelWatch } from "../model/level-watch.ts";
import { levelOfHundredths } from "../model/levels.ts";
import { MaskJudge } from "../model/mask-judge.ts";
import { greyBytes, paletteBytes } from "../model/palette.ts";
import { MONITOR_DEPTH, PlotData, TILE_DEPTH } from "../model/plot-data.ts";
import { readTraces, takeReport } from "../model/plot-figures.ts";
import { monitorLayout, type PlotLayout, tileLayout } from "../model/plot-layout.ts";
import type { PlotAnswers, PlotQuestion } from "../model/plot-question.ts";
import type { CursorReading, PlotReport } from "../model/plot-report.ts";
import { DEFAULT_VIEW, type PlotView } from "../model/plot-view.ts";
import { MarkerReader } from "../model/read-markers.ts";
import type { ReferenceSpectrum } from "../model/reference-trace.ts";
import { shownFrameOf } from "../model/shown-frame.ts";
import type { TraceRole, TraceSource } from "../model/trace-options.ts";
import { waterfallRows } from "../model/waterfall-rows.ts";
import type { PlotKind } from "./commands.ts";
import { paintCursor } from "./paint-cursor.ts";
import { paintPanes } from "./paint-panes.ts";
import { PersistenceImage } from "./persistence-image.ts";
import type { PlotTheme } from "./plot-theme.ts";
import type { PlotCursor, Scene } from "./scene.ts";
import { takeSnapshot } from "./snapshot.ts";
import { type PlotCanvas, Surface } from "./surface.ts";
import { WaterfallImage } from "./waterfall-image.ts";

const BAND_EVERY_MS = 500;
const FLOOR_EVERY_MS = 250;
const CALM_STEP_MS = 1000;
/** A level this far over the floor counts as a signal where nobody said what does. */
const OVER_FLOOR_DB = 6;

/** One live picture: its data, its view and its canvases. Knows nothing of threads or messages. */
export class LivePlot {
  readonly #kind: PlotKind;
  readonly #surface: Surface;
  readonly #data: PlotData;
  readonly #image = new WaterfallImage();
  readonly #persistence = new PersistenceImage();
  #view: PlotView = DEFAULT_VIEW;
  #theme: PlotTheme;
  #gutters = { left: 0, right: 0 };
  #cursor: PlotCursor | undefined;
  /** What the page was told last of the traces under the pointer. */
  #reading: CursorReading | undefined;
  #selection: Scene["selection"];
  #palette = paletteBytes(DEFAULT_VIEW.palette);
  #colours: Uint32Array = new Uint32Array(65536);
  #emptyPixel = 0;
  #frozenAtMs: number | undefined;
  #framesShown = 0;
  #framesPending = 0;
  #bandAtMs = 0;
  #playOutMs = 0;
  readonly #maskJudge = new MaskJudge();
  readonly #markers = new MarkerReader();
  readonly #levelWatch = new LevelWatch();
  #floor = { atMs: 0, dbmv: Number.NaN };
  /** True where something changed since the last picture. */
  dirty = true;

  /** @param data frames that an earlier picture of the same subject has left. */
  constructor(kind: PlotKind, plot: PlotCanvas, theme: PlotTheme, data: PlotData | undefined) {
    this.#kind = kind;
    this.#surface = new Surface(plot);
    this.#data = data ?? new PlotData(kind === "monitor" ? MONITOR_DEPTH : TILE_DEPTH);
    this.#theme = theme;
    this.#mixColours();
  }

  get data(): PlotData {
    return this.#data;
  }

  resize(width: number, height: number, gutters: { left: number; right: number }, pixelRatio: number): void {
    this.#surface.resize(width, height, pixelRatio);
    this.#gutters = gutters;
    this.dirty = true;
  }

  setTheme(theme: PlotTheme): void {
    this.#theme = theme;
    this.#mixColours();
    this.dirty = true;
  }

  setView(view: PlotView): void {
    const before = this.#view;
    this.#view = view;
    if (view.palette !== before.palette || view.stale !== before.stale) {
      this.#palette = view.stale ? greyBytes(view.palette) : paletteBytes(view.palette);
      this.#mixColours();
    } else if (view.colours !== before.colours) this.#mixColours();
    if (view.watched.length > 0 || before.watched.length > 0)
      this.#levelWatch.watch(view.watched, this.#data);
    if (view.masks !== before.masks) this.#maskJudge.begin(this.#data, view);
    this.#data.setTraces(view.traces, view.traceOptions);
    if (view.traces !== before.traces || view.traceOptions !== before.traceOptions) this.#bandAtMs = 0;
    if (view.frozen !== before.frozen) {
      this.#frozenAtMs = view.frozen ? this.#newestMs() : undefined;
      if (!view.frozen) this.#data.release();
    }
    this.dirty = true;
  }

  setPlan(channels: readonly UpstreamChannel[]): void {
    this.#data.setPlan(channels);
    this.#maskJudge.begin(this.#data, this.#view);
    this.dirty = true;
  }

  setRearms(rearms: number, nowMs: number): void {
    this.#data.setRearms(rearms, nowMs);
    this.dirty = true;
  }

  setCursor(cursor: PlotCursor | undefined, selection: Scene["selection"]): void {
    this.#cursor = cursor;
    this.#selection = selection;
    this.dirty = true;
  }

  /** Begins traces again with the next frame. */
  resetTraces(roles: readonly TraceRole[]): void {
    this.#data.resetTraces(roles);
    this.#bandAtMs = 0;
    this.dirty = true;
  }

  /** How long frames are held back before they come here. */
  setPlayOut(delayMs: number): void {
    this.#playOutMs = delayMs;
  }

  setReference(reference: ReferenceSpectrum | undefined): void {
    this.#data.setReference(reference);
    this.dirty = true;
  }

  takeReference(source: TraceSource, label: string): void {
    this.#data.takeReference(source, label);
    this.dirty = true;
  }

  /** Puts older frames in front of those received, for scrolling back further than the plot keeps. */
  setHistory(frames: readonly SpectrumFrame[]): void {
    this.#data.setHistory(frames);
    this.dirty = true;
  }

  addFrame(frame: SpectrumFrame): void {
    this.#data.ingest(frame, this.#view.frozen);
    this.#maskJudge.judge(this.#data, this.#view);
    this.#levelWatch.add(this.#view.watched, this.#data);
    if (!this.#view.frozen) this.#markers.follow(this.#data, this.#view);
    this.#framesPending += 1;
    this.dirty = true;
  }

  report(): PlotReport | undefined {
    const markers = this.#markers.read(this.#data, this.#view);
    const topMs = this.#topMs();
    const { kept } = this.#data;
    return takeReport(this.#data, this.#framesShown, {
      markers,
      masks: this.#maskJudge.reports(),
      shownFrame: shownFrameOf(this.#data, this.#view, markers),
      playOutMs: this.#playOutMs,
      waterfall: {
        topMs,
        bottomMs: topMs - this.#layout().waterfall.height * this.#view.msPerPx,
        keptFromMs: kept && kept.endIndex > 0 ? kept.timeAt(kept.firstIndex) : topMs,
        heldFromMs: this.#data.heldFromMs ?? topMs,
      },
    });
  }

  /** Answers a question of the page about the data. */
  answer(question: PlotQuestion): PlotAnswers[PlotQuestion["kind"]] {
    if (question.kind === "snapshot") return this.#snapshot(question.picture);
    if (question.kind === "box") return this.#measureBox(question);
    return answerQuestion(question, this.#data, this.#levelWatch);
  }

  #measureBox(question: Extract<PlotQuestion, { kind: "box" }>): PlotAnswers["box"] {
    const { kept, axis, plant } = this.#data;
    if (!kept || !axis) return undefined;
    const { rows } = question;
    const timeAt = (y: number) => this.#topMs() - (y - this.#layout().waterfall.top) * this.#view.msPerPx;
    const time = "top" in rows ? { fromMs: timeAt(rows.bottom), toMs: timeAt(rows.top) } : rows;
    const threshold = question.thresholdDbmv ?? (plant?.floor()?.dbmv ?? Number.NaN) + OVER_FLOOR_DB;
    const { startHz, stopHz } = question;
    return boxStatistics(kept, axis, { startHz, stopHz }, time, threshold, this.#data.singleFromMs);
  }

  #snapshot(picture: Parameters<typeof takeSnapshot>[1]): PlotAnswers["snapshot"] {
    const source = {
      data: this.#data,
      view: this.#view,
      report: this.report(),
      judge: this.#maskJudge,
      topMs: this.#topMs(),
      palette: this.#palette,
      colours: this.#colours,
      emptyPixel: this.#emptyPixel,
      measure: (font: string, text: string) => this.#surface.widthOf(font, text),
    };
    return takeSnapshot(source, picture);
  }

  /** What the traces and the waterfall read under the pointer. */
  readCursor(): CursorReading | undefined {
    const cursor = this.#cursor;
    const traces = cursor && readTraces(this.#data, cursor.frequencyHz);
    this.#reading = traces && {
      ...traces,
      ...this.#rowUnder(cursor, traces.bin),
      x: cursor.x,
      y: cursor.y,
      pane: cursor.pane,
    };
    return this.#reading;
  }

  /** Draws the picture. `nowMs` paces the slow figures. */
  draw(nowMs: number): void {
    const layout = this.#layout();
    const scene = this.#scene(layout);
    const context = this.#surface.begin();
    this.#refreshSlowFigures(nowMs);
    if (layout.trace.height > 0) this.#persistence.update(scene, this.#palette, nowMs);
    const { waterfall } = layout;
    if (waterfall.height > 0) this.#updateImage(scene);
    const { pixelRatio } = scene;
    const [left, top] = [Math.round(waterfall.left * pixelRatio), Math.round(waterfall.top * pixelRatio)];
    paintPanes(context, scene, {
      judge: this.#maskJudge,
      markers: this.#markers.read(this.#data, this.#view),
      floorDbmv: this.#floor.dbmv,
      palette: this.#palette,
      drawPersistence: () => this.#persistence.draw(context, layout.trace),
      drawRows: this.#data.ring && (() => this.#image.draw(context, left, top)),
    });
    paintCursor(context, scene, this.#reading);
    if (!this.#view.frozen) {
      this.#framesShown += this.#framesPending;
      this.#framesPending = 0;
    }
    this.dirty = false;
  }

  #layout(): PlotLayout {
    const { width, height } = this.#surface;
    return this.#kind === "monitor"
      ? monitorLayout(width, height, this.#gutters, this.#view)
      : tileLayout(width, height);
  }

  #scene(layout: PlotLayout): Scene {
    const { axis } = this.#data;
    const { pixelRatio } = this.#surface;
    const columnCount = Math.max(1, Math.round(layout.trace.width * pixelRatio));
    return {
      data: this.#data,
      view: this.#view,
      layout,
      theme: this.#theme,
      pixelRatio,
      columns: axis ? columnBins(axis, this.#view.range, columnCount) : undefined,
      cursor: this.#cursor,
      selection: this.#selection,
      topMs: this.#topMs(),
      clockOf: formatClock,
    };
  }

  #updateImage(scene: Scene): void {
    const { kept, keptVersion } = this.#data;
    if (!kept || !scene.columns) return;
    const { pixelRatio } = this.#surface;
    const rowCount = Math.max(1, Math.round(scene.layout.waterfall.height * pixelRatio));
    const msPerRow = this.#view.msPerPx / pixelRatio;
    const rows = waterfallRows(kept, scene.topMs, msPerRow, rowCount);
    const { range } = this.#view;
    this.#image.update(kept, rows, scene.columns, this.#colours, this.#emptyPixel, [
      keptVersion,
      range.startHz,
      range.stopHz,
      this.#colours,
      msPerRow,
    ]);
  }

  #refreshSlowFigures(nowMs: number): void {
    const isSlow = nowMs - this.#bandAtMs > BAND_EVERY_MS;
    if (isSlow) this.#bandAtMs = nowMs;
    this.#data.refreshShown(isSlow);
    if (nowMs - this.#floor.atMs > FLOOR_EVERY_MS) {
      this.#floor = { atMs: nowMs, dbmv: this.#data.plant?.floor()?.dbmv ?? Number.NaN };
    }
  }

  #rowUnder(cursor: PlotCursor, bin: number): { rowMs: number; rowDbmv: number } {
    const { kept } = this.#data;
    if (!kept || cursor.pane !== "waterfall") return { rowMs: Number.NaN, rowDbmv: Number.NaN };
    const rowMs = this.#topMs() - (cursor.y - this.#layout().waterfall.top) * this.#view.msPerPx;
    const rows = waterfallRows(kept, rowMs, this.#view.msPerPx, 1);
    const index = rows.last[0]!;
    if (index < 0) return { rowMs, rowDbmv: Number.NaN };
    return { rowMs: kept.timeAt(index), rowDbmv: levelOfHundredths(kept.levelsAt(index)[bin]!) };
  }

  #newestMs(): number {
    const { ring } = this.#data;
    return ring && ring.length > 0 ? ring.timeAt(ring.endIndex - 1) : 0;
  }

  #topMs(): number {
    const newestMs = this.#frozenAtMs ?? this.#newestMs();
    const shownMs = this.#view.calm ? Math.floor(newestMs / CALM_STEP_MS) * CALM_STEP_MS : newestMs;
    return shownMs - this.#view.scrollMs;
  }

  #mixColours(): void {
    const well = parseHexColour(this.#theme.well);
    this.#emptyPixel = well ? pixelOf(well.red, well.green, well.blue) : 0;
    const { lowDbmv, highDbmv } = this.#view.colours;
    this.#colours = colourTable(this.#palette, lowDbmv, highDbmv, this.#emptyPixel);
  }
}
