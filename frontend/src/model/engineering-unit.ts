import type { CaptureData } from "@pnmlab/protocol";
import { formatNumber } from "./format.ts";

/** A unit as engineers write it: values are divided by `perUnit`. */
export interface EngineeringUnit {
  unit: string;
  perUnit: number;
}

const HERTZ: readonly EngineeringUnit[] = [
  { unit: "MHz", perUnit: 1e6 },
  { unit: "kHz", perUnit: 1e3 },
];

/** The unit in which values up to `largest` read best; units other than Hz stay as they are. */
export function engineeringUnit(unit: string, largest: number): EngineeringUnit {
  const better = unit === "Hz" ? HERTZ.find(({ perUnit }) => Math.abs(largest) >= perUnit) : undefined;
  return better ?? { unit, perUnit: 1 };
}

/** A value with the digits that carry meaning: thousandths above 1, four places of weight below. */
export function formatValue(value: number): string {
  if (Number.isInteger(value)) return formatNumber(value, 0);
  const magnitude = Math.abs(value);
  if (magnitude >= 1) return formatNumber(value, magnitude >= 1000 ? 1 : 3);
  return formatNumber(value, Math.min(9, 3 - Math.floor(Math.log10(magnitude))));
}

/** Capture data as a plot draws it: x ascending and in the unit that reads best, all series in the same order. */
export interface PlottedCapture {
  xLabel: string;
  xUnit: string;
  x: number[];
  series: (number | null)[][];
}

export function plotDataOf(data: CaptureData): PlottedCapture {
  const largest = data.x.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const { unit, perUnit } = engineeringUnit(data.x.unit, largest);
  const ascending = data.x.values.every((value, index) => index === 0 || value >= data.x.values[index - 1]!);
  const order = ascending
    ? undefined
    : data.x.values.map((_, index) => index).sort((a, b) => data.x.values[a]! - data.x.values[b]!);
  const inOrder = <T>(values: T[]): T[] => (order ? order.map((index) => values[index]!) : values);
  return {
    xLabel: data.x.label,
    xUnit: unit,
    x: inOrder(data.x.values).map((value) => value / perUnit),
    series: data.series.map((series) => inOrder(series.values)),
  };
}

/** The half width of a square that holds all points, for plots whose axes must have one scale. */
export function squareLimit(plot: PlottedCapture): number {
  let most = 0;
  for (const value of plot.x) most = Math.max(most, Math.abs(value));
  for (const series of plot.series) for (const value of series) most = Math.max(most, Math.abs(value ?? 0));
  return most * 1.08 || 1;
}
