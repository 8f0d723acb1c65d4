import type { EventNotice, PlantEvent } from "@pnmlab/protocol";

/** What is posted of an event: what it is, never what people noted of it. */
export function noticeOf(
  change: EventNotice["change"],
  event: PlantEvent,
  { atMs, publicUrl }: { atMs: number; publicUrl: string },
): EventNotice {
  const {
    evidence: _evidence,
    acknowledged: _acknowledged,
    comment: _comment,
    muted: _muted,
    recordingId: _recordingId,
    alsoOn: _alsoOn,
    confidence: _confidence,
    ...told
  } = event;
  const base = publicUrl.replace(/\/+$/, "");
  return {
    format: "pnmlab-event",
    version: 1,
    change,
    at: new Date(atMs).toISOString(),
    link: base === "" ? null : `${base}/events/${encodeURIComponent(event.id)}`,
    event: told,
  };
}
