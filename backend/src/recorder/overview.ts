import type { RecordingOverview } from "@pnmlab/protocol";
import type { SummaryHead } from "@pnmlab/recording";

/**
 * The line under a recording: what lies in each of `steps` equal stretches of time, from the index alone. The
 * frames of a segment that reaches over several steps count as spread evenly over them; its gaps count in all of
 * them, and so does a step without a frame.
 */
export function overviewOf(
  segments: readonly SummaryHead[],
  { fromMs, toMs, steps }: { fromMs: number; toMs: number; steps: number },
): RecordingOverview {
  const stepMs = (toMs - fromMs) / steps;
  const cells = Array.from({ length: steps }, () => ({ frames: 0, power: 0, known: 0, gap: false }));
  for (const segment of segments) {
    if (segment.lastMs < fromMs || segment.firstMs >= toMs) continue;
    const first = Math.floor((segment.firstMs - fromMs) / stepMs);
    const last = Math.floor((segment.lastMs - fromMs) / stepMs);
    const share = segment.frames / (last - first + 1);
    for (let at = Math.max(0, first); at <= Math.min(steps - 1, last); at += 1) {
      const cell = cells[at]!;
      cell.frames += Math.round(share * (at - first + 1)) - Math.round(share * (at - first));
      cell.gap ||= segment.gaps > 0;
      if (Number.isNaN(segment.quietDbmv)) continue;
      cell.power += 10 ** (segment.quietDbmv / 10) * share;
      cell.known += share;
    }
  }
  // Nothing between two frames is a hole.
  const first = cells.findIndex(({ frames }) => frames > 0);
  const last = cells.findLastIndex(({ frames }) => frames > 0);
  for (const cell of cells.slice(Math.max(0, first), last)) cell.gap ||= cell.frames === 0;
  return {
    stepMs,
    steps: cells.map(({ frames, power, known, gap }, at) => ({
      atMs: fromMs + at * stepMs,
      frames,
      quietDbmv: known === 0 ? null : 10 * Math.log10(power / known),
      gap,
    })),
  };
}
