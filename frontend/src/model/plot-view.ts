import type { LevelUnit } from "@pnmlab/pnm-analysis";
import type { EventPin } from "./events/event-pin.ts";
import type { FrequencyRange } from "./frequency-axis.ts";
import type { WatchedBand } from "./level-history.ts";
import type { Marker } from "./marker.ts";
import type { MaskSpec } from "./mask-spec.ts";
import type { PaletteName } from "./palette.ts";
import type { Panes } from "./plot-layout.ts";
import {
  DEFAULT_SWITCHES,
  DEFAULT_TRACE_OPTIONS,
  type TraceOptions,
  type TraceSwitches,
} from "./trace-options.ts";

/** The vertical axis: level at the top and size of one division, both in dB steps. */
export interface LevelScale {
  refDbmv: number;
  dbPerDivision: number;
}

export const DIVISIONS = 6;
const DB_PER_DIVISION = [1, 2, 5, 10, 15, 20] as const;

export function lowestLevel(scale: LevelScale): number {
  return scale.refDbmv - scale.dbPerDivision * DIVISIONS;
}

/** Level of the axis at which traces in dB have their zero: the middle of the pane. */
export function zeroOfDb(scale: LevelScale): number {
  return scale.refDbmv - (DIVISIONS / 2) * scale.dbPerDivision;
}

/** The next larger or smaller dB per division. */
export function stepScale(scale: LevelScale, direction: 1 | -1): LevelScale {
  const index = DB_PER_DIVISION.findIndex((step) => step >= scale.dbPerDivision);
  const next = DB_PER_DIVISION[Math.min(DB_PER_DIVISION.length - 1, Math.max(0, index + direction))]!;
  return { ...scale, dbPerDivision: next };
}

/**
 * The smallest scale of round steps that holds the given levels with the quiet floor in sight. Called
 * once for a new picture or on request, never while frames come in.
 */
export function scaleFor(highestDbmv: number, lowestDbmv: number): LevelScale {
  const refDbmv = Math.ceil((highestDbmv + 2) / 10) * 10;
  const needed = refDbmv - (lowestDbmv - 3);
  const dbPerDivision = DB_PER_DIVISION.find((step) => step * DIVISIONS >= needed && step >= 5) ?? 20;
  return { refDbmv, dbPerDivision };
}

/** Levels that the first and the last colour of the waterfall stand for, dBmV. */
export interface ColourLimits {
  lowDbmv: number;
  highDbmv: number;
}

/** What a plot shows, apart from the data. Immutable: a change makes a new view. */
export interface PlotView {
  range: FrequencyRange;
  scale: LevelScale;
  colours: ColourLimits;
  palette: PaletteName;
  traces: TraceSwitches;
  traceOptions: TraceOptions;
  showPlan: boolean;
  /** Share of the plot height that the trace pane takes. */
  traceShare: number;
  /** The panes that there is room for. */
  panes: Panes;
  /** Holds the picture as it was; frames go on being kept. */
  frozen: boolean;
  /** Nothing arrives any more: traces muted, waterfall grey. */
  stale: boolean;
  /** The waterfall moves in steps of a second, for those who asked for less motion. */
  calm: boolean;
  /** A recording is shown: the newest frame is not that of now. */
  past: boolean;
  /** How far the waterfall is scrolled into the past, in milliseconds. */
  scrollMs: number;
  /** Time that one row of CSS pixels stands for, in milliseconds. */
  msPerPx: number;
  /** Unit that levels are shown in; within the view everything stays dBmV per bin. */
  unit: LevelUnit;
  /** Loss of pads and test points in front of the CMTS, added to every shown level, dB. */
  offsetDb: number;
  markers: readonly Marker[];
  /** Number of the marker that keys act on. */
  activeMarker: number | undefined;
  masks: readonly MaskSpec[];
  /** Bands whose level is followed over time. */
  watched: readonly WatchedBand[];
  /** Events of the port, pinned on trace and waterfall. */
  events: readonly EventPin[];
}

/** The parts of a view that are others than before; all of it where there was none. */
export function changedParts(view: PlotView, before: PlotView | undefined): Partial<PlotView> {
  if (!before) return view;
  const names = Object.keys(view) as (keyof PlotView)[];
  return Object.fromEntries(
    names.filter((name) => view[name] !== before[name]).map((name) => [name, view[name]]),
  );
}

export const DEFAULT_TRACE_SHARE = 0.57;

export const DEFAULT_VIEW: PlotView = {
  range: { startHz: 5_000_000, stopHz: 85_000_000 },
  scale: { refDbmv: 0, dbPerDivision: 10 },
  colours: { lowDbmv: -56, highDbmv: 0 },
  palette: "deep",
  traces: DEFAULT_SWITCHES,
  traceOptions: DEFAULT_TRACE_OPTIONS,
  showPlan: true,
  traceShare: DEFAULT_TRACE_SHARE,
  panes: "both",
  frozen: false,
  stale: false,
  calm: false,
  past: false,
  scrollMs: 0,
  msPerPx: 200,
  unit: "dBmV",
  offsetDb: 0,
  markers: [],
  activeMarker: undefined,
  masks: [],
  watched: [],
  events: [],
};

/** View zooms by the upper edge of the usual upstream splits, in MHz. */
export const SPAN_PRESETS = [
  { label: "5–42", startHz: 5e6, stopHz: 42e6 },
  { label: "5–65", startHz: 5e6, stopHz: 65e6 },
  { label: "5–85", startHz: 5e6, stopHz: 85e6 },
  { label: "5–204", startHz: 5e6, stopHz: 204e6 },
] as const;

/** How far a view may be zoomed out over a spectrum: down to 0, up to 204 MHz or the data's end. */
export function viewBounds(data: FrequencyRange | undefined): FrequencyRange {
  return { startHz: 0, stopHz: Math.max(204e6, data?.stopHz ?? 0) };
}
