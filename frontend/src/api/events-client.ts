import {
  type ChangeDetection,
  type DetectionSettings,
  type DetectionState,
  detectionSettingsSchema,
  detectionStateSchema,
  type EventHistogram,
  type editEventSchema,
  eventAnswerSchema,
  eventHistogramSchema,
  eventListSchema,
  type eventQuerySchema,
  type Mute,
  muteAnswerSchema,
  muteListSchema,
  type newMuteSchema,
  type PlantEvent,
  type Rehearsal,
  type RehearsalRequest,
  type Replay,
  rehearsalSchema,
  replaySchema,
} from "@pnmlab/protocol";
import type { z } from "zod";
import { jsonBody, request, requestBytes } from "./request.ts";

export type EventQuery = z.input<typeof eventQuerySchema>;
export type EditEvent = z.input<typeof editEventSchema>;
export type NewMute = z.input<typeof newMuteSchema>;

/** A recording of hours takes a while. */
const REHEARSAL_DEADLINE_MS = 180_000;

/** Everything the page asks about events and detectors. Every promise rejects with an `ApiError`. */
export interface EventsClient {
  /** Newest first. */
  events(query: EventQuery): Promise<PlantEvent[]>;
  event(id: string): Promise<PlantEvent>;
  edit(id: string, change: EditEvent): Promise<PlantEvent>;
  /** The stored frames around the peak of an event, each after its length. */
  evidence(id: string): Promise<ArrayBuffer>;
  histogram(hours: number): Promise<EventHistogram>;
  /** Feeds the frames around an event to fresh detectors. */
  replay(id: string): Promise<Replay>;
  mutes(): Promise<Mute[]>;
  mute(mute: NewMute): Promise<Mute>;
  unmute(id: string): Promise<void>;
  settings(): Promise<DetectionSettings>;
  changeSettings(change: ChangeDetection): Promise<DetectionSettings>;
  detectors(): Promise<DetectionState>;
  /** What a recording would have raised; `signal` takes the question back. */
  rehearse(recordingId: string, wanted: RehearsalRequest, signal: AbortSignal): Promise<Rehearsal>;
}

/** Events over HTTP, from the origin that served the page. */
export const httpEventsClient: EventsClient = {
  events: async (query) => {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
    return (await request("GET", `/api/events?${search}`, eventListSchema)).events;
  },
  event: async (id) => (await request("GET", eventPath(id), eventAnswerSchema)).event,
  edit: async (id, change) =>
    (await request("PATCH", eventPath(id), eventAnswerSchema, jsonBody(change))).event,
  evidence: (id) => requestBytes(`${eventPath(id)}/evidence`),
  histogram: (hours) => request("GET", `/api/events/histogram?hours=${hours}`, eventHistogramSchema),
  replay: (id) => request("POST", `${eventPath(id)}/replay`, replaySchema),
  mutes: async () => (await request("GET", "/api/mutes", muteListSchema)).mutes,
  mute: async (mute) => (await request("POST", "/api/mutes", muteAnswerSchema, jsonBody(mute))).mute,
  unmute: async (id) => {
    await request("DELETE", `/api/mutes/${encodeURIComponent(id)}`, muteAnswerSchema);
  },
  settings: () => request("GET", "/api/detection", detectionSettingsSchema),
  changeSettings: (change) => request("PUT", "/api/detection", detectionSettingsSchema, jsonBody(change)),
  detectors: () => request("GET", "/api/detection/state", detectionStateSchema),
  rehearse: (recordingId, wanted, signal) =>
    request(
      "POST",
      `/api/recordings/${encodeURIComponent(recordingId)}/rehearsal`,
      rehearsalSchema,
      { ...jsonBody(wanted), signal },
      REHEARSAL_DEADLINE_MS,
    ),
};

function eventPath(id: string): string {
  return `/api/events/${encodeURIComponent(id)}`;
}
