import { z } from "zod";

const oidSchema = z.string().regex(/^\d+(\.\d+)+$/, "an OID in dotted decimal form");

/**
 * One SNMP value with its wire type. Octet strings travel as lower-case hex and 64-bit counters as
 * decimal strings, so that no octet and no digit is lost in JSON.
 */
export const snmpValueSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("Integer"), value: z.int().min(-2147483648).max(2147483647) }),
  z.strictObject({ type: z.literal("Unsigned32"), value: z.int().min(0).max(4294967295) }),
  z.strictObject({ type: z.literal("Counter32"), value: z.int().min(0).max(4294967295) }),
  z.strictObject({ type: z.literal("TimeTicks"), value: z.int().min(0).max(4294967295) }),
  z.strictObject({ type: z.literal("Counter64"), value: z.string().regex(/^\d{1,20}$/) }),
  z.strictObject({ type: z.literal("OctetString"), value: z.string().regex(/^([0-9a-f]{2})*$/) }),
  z.strictObject({ type: z.literal("ObjectIdentifier"), value: oidSchema }),
  z.strictObject({ type: z.literal("IpAddress"), value: z.ipv4() }),
  z.strictObject({ type: z.literal("Opaque"), value: z.string().regex(/^([0-9a-f]{2})*$/) }),
  z.strictObject({ type: z.literal("Null") }),
  z.strictObject({ type: z.literal("noSuchObject") }),
  z.strictObject({ type: z.literal("noSuchInstance") }),
  z.strictObject({ type: z.literal("endOfMibView") }),
]);
export type SnmpValue = z.infer<typeof snmpValueSchema>;

export const varbindSchema = z.strictObject({ oid: oidSchema, value: snmpValueSchema });
export type Varbind = z.infer<typeof varbindSchema>;

/** Where a request goes. `profile` names credentials that only the agent holds. */
export const snmpTargetSchema = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535),
  profile: z.string().min(1),
});
export type SnmpTarget = z.infer<typeof snmpTargetSchema>;

/**
 * Somebody waits for an `interactive` request; a `batch` request is one of many that nobody watches. Where
 * requests wait for their turn the interactive ones go first, and the others keep a share.
 */
export const requestClassSchema = z.enum(["interactive", "batch"]);
export type RequestClass = z.infer<typeof requestClassSchema>;
const requestClass = requestClassSchema.optional();

const oidListSchema = z.array(oidSchema).min(1).max(64);

export const snmpGetParamsSchema = z.strictObject({
  target: snmpTargetSchema,
  oids: oidListSchema,
  class: requestClass,
});
export const snmpGetBulkParamsSchema = z.strictObject({
  target: snmpTargetSchema,
  oids: oidListSchema,
  nonRepeaters: z.int().min(0).max(64).default(0),
  maxRepetitions: z.int().min(1).max(100).default(20),
  class: requestClass,
});
export const snmpSetParamsSchema = z.strictObject({
  target: snmpTargetSchema,
  varbinds: z.array(varbindSchema).min(1).max(32),
});
export const snmpWalkParamsSchema = z.strictObject({
  target: snmpTargetSchema,
  /** Root of the subtree; every varbind of the answer lies below it. */
  oid: oidSchema,
  maxRows: z.int().min(1).max(100_000).default(10_000),
  class: requestClass,
});
/** A walk whose rows come in chunks while it runs, so that no side holds all of them. */
export const snmpWalkStreamParamsSchema = z.strictObject({
  target: snmpTargetSchema,
  oid: oidSchema,
  maxRows: z.int().min(1).max(10_000_000).default(1_000_000),
  class: requestClass,
});
/** Columns of a table, in chunks of whole rows in the order of their indexes. */
export const snmpTableParamsSchema = z.strictObject({
  target: snmpTargetSchema,
  /** OID of the entry: columns lie directly below it. */
  entryOid: oidSchema,
  columns: z.array(z.int().min(1).max(4294967295)).min(1).max(64),
  /** Rows of the table, however many columns they have. */
  maxRows: z.int().min(1).max(1_000_000).default(100_000),
  class: requestClass,
});
/** The same OIDs of many devices; the answers come in chunks as they arrive, each with its target's number. */
export const snmpSweepParamsSchema = z.strictObject({
  targets: z.array(snmpTargetSchema).min(1).max(10_000),
  oids: oidListSchema,
  /** Milliseconds for each device, from its first datagram. */
  targetDeadlineMs: z.int().min(50).max(60_000).default(2_000),
});
export const varbindsResultSchema = z.strictObject({ varbinds: z.array(varbindSchema) });
/** What a stream ends with: how many rows or targets its chunks held. */
export const streamResultSchema = z.strictObject({ rows: z.int().min(0) });

/** The error codes an SNMP request can end with; `details` carries errorStatus, errorIndex and oid. */
export const SNMP_ERROR_CODES = [
  "SNMP_TIMEOUT",
  "SNMP_ERROR_STATUS",
  "SNMP_TRANSPORT",
  "SNMP_BAD_RESPONSE",
  "SNMP_WALK_LOOP",
  "SNMP_WALK_LIMIT",
  "SNMP_SET_REFUSED",
  "SNMP_TARGET_REFUSED",
  "SNMP_PROFILE_UNKNOWN",
  /** The device refuses the SNMPv3 user. */
  "SNMP_SECURITY",
  /** The agent's policy does not grant the permission that the request needs. */
  "SNMP_PERMISSION",
] as const;
export type SnmpErrorCode = (typeof SNMP_ERROR_CODES)[number];
