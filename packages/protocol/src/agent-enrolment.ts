import { z } from "zod";
import { agentNameSchema } from "./agent-link.ts";
import { agentSchema } from "./rest.ts";

/** A CMTS by name, an IPv4 address or network, or `*` for whatever no other agent names. */
export const agentTargetSchema = z
  .string()
  .max(64)
  .regex(
    /^(\*|[a-z0-9][a-z0-9-]*|\d{1,3}(\.\d{1,3}){3}(\/([12]?\d|3[0-2]))?)$/i,
    "the name of a CMTS, an address, a network such as 10.20.0.0/16, or *",
  );

const siteSchema = z.string().trim().max(80);
const targetsSchema = z.array(agentTargetSchema).min(1).max(64);

/** `POST /api/agents`. */
export const enrolAgentSchema = z.strictObject({
  name: agentNameSchema,
  site: siteSchema.default(""),
  targets: targetsSchema.default(["*"]),
});
export type EnrolAgent = z.input<typeof enrolAgentSchema>;

/** `PUT /api/agents/{name}`. */
export const changeAgentSchema = z.strictObject({ site: siteSchema, targets: targetsSchema });
export type ChangeAgent = z.infer<typeof changeAgentSchema>;

/** The only answer that ever holds a token. */
export const agentTokenAnswerSchema = z.strictObject({ agent: agentSchema, token: z.string() });
export type AgentTokenAnswer = z.infer<typeof agentTokenAnswerSchema>;

export const agentAnswerSchema = z.strictObject({ agent: agentSchema });
export type AgentAnswer = z.infer<typeof agentAnswerSchema>;

export const agentHistoryEntrySchema = z.strictObject({
  /** The name that it gave, also where nobody expects it. */
  agent: z.string(),
  event: z.enum([
    "enrolled",
    "changed",
    "rotated",
    "token-used",
    "revoked",
    "removed",
    "connected",
    "resumed",
    "lost",
    "refused",
  ]),
  /** When it happened first, and last: equal refusals in a row are one entry. */
  at: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  count: z.int(),
  /** Where it came from; null for what was done here. */
  address: z.string().nullable(),
  /** Code of a refusal. */
  code: z.string().nullable(),
  reason: z.string(),
});
export type AgentHistoryEntry = z.infer<typeof agentHistoryEntrySchema>;

/** `GET /api/agent-history`, newest first. */
export const agentHistorySchema = z.strictObject({ entries: z.array(agentHistoryEntrySchema) });
export type AgentHistory = z.infer<typeof agentHistorySchema>;
