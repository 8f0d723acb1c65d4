import { isPnmLabError, PnmLabError } from "@pnmlab/kit";
import { decodeSpectrumFrame, type PlantEvent, type Replay } from "@pnmlab/protocol";
import type { Recorder } from "../contracts.ts";
import { capturedAtMsOf } from "./recorded-frames.ts";
import type { TrialFrame, TrialRunner } from "./trial-runner.ts";
import { statisticFigure, statisticName } from "./words.ts";
import type { JudgeOptions, TrialResult } from "./worker-messages.ts";

/** What detectors learn before they judge, and the slow ones that judge minutes. */
const BEFORE_MS = 60_000;
const BEFORE_SLOW_MS = 360_000;
const SLOW_KINDS = new Set([
  "noiseRise",
  "channelSilent",
  "lowTraffic",
  "levelDeviation",
  "stuckTransmitter",
  "hum",
]);
const AFTER_MS = 2_000;
/** What has to last before it is raised may have its peak before that. */
const AFTER_SLOW_MS = 60_000;
const NEAR_HZ = 100_000;

export interface ReplayDeps {
  trials: TrialRunner;
  recorder: Pick<Recorder, "frames" | "detail"> | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Feeds the frames around an event to fresh detectors that are set as they were when it was raised. The same frames
 * give the same answer. A kept recording is taken first, then the ring of the session, then the frames that are
 * stored with the event, which are too few for what takes its time. Of those that end before a mask would fail, the
 * first is told where there is nothing longer.
 *
 * @throws PnmLabError `EVENT_EVIDENCE_NOT_FOUND` where no frames are left, and as `TrialRunner.run`
 */
export async function replayEvent(
  event: PlantEvent,
  context: JudgeOptions,
  evidence: readonly ArrayBuffer[],
  { trials, recorder, signal }: ReplayDeps,
): Promise<Replay> {
  const run = (frames: AsyncIterable<TrialFrame>) =>
    trials.run(context, frames, { wantedKind: event.kind, signal });
  const peakMs = evidence.length > 0 ? capturedAtMsOf(evidence[evidence.length >> 1]!) : event.lastMs;
  const isSlow = SLOW_KINDS.has(event.kind);
  const leastFrames = Math.max(0, ...(context.masks ?? []).map(({ consecutiveFrames }) => consecutiveFrames));
  const part = {
    fromMs: peakMs - (isSlow ? BEFORE_SLOW_MS : BEFORE_MS) - leastFrames * periodMsOf(evidence),
    toMs: peakMs + (isSlow ? AFTER_SLOW_MS : AFTER_MS),
  };
  const kept = [
    { source: "recording" as const, id: event.recordingId },
    { source: "ring" as const, id: `ring-${event.sessionId}` },
  ];
  let short: Replay | undefined;
  for (const { source, id } of kept) {
    if (recorder === undefined || id === null || !(await holds(recorder, id, peakMs))) continue;
    const result = await run(plain(recorder.frames(id, part)));
    if (result.frames <= evidence.length) continue;
    const replay = replayOf(event, source, result);
    if (result.frames >= leastFrames) return replay;
    short ??= replay;
  }
  if (short) return short;
  if (event.evidence.removed !== null) {
    throw new PnmLabError(
      "EVENT_EVIDENCE_NOT_FOUND",
      `no recording and no ring holds frames of event ${event.number}, and its evidence is gone: ${event.evidence.removed}`,
    );
  }
  return replayOf(event, "evidence", await run(plain(copies(evidence))));
}

/** Mean time from frame to frame of the evidence; 0 where it is of one. */
function periodMsOf(evidence: readonly ArrayBuffer[]): number {
  if (evidence.length < 2) return 0;
  const first = decodeSpectrumFrame(evidence[0]!);
  const last = decodeSpectrumFrame(evidence.at(-1)!);
  return (last.capturedAtMs - first.capturedAtMs) / Math.max(1, last.sequence - first.sequence);
}

async function holds(recorder: Pick<Recorder, "detail">, id: string, atMs: number): Promise<boolean> {
  try {
    const { firstMs, lastMs } = await recorder.detail(id);
    return firstMs !== null && lastMs !== null && firstMs <= atMs && atMs <= lastMs;
  } catch (error) {
    if (isPnmLabError(error, "RECORDING_UNKNOWN")) return false;
    throw error;
  }
}

function replayOf(event: PlantEvent, source: Replay["source"], { frames, events }: TrialResult): Replay {
  const found = events
    .filter(({ f0Hz, bwHz }) => Math.abs(f0Hz - event.f0Hz) <= Math.max(NEAR_HZ, bwHz / 2, event.bwHz / 2))
    .toSorted((a, b) => b.evidence.value - a.evidence.value)[0];
  const recorded = { value: event.evidence.value, threshold: event.evidence.threshold };
  const { statistic } = event.evidence;
  const was = `${statisticFigure(statistic, recorded.value)} over a threshold of ${statisticFigure(statistic, recorded.threshold)}`;
  const from = `${frames} ${frames === 1 ? "frame" : "frames"} of ${WORDS[source]}`;
  return {
    source,
    frames,
    fires: found !== undefined,
    value: found?.evidence.value ?? null,
    threshold: found?.evidence.threshold ?? null,
    recorded,
    verdict:
      found === undefined
        ? `${from} do not raise it again; it was raised with ${statisticName(statistic)} of ${was}.`
        : `${from} raise it again: ${statisticName(found.evidence.statistic)} of ${statisticFigure(found.evidence.statistic, found.evidence.value)} over a threshold of ${statisticFigure(found.evidence.statistic, found.evidence.threshold)}; recorded were ${was}.`,
  };
}

const WORDS = {
  recording: "its recording",
  ring: "the flight recorder's ring",
  evidence: "its evidence",
} as const;

async function* plain(frames: AsyncIterable<Uint8Array<ArrayBuffer>>): AsyncGenerator<TrialFrame> {
  for await (const bytes of frames) yield { bytes };
}

async function* copies(frames: readonly ArrayBuffer[]): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (const frame of frames) yield new Uint8Array(frame.slice(0));
}
