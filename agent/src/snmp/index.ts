export type { SnmpCounts } from "./counters.ts";
export * from "./endpoint.ts";
export { type BulkSize, SnmpEngine, type SnmpEngineOptions } from "./engine.ts";
export { SnmpError, targetText } from "./errors.ts";
export { Deadline, type Priority, type RequestLimits } from "./exchange.ts";
export { isEncodableOid, isWithin, normalOid } from "./oid.ts";
export type { RowSink } from "./walk.ts";
