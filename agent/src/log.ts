import type { LinkLog } from "@pnmlab/link";

/** The part of a logger that the agent uses; pino's fits. */
export type AgentLog = LinkLog;
