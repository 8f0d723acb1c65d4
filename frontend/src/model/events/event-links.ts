import type { PlantEvent } from "@pnmlab/protocol";
import { livePath } from "../ports.ts";

/** Where an event is shown with its frames: the recording that it started, else the ring of its port. */
export function recordingLink(event: PlantEvent): string {
  const at = Math.round(event.firstMs);
  return event.recordingId
    ? `/recordings/${encodeURIComponent(event.recordingId)}?at=${at}`
    : `${livePath(event.cmtsId, event.rfPortIfIndex)}?tab=events&event=${encodeURIComponent(event.id)}&at=${at}`;
}

/** The page of one event. */
export function eventLink(eventId: string): string {
  return `/events/${encodeURIComponent(eventId)}`;
}
