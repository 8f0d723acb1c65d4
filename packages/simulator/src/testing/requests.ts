import type { Varbind } from "../snmp/message.ts";
import { parseOid } from "../snmp/oid.ts";
import { NULL, type SnmpValue } from "../snmp/values.ts";

export {
  decodeResponse,
  encodeRequest,
  type ManagerRequest as TestRequest,
  type ManagerResponse as TestResponse,
} from "../snmp/manager-message.ts";

export function asking(...oids: string[]): Varbind[] {
  return oids.map((oid) => ({ oid: parseOid(oid), value: NULL }));
}

export function integer(value: number): SnmpValue {
  return { type: "Integer", value };
}

export function unsigned(value: number): SnmpValue {
  return { type: "Unsigned32", value };
}

export function octets(value: string | Uint8Array): SnmpValue {
  return { type: "OctetString", value: typeof value === "string" ? new TextEncoder().encode(value) : value };
}
