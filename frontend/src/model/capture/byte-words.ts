import { type EngineeringUnit, engineeringUnit, formatValue } from "../engineering-unit.ts";
import { formatNumber, formatUtc } from "../format.ts";
import type { BytePart } from "./byte-map.ts";
import type { Inspection, PanelSeries, PlotPanel } from "./inspection.ts";

/** Unix seconds of 2001 and later; smaller numbers are the uptime of a modem without a clock. */
const LEAST_UNIX_SECONDS = 1e9;

/** A raw header value in the form an engineer reads it, where that differs from the number; else empty. */
export function meaningOf({ value, unit }: { value: string | number; unit?: string | undefined }): string {
  if (typeof value !== "number" || unit === undefined) return "";
  if (unit === "s" && value >= LEAST_UNIX_SECONDS) return formatUtc(value * 1000);
  const better = engineeringUnit(unit, value);
  return better.unit === unit ? "" : `${formatValue(value / better.perUnit)} ${better.unit}`;
}

/** One plotted value in words: `640.000 MHz`, `RxMER 39.25 dB`. */
export function valueWords(panel: PlotPanel, index: number, only: number | null): string[] {
  const x = panel.x.values[index];
  if (x === undefined) return [];
  const position = xWords(panel, x);
  const words = [panel.square ? `${panel.x.label} ${position}` : position];
  panel.series.forEach((series, number) => {
    if (only !== null && only !== number) return;
    words.push(`${series.name} ${measuredWords(panel, series, index)}`);
  });
  return words;
}

/** A value with its unit, or why there is none. */
export function measuredWords(panel: PlotPanel, series: PanelSeries, index: number, isBare = false): string {
  const value = series.values[index];
  if (value !== undefined && !Number.isNaN(value)) {
    return isBare ? valueText(value, series.unit) : withUnit(value, series.unit);
  }
  const x = panel.x.values[index] ?? Number.NaN;
  return panel.excluded.some(({ from, to }) => x >= from && x <= to) ? "excluded" : "no value";
}

/** A position on the x axis in the unit that reads best, the same for the whole axis. */
export function xWords({ x }: PlotPanel, value: number): string {
  if (isClock(x)) return formatUtc(value * 1000);
  const { unit, perUnit } = axisUnit(x);
  return withUnit(value / perUnit, unit, unit === "MHz" ? 3 : undefined);
}

/** Units of axes by their values: the pointer asks for them at every move. */
const unitsOfAxes = new WeakMap<Float64Array, EngineeringUnit>();

/** The unit of an axis, chosen by its largest value. */
export function axisUnit(x: PlotPanel["x"]): EngineeringUnit {
  const known = unitsOfAxes.get(x.values);
  if (known) return known;
  let largest = 0;
  for (const value of x.values) largest = Math.max(largest, Math.abs(value));
  const unit = engineeringUnit(x.unit, largest);
  unitsOfAxes.set(x.values, unit);
  return unit;
}

/** Whether an axis in seconds is the time of day. */
export function isClock(x: PlotPanel["x"]): boolean {
  return x.unit === "s" && (x.values[0] ?? 0) >= LEAST_UNIX_SECONDS;
}

/** A value with its unit: decibels with two places, as a quarter dB needs, others with those that carry meaning. */
export function withUnit(value: number, unit: string, digits?: number): string {
  const text = valueText(value, unit, digits);
  return unit === "" ? text : `${text} ${unit}`;
}

/** The same without the unit, for tables that name it once. */
function valueText(value: number, unit: string, digits?: number): string {
  const places = digits ?? (unit.startsWith("dB") ? 2 : undefined);
  return places === undefined ? formatValue(Number(value.toPrecision(6))) : formatNumber(value, places);
}

/** What a byte is, in one line for the foot of the hex view. */
export function byteWords(part: BytePart, inspection: Inspection): string {
  switch (part.part) {
    case "field": {
      const { name, value, unit } = part.field;
      const meaning = meaningOf(part.field);
      return `${name}: ${value}${unit === undefined ? "" : ` ${unit}`}${meaning && `, ${meaning}`}`;
    }
    case "data": {
      const { region, value } = part;
      const label = `${region.noun} ${region.firstNumber + value}`;
      const [panel] = inspection.panels;
      const plotted =
        region.firstIndex === null || panel === undefined
          ? []
          : valueWords(panel, region.firstIndex + value, seriesOf(region.series, panel));
      return [region.name, label, ...plotted].filter(Boolean).join(", ");
    }
    case "trailing":
      return "after the data: no part of the capture";
    case "none":
      return "not explained";
  }
}

/** Where a derived trace, such as a median, accompanies the values, the values are the first series. */
function seriesOf(series: number | null, panel: PlotPanel): number | null {
  return series ?? (panel.series[1]?.name.startsWith("Median") ? 0 : null);
}

const UNITS: readonly [suffix: string, unit: string][] = [
  ["Hz", "Hz"],
  ["Khz", "kHz"],
  ["Bytes", "bytes"],
  ["S", "s"],
];
const NAMES: Readonly<Record<string, string>> = {
  cmMac: "Modem MAC",
  cmtsMac: "CMTS MAC",
  ccapId: "CCAP id",
};

/** The name of a record's field as a table shows it: `zeroFrequencyHz` is `Zero frequency, Hz`. */
export function fieldWords(name: string): string {
  const known = NAMES[name];
  if (known !== undefined) return known;
  const unit = UNITS.find(([suffix]) => name.length > suffix.length && name.endsWith(suffix));
  const stem = unit ? name.slice(0, -unit[0].length) : name;
  const words = stem.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${unit ? `, ${unit[1]}` : ""}`;
}
