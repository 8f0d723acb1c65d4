import { z } from "zod";
import { agentSchema, captureDetailSchema, captureSchema, cmtsSchema, rfPortSchema } from "./rest.ts";
import { utscSessionSchema } from "./utsc.ts";

/** `GET /api/agents`. */
export const agentListSchema = z.strictObject({ agents: z.array(agentSchema) });
export type AgentList = z.infer<typeof agentListSchema>;

/** `GET /api/cmts`. */
export const cmtsListSchema = z.strictObject({ cmts: z.array(cmtsSchema) });
export type CmtsList = z.infer<typeof cmtsListSchema>;

/** `GET /api/cmts/{id}/rf-ports`. */
export const rfPortListSchema = z.strictObject({
  rfPorts: z.array(rfPortSchema),
  /** When the CMTS gave these answers. */
  readAt: z.iso.datetime(),
});
export type RfPortList = z.infer<typeof rfPortListSchema>;

/** `GET /api/utsc/sessions`. */
export const utscSessionListSchema = z.strictObject({ sessions: z.array(utscSessionSchema) });
export type UtscSessionList = z.infer<typeof utscSessionListSchema>;

/** `POST /api/utsc/sessions`, `GET /api/utsc/sessions/{id}`, `POST /api/utsc/sessions/{id}/stop`. */
export const utscSessionAnswerSchema = z.strictObject({ session: utscSessionSchema });
export type UtscSessionAnswer = z.infer<typeof utscSessionAnswerSchema>;

/** `GET /api/captures`, newest first. */
export const captureListSchema = z.strictObject({
  captures: z.array(captureSchema),
  /** Value of `before` for the next page; null on the last one. */
  nextBefore: z.string().nullable(),
});
export type CaptureList = z.infer<typeof captureListSchema>;

/** `GET /api/captures/{id}`. */
export const captureAnswerSchema = z.strictObject({ capture: captureDetailSchema });
export type CaptureAnswer = z.infer<typeof captureAnswerSchema>;

/** `POST /api/captures`; `isNew` is false where the same file was there already. */
export const keptCaptureSchema = z.strictObject({ capture: captureSchema, isNew: z.boolean() });
export type KeptCapture = z.infer<typeof keptCaptureSchema>;

/** One action that changed something, with what became of it. */
export const auditEntrySchema = z.strictObject({
  at: z.iso.datetime(),
  user: z.string(),
  address: z.string(),
  action: z.string(),
  /** Parameters and body of the request. */
  details: z.record(z.string(), z.unknown()),
  outcome: z.enum(["done", "refused", "failed"]),
  errorCode: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** `GET /api/audit`, newest first. */
export const auditListSchema = z.strictObject({ entries: z.array(auditEntrySchema) });
export type AuditList = z.infer<typeof auditListSchema>;
