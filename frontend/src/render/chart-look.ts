import uPlot from "uplot";
import type { ChartData } from "../model/capture/chart-data.ts";
import type { PanelSeries, PlotPanel } from "../model/capture/inspection.ts";
import { formatClock, formatNumber } from "../model/format.ts";
import { tickDigits } from "../model/ticks.ts";
import type { Token } from "./paint-chart.ts";

/** Room for a time of day between two ticks. */
const CLOCK_SPACE_PX = 90;

/** Colours of traces in the order of the series. */
const SERIES_TOKENS = [
  "trace-live",
  "trace-average",
  "trace-max",
  "trace-min",
  "trace-band",
  "trace-difference",
] as const;

const Y_AXIS_WIDTH = 56;
const X_AXIS_HEIGHT = 26;
/** Room at the right for the names of marks. */
const MARKS_WIDTH = 100;
const RIGHT_WIDTH = 14;
const CLOCK_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200];

export function chartFont(token: Token): string {
  return `${token("canvas-label-size")} ${token("font-sans")}`;
}

/** Sizes, axes and series of a panel; scales, cursor and hooks are the caller's. */
export function chartLook(
  panel: PlotPanel,
  data: ChartData,
  token: Token,
): Pick<uPlot.Options, "axes" | "series" | "padding" | "legend"> {
  const font = chartFont(token);
  const base: uPlot.Axis = {
    labelFont: font,
    font,
    stroke: token("text-2"),
    labelSize: 18,
    labelGap: 0,
    grid: { stroke: token("grid"), width: 1 },
    ticks: { stroke: token("frame"), width: 1, size: 4 },
  };
  const linear: uPlot.Axis["values"] = (_chart, ticks) =>
    ticks.map((tick) => formatNumber(tick, tickDigits(ticks.length > 1 ? ticks[1]! - ticks[0]! : 1)));
  const { x, y } = panel;
  return {
    padding: [10, panel.marks.length > 0 ? MARKS_WIDTH : RIGHT_WIDTH, 0, 0],
    legend: { show: false },
    axes: [
      data.isClock
        ? {
            ...base,
            size: X_AXIS_HEIGHT,
            label: `${x.label}, local`,
            incrs: CLOCK_STEPS_S,
            space: CLOCK_SPACE_PX,
            values: (_chart, ticks) => ticks.map((tick) => formatClock(tick * 1000)),
          }
        : { ...base, size: X_AXIS_HEIGHT, label: labelOf(x.label, data.xUnit), values: linear },
      y.logarithmic
        ? {
            ...base,
            size: Y_AXIS_WIDTH,
            label: labelOf(y.label, y.unit),
            grid: { ...base.grid!, filter: decades },
            ticks: { ...base.ticks!, filter: decades },
            filter: decades,
            values: (_chart, ticks) => ticks.map((tick) => decadeText(tick, data.floor)),
          }
        : { ...base, size: Y_AXIS_WIDTH, label: labelOf(y.label, y.unit), values: linear },
    ],
    series: [{}, ...panel.series.map((series, index) => seriesLook(series, index, panel.square, token))],
  };
}

function labelOf(label: string, unit: string): string {
  return [label, unit].filter(Boolean).join(", ");
}

const isDecade = (value: number) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-6;

const decades: uPlot.Axis.Filter = (_chart, ticks) =>
  ticks.map((tick) => (tick !== null && isDecade(tick) ? tick : null));

/** A logarithmic axis has no 0: its foot stands for it. */
function decadeText(tick: number | null, floor: number): string {
  if (tick === null) return "";
  if (Math.abs(tick / floor - 1) < 1e-6) return "0";
  return tick >= 0.01 ? String(Number(tick.toPrecision(3))) : `1e${formatNumber(Math.log10(tick), 0)}`;
}

/** Token of the colour that a series is drawn in. */
export function seriesToken({ token }: PanelSeries, index: number): string {
  return token ?? SERIES_TOKENS[index % SERIES_TOKENS.length]!;
}

function seriesLook(series: PanelSeries, index: number, isSquare: boolean, token: Token): uPlot.Series {
  const { name, form } = series;
  const stroke = token(seriesToken(series, index));
  const look: uPlot.Series = { label: name, stroke, spanGaps: false, points: { show: false } };
  switch (form) {
    case "dots":
      return {
        ...look,
        paths: () => null,
        points: { show: true, size: isSquare ? 3 : 2.5, width: 0, fill: stroke, stroke },
      };
    case "bars":
      return { ...look, paths: uPlot.paths.bars!({ size: [0.8, 40] }), fill: stroke };
    case "steps":
      return { ...look, width: 1.2, paths: uPlot.paths.stepped!({ align: 1 }) };
    case "line":
      return { ...look, width: index === 0 ? 1.2 : 1.7 };
  }
}
