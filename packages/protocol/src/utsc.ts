import { z } from "zod";

/** docsPnmCmtsUtscCfgOutputFormat, by the MIB's names. */
export const UTSC_OUTPUT_FORMATS = [
  "timeIQ",
  "fftPower",
  "rawAdc",
  "fftIQ",
  "fftAmplitude",
  "fftDb",
] as const;
export const utscOutputFormatSchema = z.enum(UTSC_OUTPUT_FORMATS);
export type UtscOutputFormat = z.infer<typeof utscOutputFormatSchema>;

/** docsPnmCmtsUtscCfgWindow, by the MIB's names. */
export const UTSC_WINDOWS = [
  "other",
  "rectangular",
  "hann",
  "blackmanHarris",
  "hamming",
  "flatTop",
  "gaussian",
  "chebyshev",
] as const;
export const utscWindowSchema = z.enum(UTSC_WINDOWS);
export type UtscWindow = z.infer<typeof utscWindowSchema>;

/** docsPnmCmtsUtscCfgTriggerMode, by the MIB's names. */
export const UTSC_TRIGGER_MODES = [
  "other",
  "freeRunning",
  "miniSlotCount",
  "sid",
  "idleSid",
  "cmMac",
  "quietProbeSymbol",
  "burstIuc",
  "timestamp",
  "activeProbeSymbol",
] as const;
export const utscTriggerModeSchema = z.enum(UTSC_TRIGGER_MODES);
export type UtscTriggerMode = z.infer<typeof utscTriggerModeSchema>;

/** What a user may ask for. A window that is not given is chosen from what the port offers. */
export const utscRequestSchema = z.strictObject({
  centerFrequencyHz: z.int().min(1).max(2_000_000_000),
  spanHz: z.int().min(1).max(2_000_000_000),
  bins: z.int().min(16).max(65535),
  repeatPeriodUs: z.int().min(1).max(60_000_000),
  outputFormat: utscOutputFormatSchema,
  window: utscWindowSchema.optional(),
});
export type UtscRequest = z.infer<typeof utscRequestSchema>;

/** The same parameters as the CMTS reads back after configuration. */
export const utscAcceptedSchema = z.strictObject({
  centerFrequencyHz: z.int(),
  spanHz: z.int(),
  bins: z.int(),
  repeatPeriodUs: z.int(),
  freeRunDurationMs: z.int(),
  outputFormat: utscOutputFormatSchema,
  window: utscWindowSchema,
  triggerMode: utscTriggerModeSchema,
  readAt: z.iso.datetime(),
});
export type UtscAccepted = z.infer<typeof utscAcceptedSchema>;

/** What the arriving files show. Undefined fields could not be observed. */
export const utscObservedSchema = z.strictObject({
  centerFrequencyHz: z.number().optional(),
  spanHz: z.number().optional(),
  bins: z.int(),
  /** Median interval between captures of the last frames, gaps left out. */
  repeatPeriodUs: z.number().optional(),
  outputFormat: utscOutputFormatSchema,
  resolutionBandwidthHz: z.number().optional(),
  sampleRateHz: z.number().optional(),
  fileLayout: z.string(),
  fileSizeBytes: z.int(),
});
export type UtscObserved = z.infer<typeof utscObservedSchema>;

export const UTSC_SESSION_STATES = [
  "idle",
  "configuring",
  "armed",
  "running",
  "receiving",
  "stalled",
  "stopping",
  "stopped",
  "failed",
] as const;
export const utscSessionStateSchema = z.enum(UTSC_SESSION_STATES);
export type UtscSessionState = z.infer<typeof utscSessionStateSchema>;

/** MeasStatusType of DOCS-PNM-MIB. */
export const MEAS_STATUSES = [
  "other",
  "inactive",
  "busy",
  "sampleReady",
  "error",
  "resourceUnavailable",
  "sampleTruncated",
  "interfaceModification",
] as const;
export const measStatusSchema = z.enum(MEAS_STATUSES);
export type MeasStatus = z.infer<typeof measStatusSchema>;

/** The rungs of the chain; a failure names the one that broke. */
export const RUNGS = ["browser", "backend", "agent", "snmp", "tftp", "file"] as const;
export const rungSchema = z.enum(RUNGS);
export type Rung = z.infer<typeof rungSchema>;

export const failureSchema = z.strictObject({
  rung: rungSchema,
  code: z.string(),
  message: z.string(),
  /** What to do about it. */
  fix: z.string().optional(),
  at: z.iso.datetime(),
});
export type Failure = z.infer<typeof failureSchema>;

export const utscSessionSchema = z.strictObject({
  id: z.string(),
  /** Number of the frame stream in binary frames. */
  streamId: z.int(),
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  rfPortName: z.string(),
  state: utscSessionStateSchema,
  /** The state in words, the same wherever it is shown. */
  sentence: z.string(),
  since: z.iso.datetime(),
  /** Whether the user wants it to run; survives restarts of every program. */
  desired: z.enum(["running", "stopped"]),
  requested: utscRequestSchema,
  accepted: utscAcceptedSchema.nullable(),
  observed: utscObservedSchema.nullable(),
  kHundredthsDb: z.int().nullable(),
  measStatus: measStatusSchema.nullable(),
  framesReceived: z.int(),
  framesPerSecond: z.number(),
  /** Captures that the CMTS made or uploaded but that gave no frame: refused or lost files. */
  framesDropped: z.int(),
  newestFrameAt: z.iso.datetime().nullable(),
  rearms: z.int(),
  lastGapMs: z.int().nullable(),
  failure: failureSchema.nullable(),
  createdAt: z.iso.datetime(),
});
export type UtscSession = z.infer<typeof utscSessionSchema>;

export const startUtscSessionSchema = z.strictObject({
  cmtsId: z.string().min(1),
  rfPortIfIndex: z.int().min(1),
  ...utscRequestSchema.shape,
});
export type StartUtscSession = z.infer<typeof startUtscSessionSchema>;
