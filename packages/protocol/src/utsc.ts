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

/** docsPnmCmtsUtscCfgBurstIuc, by the MIB's names. */
export const UTSC_BURST_IUCS = [
  "other",
  "iuc1",
  "iuc2",
  "iuc3",
  "iuc4",
  "iuc5",
  "iuc6",
  "iuc9",
  "iuc10",
  "iuc11",
  "iuc12",
  "iuc13",
] as const;
export const utscBurstIucSchema = z.enum(UTSC_BURST_IUCS);
export type UtscBurstIuc = z.infer<typeof utscBurstIucSchema>;

const unsigned32Schema = z.int().min(0).max(4_294_967_295);
const ifIndexOrZeroSchema = z.int().min(0).max(2_147_483_647);

/** Six octets in lower-case hex, separated by colons. */
export const macAddressSchema = z
  .string()
  .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, "a MAC address as 00:10:18:1a:2d:11, in lower case");

/**
 * What a user may ask for: the writable columns of docsPnmCmtsUtscCfgTable, but for file name and RowStatus,
 * by which a session keeps hold of its row, and what is made of the samples here. The ranges are those of DOCS-PNM-MIB; what a port and a vendor
 * allow within them tells `UtscOptions`. A column that is left out gets what `UtscOptions` names as its
 * default: triggerMode is freeRunning, a window is chosen from what the port offers, operands of other
 * triggers are not written.
 */
export const utscRequestSchema = z.strictObject({
  centerFrequencyHz: z.int().min(1).max(2_000_000_000),
  spanHz: z.int().min(1).max(2_000_000_000),
  bins: z.int().min(16).max(65535),
  /** 0 captures once in each run. */
  repeatPeriodUs: z.int().min(0).max(60_000_000),
  outputFormat: utscOutputFormatSchema,
  window: utscWindowSchema.optional(),
  triggerMode: utscTriggerModeSchema.optional(),
  /** The channel whose bursts trigger: ifType 205 or 278; 0 for the RF port itself. */
  logicalChIfIndex: ifIndexOrZeroSchema.optional(),
  /** Operand of miniSlotCount. */
  minislotCount: unsigned32Schema.optional(),
  /** Operand of sid and activeProbeSymbol. */
  sid: unsigned32Schema.optional(),
  /** Operand of cmMac. Without logicalChIfIndex the modem's channel on the port is found for it. */
  cmMacAddr: macAddressSchema.optional(),
  /** Operand of timestamp: sysUpTime of the CMTS at which to start, in hundredths of a second. */
  timestampTicks: unsigned32Schema.optional(),
  /** Operand of burstIuc. */
  burstIuc: utscBurstIucSchema.optional(),
  /** Spectra that the CMTS averages into one, in linear power; 0 for none. */
  averaging: z.int().min(0).max(255).optional(),
  /** Band by whose mean power the CMTS keeps a spectrum or drops it (its own squelch). */
  qualifyCenterFrequencyHz: unsigned32Schema.optional(),
  qualifyBandwidthHz: unsigned32Schema.optional(),
  /** Tenths of a dB; -1000 and less lets everything pass. */
  qualifyThresholdTenthDb: z.int().min(-2_147_483_648).max(2_147_483_647).optional(),
  freeRunDurationMs: unsigned32Schema.optional(),
  /** Captures of one run in triggered modes; 0 for no end. */
  triggerCount: unsigned32Schema.optional(),
  maxResultsPerFile: unsigned32Schema.optional(),
  /** Row of docsPnmBulkDataTransferCfgTable; it is made to lead to the TFTP server of the installation. */
  destinationIndex: unsigned32Schema.min(1).optional(),
  /** No column: the window of our own DFT where the files hold samples of time; Blackman-Harris unless given. */
  ownWindow: utscWindowSchema.exclude(["other"]).optional(),
});
export type UtscRequest = z.infer<typeof utscRequestSchema>;

/** The same parameters as the CMTS reads back after configuration; those it has no value for are left out. */
export const utscAcceptedSchema = z.strictObject({
  centerFrequencyHz: z.int(),
  spanHz: z.int(),
  bins: z.int(),
  repeatPeriodUs: z.int(),
  freeRunDurationMs: z.int(),
  outputFormat: utscOutputFormatSchema,
  window: utscWindowSchema,
  triggerMode: utscTriggerModeSchema,
  logicalChIfIndex: z.int().optional(),
  minislotCount: z.int().optional(),
  sid: z.int().optional(),
  cmMacAddr: macAddressSchema.optional(),
  timestampTicks: z.int().optional(),
  burstIuc: utscBurstIucSchema.optional(),
  averaging: z.int().optional(),
  qualifyCenterFrequencyHz: z.int().optional(),
  qualifyBandwidthHz: z.int().optional(),
  qualifyThresholdTenthDb: z.int().optional(),
  triggerCount: z.int().optional(),
  maxResultsPerFile: z.int().optional(),
  destinationIndex: z.int().optional(),
  fileName: z.string().optional(),
  readAt: z.iso.datetime(),
});
export type UtscAccepted = z.infer<typeof utscAcceptedSchema>;

/** What of a file is not as it is expected of its CMTS; each in words. */
export const utscMismatchSchema = z.strictObject({
  what: z.enum(["byteOrder", "scale", "layout", "levels"]),
  expected: z.string(),
  found: z.string(),
});
export type UtscMismatch = z.infer<typeof utscMismatchSchema>;

/** What one reading of a capture gives; levels of a bin in dBmV, in dB where K is not known. */
export const utscReadingFiguresSchema = z.strictObject({
  bins: z.int(),
  firstBinHz: z.number(),
  spanHz: z.number(),
  medianDbmv: z.number(),
  /** Of the linear power. */
  meanDbmv: z.number(),
  peakDbmv: z.number(),
  peakHz: z.number(),
  /** Median difference of neighbouring bins, dB. */
  stepDb: z.number(),
  /** Share of the bins with a level that no return path has, -100 to +70 dBmV. */
  implausibleShare: z.number(),
});
export type UtscReadingFigures = z.infer<typeof utscReadingFiguresSchema>;

/** One capture that is not as expected of its CMTS, read in the way that was taken and in those that could be meant. */
export const utscReadingComparisonSchema = z.strictObject({
  /** Of the frame that the figures are of. */
  sequence: z.int(),
  capturedAt: z.iso.datetime(),
  /** Levels are in dB: K is not known. */
  uncalibrated: z.boolean(),
  /** What `stepDb` is where all bins hold noise; null where the CMTS averages, or does not tell whether it does. */
  noiseStepDb: z.number().nullable(),
  /** The one that was taken first. */
  readings: z.array(
    z.strictObject({
      /** In what it differs: `little-endian`. */
      name: z.string(),
      /** Why it was taken, or would be. */
      why: z.string(),
      /** Null where the bytes cannot be read so; `why` then says it. */
      figures: utscReadingFiguresSchema.nullable(),
    }),
  ),
});
export type UtscReadingComparison = z.infer<typeof utscReadingComparisonSchema>;

/** How samples are read: as the vendor profile of the CMTS says, but for what PNMLAB_UTSC_SAMPLES sets. */
export const utscSampleReadingSchema = z.strictObject({
  byteOrder: z.enum(["big", "little"]),
  /** What a bin of the CMTS's own FFT reads: `cw` a tone its level, `power` all together the total power. */
  binCal: z.enum(["cw", "power"]),
  /** Added to K for samples of time. */
  timeOffsetDb: z.number(),
  /** Which of them the setting says. */
  set: z.array(z.enum(["byteOrder", "binCal", "timeOffsetDb"])),
});
export type UtscSampleReading = z.infer<typeof utscSampleReadingSchema>;

/** What the arriving files show. Undefined fields could not be observed. */
export const utscObservedSchema = z.strictObject({
  centerFrequencyHz: z.number().optional(),
  spanHz: z.number().optional(),
  bins: z.int(),
  /** Median interval between captures of the last frames, gaps left out. */
  repeatPeriodUs: z.number().optional(),
  outputFormat: utscOutputFormatSchema,
  resolutionBandwidthHz: z.number().optional(),
  /** Window of our own DFT, where the files hold samples of time: that of the CMTS does not apply to them. */
  ownWindow: utscWindowSchema.optional(),
  sampleRateHz: z.number().optional(),
  fileLayout: z.string(),
  /** How their samples are read; absent in recordings of earlier programs. */
  samples: utscSampleReadingSchema.optional(),
  /** Files are read otherwise than their CMTS is known to write them: levels may be wrong. Absent where all fits. */
  mismatches: z.array(utscMismatchSchema).optional(),
  /** The readings that they leave open, of a capture in each few seconds; absent where `mismatches` is. */
  comparison: utscReadingComparisonSchema.optional(),
  fileSizeBytes: z.int(),
  /** Captures in the newest file; absent of what SNMP gives, and in recordings of earlier programs. */
  maxResultsPerFile: z.int().optional(),
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
  /** Those of them that were read by SNMP because no files came; left out where there are none. */
  framesBySnmp: z.int().optional(),
  /**
   * Captures of a run of which no file came, as the times of those that came tell; absent where none is missing.
   * Files that are fetched by the names that a CMTS tells are missed where it tells fewer names than it sends files.
   */
  filesNotFetched: z.int().optional(),
  /** Whether the newest frame is one of those; left out where it came in a file. */
  bySnmp: z.boolean().optional(),
  framesPerSecond: z.number(),
  /** Captures that the CMTS made or uploaded but that gave no frame: refused or lost files. */
  framesDropped: z.int(),
  newestFrameAt: z.iso.datetime().nullable(),
  rearms: z.int(),
  /** Length of the newest gap: time between the captures around it less one period. */
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
