import type { DetectorContext } from "./detector.ts";
import type { EventKind } from "./event.ts";
import type { FrameView } from "./frame-view.ts";

/** Kinds that say nothing of a band: a rhythm, a shape of the whole path, or single frames that are left out anyway. */
const WITHOUT_BAND: ReadonlySet<EventKind> = new Set<EventKind>([
  "anomaly",
  "hum",
  "tilt",
  "rollOff",
  "impulseNoise",
  "receiverOverload",
]);
/** Beside the band of an event, or as wide as the event where that is more: what a strong line smears. */
const LEAST_GUARD_HZ = 100_000;

/** 1 for the bins that a standing event of another detector explains, or one that ended a short time ago. */
export function explainedBins(view: FrameView, { journal, thresholds }: DetectorContext): Uint8Array {
  const { frame } = view;
  const bins = frame.levelsDbmv.length;
  const explained = new Uint8Array(bins);
  const sinceS = frame.timeS - thresholds.clearS - thresholds.cooldownS;
  const explaining = journal.snapshots(
    ({ kind, state, lastS }) => !WITHOUT_BAND.has(kind) && (state === "raised" || lastS >= sinceS),
  );
  const mainLobeHz = 2 * view.enbwBins * frame.binSpacingHz;
  for (const { f0Hz, bwHz } of explaining) {
    const half = bwHz / 2 + Math.max(LEAST_GUARD_HZ + mainLobeHz, Math.min(bwHz, 1e6));
    const first = Math.floor((f0Hz - half - frame.firstBinHz) / frame.binSpacingHz);
    const end = Math.ceil((f0Hz + half - frame.firstBinHz) / frame.binSpacingHz) + 1;
    explained.fill(1, Math.min(bins, Math.max(0, first)), Math.min(bins, Math.max(0, end)));
  }
  return explained;
}
