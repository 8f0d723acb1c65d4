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

export const snmpGetParamsSchema = z.strictObject({
  target: snmpTargetSchema,
  oids: z.array(oidSchema).min(1).max(64),
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
});
export const varbindsResultSchema = z.strictObject({ varbinds: z.array(varbindSchema) });

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
] as const;
export type SnmpErrorCode = (typeof SNMP_ERROR_CODES)[number];
