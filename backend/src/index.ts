export { AGENTS_USAGE, runAgentsCommand } from "./agents-command.ts";
export { mintSession } from "./auth/session.ts";
export { mintSignInToken, signInUrl } from "./auth/sign-in-link.ts";
export { type Backend, type BackendOptions, startBackend } from "./backend.ts";
