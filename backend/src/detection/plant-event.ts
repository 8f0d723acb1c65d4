import type { DetectorEvent } from "@pnmlab/pnm-analysis";
import type { PlantEvent, UpstreamChannel } from "@pnmlab/protocol";
import { wordsOf } from "./words.ts";

/** The port and session that events come from. */
export interface EventSource {
  sessionId: string;
  cmtsId: string;
  rfPortIfIndex: number;
  rfPortName: string;
  channels: readonly UpstreamChannel[];
}

/** What people and other programs add to an event. */
export type EventNotes = Pick<
  PlantEvent,
  "number" | "acknowledged" | "comment" | "muted" | "recordingId" | "alsoOn"
>;

export const NO_NOTES: EventNotes = {
  number: 0,
  acknowledged: null,
  comment: "",
  muted: false,
  recordingId: null,
  alsoOn: [],
};

/**
 * A detector's event as it is stored and told.
 *
 * @param frames numbers of the frames that are stored with it
 * @param peakFrame which of them is the peak; undefined before they are stored
 */
export function plantEventOf(
  event: DetectorEvent,
  source: EventSource,
  notes: EventNotes,
  frames: readonly number[],
  peakFrame?: number,
): PlantEvent {
  const { statistic, value, threshold } = event.evidence;
  return {
    id: event.id,
    number: notes.number,
    detector: event.detector,
    kind: event.kind,
    ...wordsOf(event, source.channels),
    severity: event.severity,
    state: event.state,
    cmtsId: source.cmtsId,
    rfPortIfIndex: source.rfPortIfIndex,
    rfPortName: source.rfPortName,
    sessionId: source.sessionId,
    firstMs: millisecondsOf(event.firstS),
    lastMs: millisecondsOf(event.lastS),
    count: event.count,
    dutyPct: finite(event.dutyPct) ?? 0,
    f0Hz: finite(event.f0Hz) ?? 0,
    bwHz: finite(event.bwHz) ?? 0,
    levelDbmv: finite(event.levelDbmv),
    dBc: finite(event.dBc),
    channels: [...event.channels],
    evidence: {
      statistic,
      value: finite(value) ?? 0,
      threshold,
      frames: [...frames],
      ...(peakFrame === undefined ? {} : { peakFrame }),
      removed: null,
    },
    classification: event.classification ?? null,
    confidence: finite(event.confidence) ?? 0,
    // JSON has no word for what is not a number.
    figures: Object.fromEntries(
      Object.entries(event.figures).filter(([, figure]) => Number.isFinite(figure)),
    ),
    acknowledged: notes.acknowledged,
    comment: notes.comment,
    muted: notes.muted,
    recordingId: notes.recordingId,
    alsoOn: notes.alsoOn,
  };
}

/** Times of captures are whole microseconds; seconds as numbers are a little off. */
function millisecondsOf(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
