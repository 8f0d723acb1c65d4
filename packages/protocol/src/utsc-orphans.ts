import { z } from "zod";
import { errorBodySchema } from "./errors.ts";

const rowSchema = z.strictObject({
  cmtsId: z.string(),
  rfPortIfIndex: z.int(),
  /** docsPnmCmtsUtscCfgIndex of the row. */
  cfgIndex: z.int(),
  /** docsPnmCmtsUtscCfgFilename; null where it is empty. */
  fileName: z.string().nullable(),
});

/** A UTSC test that runs on a CMTS and that no session of this backend owns. */
export const utscOrphanSchema = rowSchema.extend({
  /** Null where the CMTS does not tell. */
  rfPortName: z.string().nullable(),
  /**
   * Who has started it, as far as the row tells: `ours` a session that this backend had, `otherInstallation`
   * one of the same product elsewhere, `otherManager` a file name of somebody else, `unknown` none that a
   * manager has given.
   */
  origin: z.enum(["ours", "otherInstallation", "otherManager", "unknown"]),
  sentence: z.string(),
  /** When this backend first saw it run. */
  seenSince: z.iso.datetime(),
});
export type UtscOrphan = z.infer<typeof utscOrphanSchema>;

/** What one CMTS answered when it was asked for its running tests. */
export const utscRunningTestsSchema = z.strictObject({
  cmtsId: z.string(),
  /** Tests that run there, those of sessions included; null where the CMTS could not be asked. */
  running: z.int().nullable(),
  error: errorBodySchema.nullable(),
});
export type UtscRunningTests = z.infer<typeof utscRunningTestsSchema>;

/** `GET /api/utsc-orphans`. */
export const utscOrphanListSchema = z.strictObject({
  orphans: z.array(utscOrphanSchema),
  cmts: z.array(utscRunningTestsSchema),
  readAt: z.iso.datetime(),
});
export type UtscOrphanList = z.infer<typeof utscOrphanListSchema>;

/** `POST /api/utsc-orphans/stop`: the row exactly as it was listed; where it reads otherwise nothing is done. */
export const stopUtscOrphanSchema = rowSchema;
export type StopUtscOrphan = z.infer<typeof stopUtscOrphanSchema>;

export const utscOrphanStoppedSchema = z.strictObject({
  stopped: rowSchema,
  /** Whether the row was removed too, because a session of this backend had made it. */
  rowRemoved: z.boolean(),
});
export type UtscOrphanStopped = z.infer<typeof utscOrphanStoppedSchema>;
