export type { TftpCounters } from "./counters.ts";
export type { PeerText, TftpLog, TftpServerEvents } from "./events.ts";
export type { TftpFaultCode } from "./fault.ts";
export { DEFAULT_LIMITS, type TftpLimits } from "./limits.ts";
export { TftpServer, type TftpServerOptions } from "./server.ts";
