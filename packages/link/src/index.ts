export { AgentLink, connectAgentLink } from "./agent-link.ts";
export { type BackendCheck, checkBackend } from "./check-backend.ts";
export { type DialOptions, readNamedFile } from "./dial.ts";
export { Ledger, LedgerGapError } from "./ledger.ts";
export type { LinkFailure, LinkFailureKind } from "./link-failure.ts";
export { type LinkEvent, type LinkStateName, linkTransitions } from "./link-machine.ts";
export type * from "./link-options.ts";
export * from "./repeat-counter.ts";
export * from "./request-manager.ts";
