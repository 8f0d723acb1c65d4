import { LevelHistogram } from "@pnmlab/pnm-analysis";
import { levelsOfHundredths } from "../model/levels.ts";
import type { PlotData } from "../model/plot-data.ts";
import type { PlotReport } from "../model/plot-report.ts";
import type { PlotSnapshot, SnapshotTrace } from "../model/plot-snapshot.ts";
import { DEFAULT_TRACE_OPTIONS } from "../model/trace-options.ts";
import { paintPicture, type SnapshotSource } from "./paint-picture.ts";
import type { PlotTheme } from "./plot-theme.ts";

const SHARES = [0.1, 0.5, 0.9] as const;

/**
 * Copies what the picture shows now; undefined while there is no frame.
 *
 * @param picture width and look that the panes are wanted in, over the time that the screen shows
 */
export function takeSnapshot(
  source: SnapshotSource,
  picture: { width: number; theme: PlotTheme } | undefined,
): PlotSnapshot | undefined {
  const { data, view, report } = source;
  const { axis, traces } = data;
  if (!axis || !traces || !report) return undefined;
  data.refreshShown(true);
  const percentiles = percentilesOf(data);
  const taken: PlotSnapshot["traces"] = {};
  const take = (name: SnapshotTrace, levels: ArrayLike<number> | undefined) => {
    if (levels) taken[name] = Float32Array.from(levels);
  };
  take("live", traces.live);
  take("average", traces.average);
  take("max", traces.max.levelsDb);
  take("min", traces.min.levelsDb);
  take("p10", percentiles.levels[0]);
  take("p50", percentiles.levels[1]);
  take("p90", percentiles.levels[2]);
  take("floor", data.plant?.floorBesideSignals());
  take("reference", traces.reference?.levelsDbmv);
  take("difference", view.traces.difference ? traces.difference() : undefined);
  take("user", view.traces.user ? traces.user() : undefined);
  return {
    axis,
    traces: taken,
    percentileFrames: percentiles.frames,
    report: { ...report, ...newestShown(data) },
    picture: picture && paintPicture(source, picture),
  };
}

/** The newest frame that is in the traces: while the picture is held, later ones wait. */
function newestShown({ ring, heldFrames }: PlotData): Partial<Pick<PlotReport, "sequence" | "capturedAtMs">> {
  const newest = (ring?.endIndex ?? 0) - 1 - heldFrames;
  if (!ring || newest < ring.firstIndex) return {};
  return { sequence: ring.sequenceAt(newest), capturedAtMs: ring.timeAt(newest) };
}

/** 10 %, 50 % and 90 %: those of the band where it is made of them, else out of the kept frames. */
function percentilesOf(data: PlotData): { levels: ArrayLike<number>[]; frames: number } {
  const { ring, traces } = data;
  const { lowShare, highShare, frames } = data.traceOptions.band;
  const plain = DEFAULT_TRACE_OPTIONS.band;
  const band = lowShare === plain.lowShare && highShare === plain.highShare ? traces?.band() : undefined;
  if (band) return { levels: [band.low, band.middle, band.high], frames: traces!.bandFrames };
  if (!ring || !traces) return { levels: [], frames: 0 };
  const histogram = new LevelHistogram(traces.bins, frames);
  for (const share of SHARES) histogram.track(share);
  const levels = new Float32Array(traces.bins);
  const end = ring.endIndex - data.heldFrames;
  for (let index = Math.max(ring.firstIndex, end - frames); index < end; index += 1) {
    histogram.add(levelsOfHundredths(ring.levelsAt(index), levels));
  }
  return { levels: SHARES.map((_, at) => histogram.quantile(at)), frames: histogram.filled };
}
