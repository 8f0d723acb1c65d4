import { z } from "zod";
import { buildInfoSchema } from "./build.ts";
import { upstreamChannelSchema } from "./rest.ts";
import { utscAcceptedSchema, utscObservedSchema, utscRequestSchema } from "./utsc.ts";

/**
 * Why a recording exists: `ring` is what the flight recorder of a session holds now, the others are kept until they
 * are removed.
 */
export const recordingKindSchema = z.enum(["ring", "kept", "scheduled", "triggered", "imported"]);
export type RecordingKind = z.infer<typeof recordingKindSchema>;

/** What held while a stretch of frames was recorded; a change of it begins the next stretch. */
export const recordingSettingsSchema = z.strictObject({
  fromMs: z.number(),
  firstSequence: z.int(),
  requested: utscRequestSchema,
  accepted: utscAcceptedSchema.nullable(),
  observed: utscObservedSchema.nullable(),
  kHundredthsDb: z.int().nullable(),
  channels: z.array(upstreamChannelSchema),
  software: buildInfoSchema,
});
export type RecordingSettings = z.infer<typeof recordingSettingsSchema>;

export const recordingSchema = z.strictObject({
  id: z.string(),
  kind: recordingKindSchema,
  sessionId: z.string(),
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  rfPortName: z.string(),
  label: z.string(),
  note: z.string(),
  /** Capture times of its first and newest frame, Unix milliseconds; null where it holds none. */
  firstMs: z.number().nullable(),
  lastMs: z.number().nullable(),
  firstSequence: z.int(),
  frames: z.int(),
  gaps: z.int(),
  sizeBytes: z.int(),
  /** Still growing: a ring, or one whose end is to come. */
  isOpen: z.boolean(),
  /** Event that started it; null where a person or a schedule did. */
  eventId: z.string().nullable(),
  createdAt: z.iso.datetime(),
});
export type Recording = z.infer<typeof recordingSchema>;

export const recordingDetailSchema = z.strictObject({
  ...recordingSchema.shape,
  settings: z.array(recordingSettingsSchema),
});
export type RecordingDetail = z.infer<typeof recordingDetailSchema>;
export const recordingAnswerSchema = z.strictObject({ recording: recordingDetailSchema });
/** Rings and recordings, the newest first. */
export const recordingListSchema = z.strictObject({ recordings: z.array(recordingSchema) });

/** One step of the line under a recording; NaN does not travel, so unknown is null. */
export const recordingStepSchema = z.strictObject({
  atMs: z.number(),
  frames: z.int(),
  /**
   * Mean power of the bins outside of all channels, dBmV per bin: the highest of a frame in the step, or of ten seconds
   * where the step is as long as that.
   */
  quietDbmv: z.number().nullable(),
  gap: z.boolean(),
});
export type RecordingStep = z.infer<typeof recordingStepSchema>;
export const recordingOverviewSchema = z.strictObject({
  stepMs: z.number(),
  steps: z.array(recordingStepSchema),
});
export type RecordingOverview = z.infer<typeof recordingOverviewSchema>;

/** Keeps the newest minutes of a session's ring, or the time between two moments of it. */
export const keepRecordingSchema = z.strictObject({
  minutes: z.number().positive().max(1440).optional(),
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  label: z.string().max(120).default(""),
  note: z.string().max(4000).default(""),
});
export type KeepRecording = z.input<typeof keepRecordingSchema>;

export const editRecordingSchema = z.strictObject({
  label: z.string().max(120).optional(),
  note: z.string().max(4000).optional(),
});

/** A capture that starts and ends by the clock and is kept whole. */
export const recordingScheduleSchema = z.strictObject({
  id: z.string(),
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  label: z.string().max(120),
  request: utscRequestSchema,
  startsAt: z.iso.datetime(),
  durationMinutes: z.number().positive().max(10_080),
  repeat: z.enum(["once", "daily", "weekly"]),
  enabled: z.boolean(),
  /** What came of it the last time, in one sentence; null before the first. */
  lastOutcome: z.string().nullable(),
  nextAt: z.iso.datetime().nullable(),
});
export type RecordingSchedule = z.infer<typeof recordingScheduleSchema>;
export const recordingScheduleAnswerSchema = z.strictObject({ schedule: recordingScheduleSchema });
export const recordingScheduleListSchema = z.strictObject({ schedules: z.array(recordingScheduleSchema) });
export const newRecordingScheduleSchema = recordingScheduleSchema.omit({
  id: true,
  lastOutcome: true,
  nextAt: true,
});
export type NewRecordingSchedule = z.infer<typeof newRecordingScheduleSchema>;

/** When the recorder keeps by itself: what lies around an event of one of these kinds or severities. */
export const recordingTriggerSchema = z.strictObject({
  enabled: z.boolean(),
  leastSeverity: z.enum(["info", "minor", "major", "critical"]),
  /** Kinds of events; empty for all. */
  kinds: z.array(z.string()),
  preS: z.number().min(0).max(600),
  postS: z.number().min(0).max(600),
});
export type RecordingTrigger = z.infer<typeof recordingTriggerSchema>;

/** Room that recordings take and may take. */
export const recorderStateSchema = z.strictObject({
  ringMinutes: z.number(),
  storedBytes: z.int(),
  limitBytes: z.int(),
  trigger: recordingTriggerSchema,
  /** Why nothing is recorded now, for example a full disk; null where all is well. */
  failure: z.string().nullable(),
});
export type RecorderState = z.infer<typeof recorderStateSchema>;
/** What of the recorder is set here; the length of the ring and the room are settings of the backend. */
export const changeRecorderSchema = z.strictObject({ trigger: recordingTriggerSchema });
export type ChangeRecorder = z.infer<typeof changeRecorderSchema>;
