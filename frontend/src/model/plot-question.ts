import type { PeakStep } from "@pnmlab/pnm-analysis";
import type { PlotTheme } from "../render/plot-theme.ts";
import type { BoxStatistics } from "./box-statistics.ts";
import type { BandPower, LevelHistory } from "./level-history.ts";
import type { LevelLine } from "./level-line.ts";
import type { MarkerTrace } from "./marker.ts";
import type { PlotSnapshot } from "./plot-snapshot.ts";

/** What the page asks of the data behind a picture, which only the stage holds. */
export type PlotQuestion =
  | {
      kind: "peak";
      trace: MarkerTrace;
      step: PeakStep | "lowest" | "nearest";
      /** Where the search begins; undefined where there is no marker yet. */
      fromHz: number | undefined;
      /** How far the nearest peak may lie away, Hz. */
      reachHz?: number;
      excursionDb: number;
      /** Peaks below are left out, dBmV. */
      thresholdDbmv: number | undefined;
    }
  | { kind: "line"; of: "floor" | MarkerTrace }
  | { kind: "levels"; columns: number }
  /** The power of a band in each of the last frames. */
  | { kind: "bandPower"; lowerHz: number; upperHz: number; lastMs: number }
  | {
      kind: "box";
      startHz: number;
      stopHz: number;
      /** Rows of the waterfall in CSS pixels of the plot, or the times themselves. */
      rows: { top: number; bottom: number } | { fromMs: number; toMs: number };
      /** Undefined for 6 dB over the noise floor. */
      thresholdDbmv: number | undefined;
    }
  /** Everything that is shown now; `picture` asks for the panes too, drawn so many CSS pixels wide. */
  | { kind: "snapshot"; picture?: { width: number; theme: PlotTheme } };

/** The answer to the question of the same kind; undefined where the data has none. */
export interface PlotAnswers {
  peak: { frequencyHz: number; levelDbmv: number } | undefined;
  line: LevelLine | undefined;
  levels: LevelHistory[] | undefined;
  bandPower: BandPower | undefined;
  box: BoxStatistics | undefined;
  snapshot: PlotSnapshot | undefined;
}
