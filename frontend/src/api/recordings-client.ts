import {
  type ChangeRecorder,
  type FrameProvenance,
  frameProvenanceSchema,
  type KeepRecording,
  type NewRecordingSchedule,
  type RecorderState,
  type Recording,
  type RecordingDetail,
  type RecordingOverview,
  type RecordingSchedule,
  recorderStateSchema,
  recordingAnswerSchema,
  recordingListSchema,
  recordingOverviewSchema,
  recordingScheduleAnswerSchema,
  recordingScheduleListSchema,
} from "@pnmlab/protocol";
import { z } from "zod";
import { type RecordedFrame, readFrameStream } from "../model/frame-stream.ts";
import { jsonBody, request, requestBytes } from "./request.ts";

/** A stretch of time, Unix milliseconds. */
export interface TimeSpan {
  fromMs: number;
  toMs: number;
}

/** Frames from a time or a sequence number on. */
export type FramesFrom = { fromMs: number } | { fromSequence: number };

/** Everything the page asks about recordings. Every promise rejects with an `ApiError`. */
export interface RecordingsClient {
  list(): Promise<Recording[]>;
  detail(id: string): Promise<RecordingDetail>;
  overview(id: string, span: TimeSpan, steps: number): Promise<RecordingOverview>;
  /** Up to `limit` frames, oldest first; fewer only at the end of the recording. */
  frames(id: string, from: FramesFrom, limit: number): Promise<RecordedFrame[]>;
  /** Where a frame comes from; of several of that number the one captured nearest to `atMs`. */
  frameOrigin(id: string, sequence: number, atMs: number): Promise<FrameProvenance>;
  /** One frame per stretch of time: per bin the greatest level of it. Stretches without a frame are left out. */
  rows(id: string, span: TimeSpan, rows: number): Promise<RecordedFrame[]>;
  /** Address of the recording as one file, for a download. */
  fileUrl(id: string): string;
  importFile(file: File): Promise<Recording>;
  edit(id: string, change: { label?: string; note?: string }): Promise<Recording>;
  remove(id: string): Promise<void>;
  /** Keeps a part of the ring of a session. */
  keep(sessionId: string, wanted: KeepRecording): Promise<Recording>;
  recorder(): Promise<RecorderState>;
  changeRecorder(change: ChangeRecorder): Promise<RecorderState>;
  schedules(): Promise<RecordingSchedule[]>;
  addSchedule(schedule: NewRecordingSchedule): Promise<RecordingSchedule>;
  replaceSchedule(id: string, schedule: NewRecordingSchedule): Promise<RecordingSchedule>;
  removeSchedule(id: string): Promise<void>;
}

const SCHEDULES = "/api/recording-schedules";
/** Hundreds of megabytes over a slow line. */
const IMPORT_DEADLINE_MS = 1_800_000;
const MOST_LABEL_SIGNS = 120;

async function editOf(id: string, change: { label?: string; note?: string }): Promise<Recording> {
  return (await request("PATCH", pathOf(id), recordingAnswerSchema, jsonBody(change))).recording;
}

/** Recordings over HTTP, from the origin that served the page. */
export const httpRecordingsClient: RecordingsClient = {
  list: async () => (await request("GET", "/api/recordings", recordingListSchema)).recordings,
  detail: async (id) => (await request("GET", pathOf(id), recordingAnswerSchema)).recording,
  overview: (id, span, steps) =>
    request("GET", `${pathOf(id)}/overview?${spanQuery(span)}&steps=${steps}`, recordingOverviewSchema),
  frames: async (id, from, limit) => {
    const [name, value] = Object.entries(from)[0]!;
    return readFrameStream(await requestBytes(`${pathOf(id)}/frames?${name}=${value}&limit=${limit}`));
  },
  frameOrigin: (id, sequence, atMs) =>
    request("GET", `${pathOf(id)}/frames/${sequence}?atMs=${atMs}`, frameProvenanceSchema),
  rows: async (id, span, rows) =>
    readFrameStream(await requestBytes(`${pathOf(id)}/rows?${spanQuery(span)}&rows=${rows}&mode=max`)),
  fileUrl: (id) => `${pathOf(id)}/file`,
  importFile: async (file) => {
    const init = { headers: { "content-type": "application/octet-stream" }, body: file };
    const answer = request("POST", "/api/recordings", recordingAnswerSchema, init, IMPORT_DEADLINE_MS);
    const { recording } = await answer;
    // The name that it was kept under is in the file; one without a name takes that of the file.
    if (recording.label) return recording;
    return editOf(recording.id, { label: file.name.replace(/\.pnmrec$/, "").slice(0, MOST_LABEL_SIGNS) });
  },
  edit: editOf,
  remove: async (id) => void (await request("DELETE", pathOf(id), z.undefined())),
  keep: async (sessionId, wanted) => {
    const path = `/api/utsc/sessions/${encodeURIComponent(sessionId)}/keep`;
    return (await request("POST", path, recordingAnswerSchema, jsonBody(wanted))).recording;
  },
  recorder: () => request("GET", "/api/recorder", recorderStateSchema),
  changeRecorder: (change) => request("PUT", "/api/recorder", recorderStateSchema, jsonBody(change)),
  schedules: async () => (await request("GET", SCHEDULES, recordingScheduleListSchema)).schedules,
  addSchedule: async (schedule) =>
    (await request("POST", SCHEDULES, recordingScheduleAnswerSchema, jsonBody(schedule))).schedule,
  replaceSchedule: async (id, schedule) => {
    const path = `${SCHEDULES}/${encodeURIComponent(id)}`;
    return (await request("PUT", path, recordingScheduleAnswerSchema, jsonBody(schedule))).schedule;
  },
  removeSchedule: async (id) => {
    await request("DELETE", `${SCHEDULES}/${encodeURIComponent(id)}`, z.undefined());
  },
};

function pathOf(id: string): string {
  return `/api/recordings/${encodeURIComponent(id)}`;
}

function spanQuery({ fromMs, toMs }: TimeSpan): URLSearchParams {
  return new URLSearchParams({ fromMs: String(Math.round(fromMs)), toMs: String(Math.round(toMs)) });
}
