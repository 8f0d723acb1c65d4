import { axisUnit, isClock } from "./byte-words.ts";
import type { PlotPanel } from "./inspection.ts";

/** A panel as a plot draws it: x ascending and in the unit that reads best, null where nothing was measured. */
export interface ChartData {
  xUnit: string;
  perUnit: number;
  isClock: boolean;
  x: number[];
  series: (number | null)[][];
  /** Index in the panel of each drawn value; undefined where they are the same. */
  order: number[] | undefined;
  /** What a logarithmic axis shows in the place of 0. */
  floor: number;
}

const LEAST_FLOOR = 1e-12;
/** Where nothing but zeros is to be shown. */
const FLOOR_OF_ZEROS = 1e-9;

export function chartDataOf(panel: PlotPanel): ChartData {
  const { values } = panel.x;
  const { unit, perUnit } = axisUnit(panel.x);
  const isAscending = values.every((value, index) => index === 0 || value >= values[index - 1]!);
  const order = isAscending ? undefined : Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const floor = panel.y.logarithmic ? floorOf(panel) : 0;
  const drawn = (source: ArrayLike<number>): (number | null)[] =>
    Array.from({ length: values.length }, (_, k) => {
      const value = source[order ? order[k]! : k];
      if (value === undefined || !Number.isFinite(value)) return null;
      return panel.y.logarithmic ? Math.max(value, floor) : value;
    });
  return {
    xUnit: unit,
    perUnit,
    isClock: isClock(panel.x),
    x: Array.from({ length: values.length }, (_, k) => values[order ? order[k]! : k]! / perUnit),
    series: panel.series.map((series) => drawn(series.values)),
    order,
    floor,
  };
}

/** A decade below the least positive value. */
function floorOf({ series }: PlotPanel): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { values } of series) {
    for (const value of values) if (value > 0 && value < least) least = value;
  }
  if (least === Number.POSITIVE_INFINITY) return FLOOR_OF_ZEROS;
  return Math.max(LEAST_FLOOR, 10 ** (Math.floor(Math.log10(least)) - 1));
}

export interface Extent {
  min: number;
  max: number;
}

/** The whole of a panel, with a margin in y; a constellation is a square around its points. */
export function homeOf(panel: PlotPanel, chart: ChartData): { x: Extent; y: Extent } {
  const x = extentOf([chart.x]);
  if (panel.square) {
    const y = extentOf(chart.series);
    const most = Math.max(-x.min, x.max, -y.min, y.max) * 1.08 || 1;
    return { x: { min: -most, max: most }, y: { min: -most, max: most } };
  }
  const y = extentOf(chart.series);
  if (panel.y.logarithmic) {
    const top = y.max > chart.floor ? 10 ** Math.ceil(Math.log10(y.max)) : 1;
    // The zeros at the foot are seen above the edge.
    return { x: widened(x), y: { min: chart.floor / 2, max: top } };
  }
  for (const { value } of panel.marks) {
    y.min = Math.min(y.min, value);
    y.max = Math.max(y.max, value);
  }
  const isFromZero = panel.series.some(({ form }) => form === "bars") && y.min >= 0;
  const margin = (y.max - y.min) * 0.06 || 1;
  return { x: widened(x), y: { min: isFromZero ? 0 : y.min - margin, max: y.max + margin } };
}

function widened({ min, max }: Extent): Extent {
  return min === max ? { min: min - 0.5, max: max + 0.5 } : { min, max };
}

function extentOf(columns: readonly (readonly (number | null)[])[]): Extent {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const column of columns) {
    for (const value of column) {
      if (value === null) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? { min, max } : { min: 0, max: 1 };
}

/** `range` scaled around `at` by `factor`, kept inside of `bounds`. */
export function zoomed(range: Extent, at: number, factor: number, bounds: Extent): Extent {
  const span = Math.min((range.max - range.min) * factor, bounds.max - bounds.min);
  const share = (at - range.min) / (range.max - range.min);
  return shiftedInto({ min: at - span * share, max: at + span * (1 - share) }, bounds);
}

/** `range` moved by a share of its own span, kept inside of `bounds`. */
export function panned(range: Extent, share: number, bounds: Extent): Extent {
  const by = (range.max - range.min) * share;
  return shiftedInto({ min: range.min + by, max: range.max + by }, bounds);
}

function shiftedInto({ min, max }: Extent, bounds: Extent): Extent {
  const span = Math.min(max - min, bounds.max - bounds.min);
  const start = Math.min(Math.max(min, bounds.min), bounds.max - span);
  return { min: start, max: start + span };
}
