export type { PollClock } from "./clock.ts";
export { pollSnmp } from "./engine-snmp.ts";
export { Outbox, type OutboxOptions } from "./outbox.ts";
export { Polling, type PollingOptions, type PollTimings } from "./polling.ts";
export type { PollLimits, PollSnmp } from "./reader.ts";
