import type { SeriesAnswer } from "@pnmlab/protocol";
import type { PlotPanel } from "../capture/inspection.ts";

/** Lines of one plot: there are no more colours for them. */
export const MAX_LINES = 5;

/**
 * A metric of a device as a plot: one line per instance, broken where nothing was read, with dots on what
 * was delivered late. Undefined where there is nothing to plot.
 */
export function seriesPanel(
  answer: SeriesAnswer,
  instances: readonly string[],
  nameOf: (instance: string) => string = (instance) => instance,
): PlotPanel | undefined {
  const lines = answer.lines.filter(({ instance }) => instances.includes(instance)).slice(0, MAX_LINES);
  const times = new Set<number>();
  for (const { points, gaps } of lines) {
    for (const { atMs } of points) times.add(atMs);
    // A place in the middle of a gap, where no line has a value.
    for (const { fromMs, toMs } of gaps) times.add((fromMs + toMs) / 2);
  }
  if (times.size === 0) return undefined;
  const x = Float64Array.from(times).sort();
  const placeOf = new Map(Array.from(x, (atMs, place) => [atMs, place] as const));
  const series = lines.map(({ instance, points, gaps }) => {
    const values = new Float64Array(x.length).fill(Number.NaN);
    for (const { atMs, mean } of points) values[placeOf.get(atMs)!] = mean;
    fillBetween(values, x, gaps);
    return { name: nameOf(instance) || answer.metric, unit: answer.unit, values, form: "line" as const };
  });
  const late = new Float64Array(x.length).fill(Number.NaN);
  for (const point of lines.flatMap(({ points }) => points)) {
    if (point.late) late[placeOf.get(point.atMs)!] = point.mean;
  }
  const hasLate = late.some((value) => !Number.isNaN(value));
  const gaps = lines.flatMap((line) => line.gaps);
  return {
    title: `${answer.metric} of ${answer.device}`,
    x: { label: "Time", unit: "s", values: x.map((atMs) => atMs / 1000) },
    y: { label: answer.metric, unit: answer.unit, logarithmic: false },
    square: false,
    series: [
      ...series,
      ...(hasLate
        ? [{ name: "delivered late", unit: answer.unit, values: late, form: "dots" as const }]
        : []),
    ],
    excluded: (lines.length === 1 ? gaps : []).map(({ fromMs, toMs }) => ({
      from: fromMs / 1000 + 1e-3,
      to: toMs / 1000 - 1e-3,
      reason: "nothing read",
    })),
    marks: [],
    ideal: null,
  };
}

/** Other lines have readings at other moments: between two readings of its own a line goes on. */
function fillBetween(
  values: Float64Array,
  x: Float64Array,
  gaps: readonly { fromMs: number; toMs: number }[],
): void {
  let before = -1;
  for (let place = 0; place < values.length; place += 1) {
    if (Number.isNaN(values[place]!)) continue;
    const isGap = gaps.some(({ fromMs, toMs }) => x[before]! < toMs && x[place]! > fromMs);
    if (before >= 0 && !isGap) {
      const rise = (values[place]! - values[before]!) / (x[place]! - x[before]!);
      for (let k = before + 1; k < place; k += 1) values[k] = values[before]! + rise * (x[k]! - x[before]!);
    }
    before = place;
  }
}
