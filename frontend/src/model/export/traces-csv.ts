import { binFrequencyHz } from "../frequency-axis.ts";
import type { PlotSnapshot, SnapshotTrace } from "../plot-snapshot.ts";
import { type ExportSubject, titleOf } from "./export-subject.ts";
import { settingsRows } from "./settings-rows.ts";

/** Columns that are always there, with their heads. */
const COLUMNS: readonly [SnapshotTrace, string][] = [
  ["live", "live_dbmv"],
  ["average", "avg"],
  ["max", "max"],
  ["min", "min"],
  ["p10", "p10"],
  ["p50", "p50"],
  ["p90", "p90"],
  ["floor", "floor"],
];
/** Columns of traces that a picture may have besides. */
const FURTHER: readonly [SnapshotTrace, string][] = [
  ["reference", "reference"],
  ["difference", "difference_db"],
  ["user", "maths"],
];

/**
 * The traces of a picture as CSV: remarks with `#`, one head line, one line per bin. Levels are dBmV per bin with
 * hundredths, whatever the page shows; an empty field is a bin without a value.
 */
export function tracesCsv(subject: ExportSubject, snapshot: PlotSnapshot): string {
  const { axis, traces } = snapshot;
  const columns = [...COLUMNS, ...FURTHER.filter(([trace]) => traces[trace])];
  const lines = [
    `# PNM Lab traces of ${titleOf(subject)}`,
    ...settingsRows(subject, snapshot).map(({ name, value }) => `# ${name}: ${value}`),
    ["freq_hz", ...columns.map(([, head]) => head)].join(","),
  ];
  for (let bin = 0; bin < axis.bins; bin += 1) {
    const levels = columns.map(([trace]) => fieldOf(traces[trace]?.[bin]));
    lines.push(`${hertz(binFrequencyHz(axis, bin))},${levels.join(",")}`);
  }
  return `${lines.join("\r\n")}\r\n`;
}

function fieldOf(level: number | undefined): string {
  return level === undefined || !Number.isFinite(level) ? "" : level.toFixed(2);
}

/** Whole hertz where it is whole, else millihertz. */
export function hertz(frequencyHz: number): string {
  return String(Math.round(frequencyHz * 1000) / 1000);
}
