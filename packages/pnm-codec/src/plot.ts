import type { FrequencyAxis } from "./axis.ts";

/** Evenly spaced positions: value k of each series stands at `first + k * step`. */
export interface LinearPlotAxis {
  kind: "linear";
  label: string;
  unit: string;
  first: number;
  step: number;
  count: number;
}

/** One position per value. */
export interface ValuePlotAxis {
  kind: "values";
  label: string;
  unit: string;
  values: Float64Array | Float32Array;
}

export interface PlotTrace {
  name: string;
  unit: string;
  /** NaN where nothing was measured. */
  values: Float64Array | Float32Array;
}

/** What an engineer expects to see of a capture, in one shape for every type. */
export interface PlotSeries {
  title: string;
  style: "line" | "steps" | "bars" | "scatter" | "none";
  x: LinearPlotAxis | ValuePlotAxis;
  series: PlotTrace[];
  /** Stretches of the x axis without a measurement, in the unit of x, both ends included. */
  excluded: { from: number; to: number; reason: string }[];
}

export function frequencyPlotAxis(axis: FrequencyAxis): LinearPlotAxis {
  return {
    kind: "linear",
    label: "Frequency",
    unit: "Hz",
    first: axis.firstHz,
    step: axis.stepHz,
    count: axis.count,
  };
}

export function indexPlotAxis(
  label: string,
  unit: string,
  count: number,
  first = 0,
  step = 1,
): LinearPlotAxis {
  return { kind: "linear", label, unit, first, step, count };
}

/** A plot without traces, for captures whose content is in no known form. */
export function emptyPlot(title: string): PlotSeries {
  return { title, style: "none", x: indexPlotAxis("Index", "", 0), series: [], excluded: [] };
}

/** Runs of values for which `isExcluded` holds, as stretches of a linear axis. */
export function excludedRanges(
  axis: LinearPlotAxis,
  reason: string,
  isExcluded: (index: number) => boolean,
): PlotSeries["excluded"] {
  const ranges: PlotSeries["excluded"] = [];
  let start = -1;
  for (let k = 0; k <= axis.count; k++) {
    const excluded = k < axis.count && isExcluded(k);
    if (excluded && start < 0) start = k;
    if (!excluded && start >= 0) {
      ranges.push({ from: axis.first + start * axis.step, to: axis.first + (k - 1) * axis.step, reason });
      start = -1;
    }
  }
  return ranges;
}
