import type { PlotSeries } from "@pnmlab/pnm-codec";

/** Least, median and greatest value of a single trace in decibels, and how much was not measured. */
export function statisticsLine(plot: PlotSeries): string[] {
  const [trace] = plot.series;
  if (plot.series.length !== 1 || (trace?.unit !== "dB" && trace?.unit !== "dBmV")) return [];
  const values = Float64Array.from(trace.values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (values.length === 0) return ["No value was measured"];
  const missing = trace.values.length - values.length;
  const middle = (values[(values.length - 1) >> 1]! + values[values.length >> 1]!) / 2;
  const show = (value: number) => value.toFixed(2).replace("-", "\u2212");
  return [
    `${trace.values.length} values  \u00b7  min ${show(values[0]!)}, median ${show(middle)}, ` +
      `max ${show(values.at(-1)!)} ${trace.unit}${missing > 0 ? `  \u00b7  ${missing} not measured` : ""}`,
  ];
}
