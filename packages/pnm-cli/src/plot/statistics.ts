import type { Panel } from "./figure.ts";

const DECIBELS = new Set(["dB", "dBmV"]);

/** Least, median and greatest value of a single trace in decibels, and how much was not measured. */
export function statisticsLine(panel: Panel): string[] {
  const [series] = panel.series.filter(({ isBackground }) => isBackground !== true);
  if (series === undefined || !DECIBELS.has(panel.y.unit)) return [];
  const values = Float64Array.from(series.y)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (values.length === 0) return ["No value was measured"];
  const missing = series.y.length - values.length;
  const middle = (values[(values.length - 1) >> 1]! + values[values.length >> 1]!) / 2;
  const show = (value: number) => value.toFixed(1).replace("-", "\u2212");
  return [
    `${series.y.length} values  ·  min ${show(values[0]!)}, median ${show(middle)}, ` +
      `max ${show(values.at(-1)!)} ${panel.y.unit}${missing > 0 ? `  ·  ${missing} not measured` : ""}`,
  ];
}
