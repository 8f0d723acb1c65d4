import { z } from "zod";
import { utscTriggerModeSchema } from "./utsc.ts";

export const severitySchema = z.enum(["info", "minor", "major", "critical"]);
export type EventSeverity = z.infer<typeof severitySchema>;

/** A finding of a detector on one port, as it stands now. Times are Unix milliseconds of captures. */
export const plantEventSchema = z.strictObject({
  id: z.string(),
  /** Short running number, the same on trace, waterfall, timeline and in the list. */
  number: z.int(),
  detector: z.string(),
  kind: z.string(),
  /** What it is, in words: "Narrowband ingress at 27.185 MHz, CB". */
  title: z.string(),
  /** Likely cause and what to do next, from the table of findings. */
  cause: z.string(),
  severity: severitySchema,
  state: z.enum(["raised", "cleared"]),
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  rfPortName: z.string(),
  sessionId: z.string(),
  firstMs: z.number(),
  lastMs: z.number(),
  count: z.int(),
  dutyPct: z.number(),
  f0Hz: z.number(),
  bwHz: z.number(),
  levelDbmv: z.number().nullable(),
  dBc: z.number().nullable(),
  channels: z.array(z.string()),
  evidence: z.strictObject({
    statistic: z.string(),
    value: z.number(),
    threshold: z.number(),
    /** Sequence numbers of the stored frames around its peak. */
    frames: z.array(z.int()),
    /** Which of them is the one at which the value was largest; not known of events of earlier versions. */
    peakFrame: z.int().optional(),
    /** Why these frames are stored no more, in words; null while they are. */
    removed: z.string().nullable(),
  }),
  classification: z.string().nullable(),
  confidence: z.number(),
  figures: z.record(z.string(), z.number()),
  acknowledged: z.strictObject({ by: z.string(), at: z.iso.datetime() }).nullable(),
  comment: z.string(),
  muted: z.boolean(),
  /** Recording that the event started; null without one. */
  recordingId: z.string().nullable(),
  /** Other events of the same time and place on other ports: a common cause. */
  alsoOn: z.array(z.string()),
});
export type PlantEvent = z.infer<typeof plantEventSchema>;

export const eventQuerySchema = z.strictObject({
  cmtsId: z.string().optional(),
  rfPortIfIndex: z.coerce.number().int().optional(),
  sessionId: z.string().optional(),
  state: z.enum(["raised", "cleared"]).optional(),
  kind: z.string().optional(),
  fromMs: z.coerce.number().optional(),
  toMs: z.coerce.number().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

export const editEventSchema = z.strictObject({
  acknowledged: z.boolean().optional(),
  comment: z.string().max(4000).optional(),
});

/** What is not reported: a band, or a part of the day, of one port or of all. */
export const muteSchema = z.strictObject({
  id: z.string(),
  cmtsId: z.string().nullable(),
  rfPortIfIndex: z.int().nullable(),
  kind: z.string().nullable(),
  fromHz: z.number(),
  toHz: z.number(),
  untilAt: z.iso.datetime().nullable(),
  reason: z.string().max(400),
});
export type Mute = z.infer<typeof muteSchema>;
export const newMuteSchema = muteSchema.omit({ id: true });

/** Events by hour and kind, the newest hour last. */
export const eventHistogramSchema = z.strictObject({
  hours: z.array(z.strictObject({ fromMs: z.number(), counts: z.record(z.string(), z.int()) })),
});
export type EventHistogram = z.infer<typeof eventHistogramSchema>;

export const thresholdInfoSchema = z.strictObject({
  name: z.string(),
  detector: z.string(),
  value: z.number(),
  default: z.number(),
  unit: z.string(),
  least: z.number(),
  most: z.number(),
  what: z.string(),
  source: z.string(),
});
/** Which detectors run and with which thresholds; one set for the lab. */
export const detectionSettingsSchema = z.strictObject({
  enabled: z.array(z.string()),
  thresholds: z.array(thresholdInfoSchema),
});
export type DetectionSettings = z.infer<typeof detectionSettingsSchema>;
export const changeDetectionSchema = z.strictObject({
  enabled: z.array(z.string()).optional(),
  thresholds: z.record(z.string(), z.number()).optional(),
});
export type ChangeDetection = z.infer<typeof changeDetectionSchema>;

/**
 * `POST /api/recordings/{id}/rehearsal`: detectors and thresholds to try, and over which frames. A ring grows and
 * forgets: two runs are over the same frames only where both name the same times.
 */
export const rehearsalRequestSchema = changeDetectionSchema
  .extend({
    /** By the frames' own times, Unix milliseconds of captures, both ends included; all frames where not given. */
    fromMs: z.number().optional(),
    toMs: z.number().optional(),
  })
  .refine(({ fromMs = -Infinity, toMs = Infinity }) => toMs >= fromMs, {
    path: ["toMs"],
    error: "must not be before fromMs",
  });
export type RehearsalRequest = z.infer<typeof rehearsalRequestSchema>;

/** What a recording would have raised with these thresholds. */
export const rehearsalSchema = z.strictObject({
  /** How many frames it was over, and the times of the first and the last of them; null without any. */
  frames: z.int(),
  firstMs: z.number().nullable(),
  lastMs: z.number().nullable(),
  counts: z.record(z.string(), z.int()),
  /** The first hundred, in their order. */
  events: z.array(plantEventSchema),
});
export type Rehearsal = z.infer<typeof rehearsalSchema>;

/** `POST /api/events/{id}/replay`: what a fresh set of detectors makes of the frames around an event. */
export const replaySchema = z.strictObject({
  /** Where the frames came from: a kept recording, the ring of the session, or the frames stored with the event. */
  source: z.enum(["recording", "ring", "evidence"]),
  frames: z.int(),
  fires: z.boolean(),
  /** Largest value of the statistic and the threshold that it passed; null where it does not fire. */
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  /** The same of the event as it was raised, to compare with. */
  recorded: z.strictObject({ value: z.number(), threshold: z.number() }),
  /** One sentence. */
  verdict: z.string(),
});
export type Replay = z.infer<typeof replaySchema>;

/**
 * The channels of a port held against the levels that the CMTS sets, where two channels and more can be: by the capture
 * that runs, else by the last one, for a day.
 */
export const portLevelsSchema = z.strictObject({
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  rfPortName: z.string(),
  /** Capture time of the last frame where the capture has ended, Unix milliseconds; null while it goes on. */
  endedMs: z.number().nullable(),
  /** Measured less set, in the median over the channels. */
  medianDb: z.number(),
  /** Channels whose level is set and was measured, and how many of them are off to the side of the median. */
  channels: z.int(),
  channelsOff: z.int(),
  /** They are off as a whole, which speaks for a wrong calibration. */
  areOff: z.boolean(),
});
export type PortLevels = z.infer<typeof portLevelsSchema>;

/** How the detectors run now. */
export const detectionStateSchema = z.strictObject({
  worker: z.enum(["running", "restarting"]),
  /** The state in words. */
  sentence: z.string(),
  restarts: z.int(),
  /** Of the worker since it was started, also with no session. */
  cpuMsPerFrame: z.number().nullable(),
  sessions: z.array(
    z.strictObject({
      sessionId: z.string(),
      /** False while the channels of the port are not known yet. */
      hasPlan: z.boolean(),
      framesAnalysed: z.int(),
      /** Frames that no detector saw, because the worker did not keep up or was being started. */
      framesSkipped: z.int(),
      framesWaiting: z.int(),
      /**
       * Mains rhythms, in hertz, that the times of the newest frames hide from the detectors of hum and of impulses:
       * all stand at one phase of them. Null before there are enough frames.
       */
      hiddenMainsHz: z.array(z.int()).nullable(),
      /** Trigger that selects the frames, for which the traffic of channels is not judged; null without one. */
      trafficRestsFor: utscTriggerModeSchema.nullable(),
      cpuMsPerFrame: z.number().nullable(),
    }),
  ),
  levels: z.array(portLevelsSchema),
});
export type DetectionState = z.infer<typeof detectionStateSchema>;

/** `GET /api/events`, newest first. */
export const eventListSchema = z.strictObject({ events: z.array(plantEventSchema) });
/** `GET /api/events/{id}`, `PATCH /api/events/{id}`. */
export const eventAnswerSchema = z.strictObject({ event: plantEventSchema });
/** `GET /api/mutes`. */
export const muteListSchema = z.strictObject({ mutes: z.array(muteSchema) });
/** `POST /api/mutes`, `DELETE /api/mutes/{id}`. */
export const muteAnswerSchema = z.strictObject({ mute: muteSchema });
