import { z } from "zod";
import { agentNameSchema } from "./agent-link.ts";
import { buildInfoSchema } from "./build.ts";

/**
 * Header of an agent's upgrade request that only asks whether the agent would be let in. The answer is
 * HTTP 200 with `agentCheckSchema`, or the refusal; no connection comes of it, and none is disturbed.
 */
export const AGENT_CHECK_HEADER = "x-pnmlab-check";

/** What the backend tells an agent that would be let in. */
export const agentCheckSchema = z.object({
  agent: agentNameSchema,
  build: buildInfoSchema,
  /** Clock of the backend, Unix milliseconds. */
  clockMs: z.number(),
  /** Where the agent of this name is connected from; null while it is not. */
  connectedFrom: z.string().nullable(),
  /** The CMTSs that this agent is to reach. */
  targets: z.array(
    z.object({ id: z.string(), host: z.string(), port: z.int().min(1).max(65535), profile: z.string() }),
  ),
});
export type AgentCheck = z.infer<typeof agentCheckSchema>;
