import type { RecordingOverview } from "@pnmlab/protocol";
import type { SummaryHead } from "@pnmlab/recording";
import type { QuietLevels } from "./quiet-levels.ts";

export interface OverviewWanted {
  fromMs: number;
  toMs: number;
  steps: number;
}

/** A segment, with its frames one by one. */
export interface ReadSegment {
  segment: SummaryHead;
  levels: QuietLevels;
}

interface Cell {
  frames: number;
  /** Highest so far. */
  quietDbmv: number;
  gap: boolean;
}

/**
 * The line under a recording: what lies in each of `steps` equal stretches of time, from the index alone, with the
 * highest of the mean levels of its segments. The frames of a segment that reaches over several steps count as spread
 * evenly over them; its gaps count in all of them, and so does a step without a frame.
 */
export function overviewOf(segments: readonly SummaryHead[], wanted: OverviewWanted): RecordingOverview {
  const { fromMs, toMs, steps } = wanted;
  const stepMs = (toMs - fromMs) / steps;
  const cells = emptyCells(steps);
  for (const segment of segments) {
    if (segment.lastMs < fromMs || segment.firstMs >= toMs) continue;
    const first = Math.floor((segment.firstMs - fromMs) / stepMs);
    const last = Math.floor((segment.lastMs - fromMs) / stepMs);
    const share = segment.frames / (last - first + 1);
    for (let at = Math.max(0, first); at <= Math.min(steps - 1, last); at += 1) {
      const cell = cells[at]!;
      cell.frames += Math.round(share * (at - first + 1)) - Math.round(share * (at - first));
      cell.gap ||= segment.gaps > 0;
      raise(cell, segment.quietDbmv);
    }
  }
  return overviewFrom(cells, wanted);
}

/** The same from the frames themselves: each step has the highest level of a frame, so that no impulse is lost. */
export function fineOverviewOf(read: readonly ReadSegment[], wanted: OverviewWanted): RecordingOverview {
  const { fromMs, toMs, steps } = wanted;
  const stepMs = (toMs - fromMs) / steps;
  const cells = emptyCells(steps);
  for (const { segment, levels } of read) {
    const { atMs, quietDbmv, gaps } = levels;
    const gapsWithin = gaps.subarray(1).reduce((sum, isGap) => sum + isGap, 0);
    atMs.forEach((timeMs, k) => {
      const cell = cells[Math.floor((timeMs - fromMs) / stepMs)];
      if (!cell) return;
      cell.frames += 1;
      cell.gap ||= k === 0 ? segment.gaps > gapsWithin : gaps[k] === 1;
      raise(cell, quietDbmv[k]!);
    });
  }
  return overviewFrom(cells, wanted);
}

function emptyCells(count: number): Cell[] {
  return Array.from({ length: count }, () => ({ frames: 0, quietDbmv: Number.NaN, gap: false }));
}

function raise(cell: Cell, quietDbmv: number): void {
  if (!(cell.quietDbmv >= quietDbmv) && !Number.isNaN(quietDbmv)) cell.quietDbmv = quietDbmv;
}

function overviewFrom(cells: readonly Cell[], { fromMs, toMs, steps }: OverviewWanted): RecordingOverview {
  const stepMs = (toMs - fromMs) / steps;
  // Nothing between two frames is a hole.
  const first = cells.findIndex(({ frames }) => frames > 0);
  const last = cells.findLastIndex(({ frames }) => frames > 0);
  for (const cell of cells.slice(Math.max(0, first), Math.max(0, last))) cell.gap ||= cell.frames === 0;
  return {
    stepMs,
    steps: cells.map(({ frames, quietDbmv, gap }, at) => ({
      atMs: fromMs + at * stepMs,
      frames,
      quietDbmv: Number.isNaN(quietDbmv) ? null : quietDbmv,
      gap,
    })),
  };
}
