import { z } from "zod";

/** The way of a capture file from the request to the decoded spectrum, and the clearing up after it. */
export const TFTP_PROBE_RUNGS = [
  "agent",
  "snmp",
  "port",
  "destination",
  "row",
  "start",
  "measured",
  "upload",
  "arrived",
  "decoded",
  "cleaned",
] as const;
export const tftpProbeRungNameSchema = z.enum(TFTP_PROBE_RUNGS);
export type TftpProbeRungName = z.infer<typeof tftpProbeRungNameSchema>;

export const tftpProbeRungSchema = z.strictObject({
  rung: tftpProbeRungNameSchema,
  /** `notTold`: passed or not, the CMTS has no word on it. */
  outcome: z.enum(["ok", "failed", "notReached", "notTold"]),
  /** What was found; empty where it was not reached. */
  message: z.string(),
  /** What to do about a failure; null elsewhere. */
  fix: z.string().nullable(),
});
export type TftpProbeRung = z.infer<typeof tftpProbeRungSchema>;

/** Body of `POST /api/cmts/{id}/tftp-probe`. */
export const startTftpProbeSchema = z.strictObject({ rfPortIfIndex: z.int().min(1) });
export type StartTftpProbe = z.infer<typeof startTftpProbeSchema>;

/** What became of one capture whose file had to arrive; its row and its file are gone again. */
export const tftpProbeSchema = z.strictObject({
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  /** Null where the port could not be read. */
  rfPortName: z.string().nullable(),
  /** Where the CMTS was told to send the file, `10.0.0.5:69/udp`. */
  destination: z.string(),
  /** Whether every rung is ok, or has no word on it. */
  ok: z.boolean(),
  /** The outcome in one sentence; names the rung that failed. */
  sentence: z.string(),
  /** The first rung that failed; null where none did. */
  failedRung: tftpProbeRungNameSchema.nullable(),
  /** All of them, in the order of the way. */
  rungs: z.array(tftpProbeRungSchema),
  startedAt: z.iso.datetime(),
  tookMs: z.int(),
});
export type TftpProbe = z.infer<typeof tftpProbeSchema>;
