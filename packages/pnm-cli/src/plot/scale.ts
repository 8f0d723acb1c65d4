import type { FigureAxis, Panel } from "./figure.ts";
import { clockTicks, decadeTicks, linearTicks, niceRange, shownUnit, type Tick } from "./ticks.ts";

/** Values of one axis to pixels, with its ticks. */
export interface Scale {
  low: number;
  high: number;
  ticks: Tick[];
  label: string;
  toPixel(value: number): number;
}

export interface PixelRange {
  start: number;
  end: number;
}

/** Between the ends of a logarithmic axis and its frame, so that traces on them are seen. */
const MARGIN = 8;
/** Between zero and the least decade. */
const ZERO_BAND = 18;

/** The x axis of a panel: as far as its values go, and no further. */
export function xScale(panel: Panel, pixels: PixelRange): Scale {
  const [low, high] = panel.x.range ?? spread(extent(panel, "x"), barHalfWidth(panel));
  const room = Math.max(3, Math.round((pixels.end - pixels.start) / 95));
  // Events, samples and bins are counted: there is none between two of them.
  const isCount = panel.x.unit === "" && panel.isSquare !== true;
  const count = isCount ? Math.max(1, Math.min(room, Math.floor(high - low))) : room;
  const { factor, unit } = shownUnit(panel.x.unit, low, high);
  const ticks =
    panel.x.unit === "unix" ? clockTicks(low, high, count) : linearTicks(low, high, count, factor);
  return linear(panel.x.label, unit, low, high, ticks, pixels);
}

/** The y axis: round ends around the values. */
export function yScale(panel: Panel, pixels: PixelRange): Scale {
  const axis = panel.y;
  if (axis.logarithmic === true) return logarithmic(axis, panel, pixels);
  const count = Math.max(3, Math.round((pixels.start - pixels.end) / 45));
  const [least, most] = extent(panel, "y");
  const fixed = axis.range?.map((end, k) => (Number.isNaN(end) ? (k === 0 ? least : most) : end));
  const [low, high] =
    panel.isSquare === true && axis.range !== undefined
      ? axis.range
      : axis.names !== undefined && axis.range !== undefined
        ? axis.range
        : niceRange(...spread([fixed?.[0] ?? least, fixed?.[1] ?? most], 0), count);
  const ticks =
    axis.names === undefined
      ? linearTicks(low, high, count)
      : Object.entries(axis.names).map(([value, label]) => ({ value: Number(value), label }));
  return linear(axis.label, axis.unit, low, high, ticks, pixels);
}

function linear(
  label: string,
  unit: string,
  low: number,
  high: number,
  ticks: Tick[],
  { start, end }: PixelRange,
): Scale {
  const perUnit = (end - start) / (high - low);
  return {
    low,
    high,
    ticks,
    label: withUnit(label, unit),
    toPixel: (value) => start + (value - low) * perUnit,
  };
}

/** Shares from the least that occurs to 1; zero, which has no logarithm, stands on a line of its own below. */
function logarithmic(axis: FigureAxis, panel: Panel, { start, end }: PixelRange): Scale {
  let least = 1e-3;
  for (const { y } of panel.series) {
    for (let k = 0; k < y.length; k++) if (y[k]! > 0) least = Math.min(least, y[k]!);
  }
  const floor = 10 ** Math.floor(Math.log10(least));
  const zero = start - MARGIN;
  const bottom = zero - ZERO_BAND;
  const perDecade = (end + MARGIN - bottom) / -Math.log10(floor);
  return {
    low: floor,
    high: 1,
    label: withUnit(axis.label, axis.unit),
    ticks: [{ value: 0, label: "0" }, ...decadeTicks(floor, 1)],
    toPixel: (value) => (value > 0 ? bottom + Math.log10(value / floor) * perDecade : zero),
  };
}

function withUnit(label: string, unit: string): string {
  return unit === "" ? label : label === "" ? unit : `${label}, ${unit}`;
}

/** Room that bars need beyond the first and the last position; 0 without bars. */
function barHalfWidth({ series }: Panel): number {
  const x = series.find(({ form }) => form === "bars")?.x;
  if (x === undefined) return 0;
  return x.length > 1 ? Math.abs(x[1]! - x[0]!) / 2 : 0.5;
}

/** Least and greatest value of all traces; NaN left out. */
function extent(panel: Panel, axis: "x" | "y"): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const series of panel.series) {
    const values = series[axis];
    for (let k = 0; k < values.length; k++) {
      if (values[k]! < low) low = values[k]!;
      if (values[k]! > high) high = values[k]!;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** A range with room at its ends, and never an empty one. */
function spread([low, high]: readonly [number, number], room: number): [number, number] {
  if (low === high) return [low - 1, high + 1];
  return [low - room, high + room];
}
