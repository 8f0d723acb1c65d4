import { setImmediate as nextTurn } from "node:timers/promises";
import type { SeriesAnswer, SeriesPoint } from "@pnmlab/protocol";
import { notFound } from "../http/api-error.ts";
import type { SeriesStore, StoredLine, StoredPoint } from "../storage/series.ts";

export interface SeriesQuestion {
  device: string;
  metric: string;
  instance?: string | undefined;
  fromMs: number;
  toMs: number;
  /** Points per line, at most about. */
  points: number;
}

/** Lines of one answer: more cannot be told apart in a plot. */
const MAX_LINES = 64;

/** Two readings further apart than this many intervals have a gap between them. */
const GAP_INTERVALS = 2.5;

/**
 * The lines of a device's metric. Where a line has more readings than points are asked for, those of one
 * step become one point with mean, least and greatest value; a time without readings stays empty.
 *
 * @throws ApiError `SERIES_UNKNOWN`.
 */
export async function readSeries(
  store: Pick<SeriesStore, "lines" | "points">,
  question: SeriesQuestion,
): Promise<SeriesAnswer> {
  const { device, metric, instance, fromMs, toMs, points } = question;
  const lines = store
    .lines(device, metric)
    .filter((line) => instance === undefined || line.instance === instance)
    .slice(0, MAX_LINES);
  const [first] = lines;
  if (!first) throw notFound("SERIES_UNKNOWN", `nothing has been read of ${metric} of ${device}`);
  const expected = (toMs - fromMs) / (first.intervalS * 1000);
  const stepMs = expected <= points ? 0 : Math.ceil((toMs - fromMs) / points);
  const answer: SeriesAnswer = { device, metric, unit: first.unit, fromMs, toMs, stepMs, lines: [] };
  for (const line of lines) {
    answer.lines.push(lineOf(line, store.points(line.id, fromMs, toMs, stepMs)));
    // Others have their turn between two lines.
    await nextTurn();
  }
  return answer;
}

function lineOf(
  { instance, intervalS }: StoredLine,
  stored: readonly StoredPoint[],
): SeriesAnswer["lines"][number] {
  const gapMs = GAP_INTERVALS * intervalS * 1000;
  const gaps = stored.flatMap((point, index) => {
    const before = stored[index - 1];
    return before && point.firstMs - before.lastMs > gapMs
      ? [{ fromMs: before.lastMs, toMs: point.firstMs }]
      : [];
  });
  const points = stored.map(({ firstMs: _, lastMs: __, ...point }): SeriesPoint => point);
  return { instance, points, gaps };
}
