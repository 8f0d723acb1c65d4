export * from "./endpoint.ts";
export { SnmpEngine } from "./engine.ts";
export { SnmpError, targetText } from "./errors.ts";
export { Deadline, type RequestLimits } from "./exchange.ts";
export { isEncodableOid, isWithin, normalOid } from "./oid.ts";
