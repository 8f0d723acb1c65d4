import { z } from "zod";

/** SNMP requests of one piece of work, and how long their answers took, added up. */
export const roundTripsSchema = z.strictObject({
  requests: z.int(),
  durationMs: z.number(),
  at: z.iso.datetime(),
});
export type RoundTripFigures = z.infer<typeof roundTripsSchema>;

/**
 * Where one frame comes from, how it was read and who fetched it: `GET /api/utsc/sessions/{id}/frames/{sequence}`, and
 * of a recorded one `GET /api/recordings/{id}/frames/{sequence}`, which does not know who fetched it.
 */
export const frameProvenanceSchema = z.strictObject({
  sessionId: z.string(),
  sequence: z.int(),
  capturedAt: z.iso.datetime(),
  receivedAt: z.iso.datetime(),
  /** `snmp` where it was read from docsPnmCmtsUtscResultTable, because files stayed away. */
  source: z.enum(["file", "snmp"]),
  /** Path below the TFTP directory, or the object that was read. */
  fileName: z.string(),
  sizeBytes: z.int(),
  /** Of the bytes as they came, lower-case hex. */
  sha256: z.string(),
  /** Null for what SNMP gave. */
  modifiedAt: z.iso.datetime().nullable(),
  /** Which capture of the file it is, from 1, of how many. */
  place: z.strictObject({ number: z.int(), of: z.int() }),
  /** Empty where samples come without a header. */
  header: z.array(
    z.strictObject({
      name: z.string(),
      value: z.union([z.string(), z.number()]),
      unit: z.string().optional(),
      /** From the first byte of the file. */
      offset: z.int(),
      length: z.int(),
    }),
  ),
  reading: z.strictObject({
    layout: z.string(),
    confidence: z.enum(["high", "medium", "low"]),
    reason: z.string(),
    /** What else the bytes could be. */
    alternatives: z.array(z.strictObject({ layout: z.string(), reason: z.string() })),
    /** What is odd about the file although it was read. */
    anomalies: z.array(z.string()),
  }),
  /** Calibration constant K; `none` where neither the header nor the result table tells it. */
  calibration: z.strictObject({
    kHundredthsDb: z.int().nullable(),
    source: z.enum(["header", "snmp", "none"]),
  }),
  /** Its id among the captures, where the file is kept there. */
  captureId: z.string().nullable(),
  /** SNMP target of the session, and the agent that reaches it now; null of a recorded frame. */
  target: z.strictObject({ host: z.string(), port: z.int(), profile: z.string() }).nullable(),
  agent: z
    .strictObject({
      /** Null where none says that it reaches the target. */
      name: z.string().nullable(),
      sentence: z.string(),
      /** Of the link between backend and agent. */
      roundTripMs: z.number().nullable(),
      /** Agent clock minus backend clock. */
      clockOffsetMs: z.number().nullable(),
    })
    .nullable(),
  /**
   * The newest reading of the row's status, and the newest writing of its configuration; null before the first, and of
   * a recorded frame.
   */
  statusPoll: roundTripsSchema.nullable(),
  configuration: roundTripsSchema.nullable(),
});
export type FrameProvenance = z.infer<typeof frameProvenanceSchema>;
