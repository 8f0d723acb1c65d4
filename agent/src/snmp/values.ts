import type { SnmpValue, Varbind } from "@pnmlab/protocol";
import snmp from "net-snmp";
import { isEncodableOid } from "./oid.ts";

/** A varbind as net-snmp reads and writes it. */
export interface RawVarbind {
  oid: string;
  type?: number;
  value?: unknown;
}

const { ObjectType } = snmp;

/**
 * The varbind to write for a SET.
 *
 * @throws RangeError where a value is an exception or an OID that no wire can carry.
 */
export function toRawVarbind({ oid, value }: Varbind): Required<RawVarbind> {
  switch (value.type) {
    case "Integer":
      return { oid, type: ObjectType.Integer, value: value.value };
    case "Unsigned32":
      return { oid, type: ObjectType.Gauge, value: value.value };
    case "Counter32":
      return { oid, type: ObjectType.Counter, value: value.value };
    case "TimeTicks":
      return { oid, type: ObjectType.TimeTicks, value: value.value };
    case "Counter64":
      return { oid, type: ObjectType.Counter64, value: counter64Octets(value.value) };
    case "OctetString":
      return { oid, type: ObjectType.OctetString, value: Buffer.from(value.value, "hex") };
    case "Opaque":
      return { oid, type: ObjectType.Opaque, value: Buffer.from(value.value, "hex") };
    case "ObjectIdentifier":
      if (!isEncodableOid(value.value)) throw new RangeError(`${value.value} is not an OID`);
      return { oid, type: ObjectType.OID, value: value.value };
    case "IpAddress":
      return { oid, type: ObjectType.IpAddress, value: value.value };
    case "Null":
      return { oid, type: ObjectType.Null, value: null };
    case "noSuchObject":
    case "noSuchInstance":
    case "endOfMibView":
      throw new RangeError(`${value.type} is not a value that can be SET`);
  }
}

/** The value of a varbind that was read, or undefined where it is not a whole value of an SNMP type. */
export function fromRawVarbind({ type, value }: RawVarbind): SnmpValue | undefined {
  if (type === undefined) return undefined;
  switch (type) {
    case ObjectType.Integer:
      return isInt32(value) ? { type: "Integer", value } : undefined;
    case ObjectType.Gauge:
      return isUint32(value) ? { type: "Unsigned32", value } : undefined;
    case ObjectType.Counter:
      return isUint32(value) ? { type: "Counter32", value } : undefined;
    case ObjectType.TimeTicks:
      return isUint32(value) ? { type: "TimeTicks", value } : undefined;
    case ObjectType.Counter64:
      return counter64Of(value);
    case ObjectType.OctetString:
      return Buffer.isBuffer(value) ? { type: "OctetString", value: value.toString("hex") } : undefined;
    case ObjectType.Opaque:
      return Buffer.isBuffer(value) ? { type: "Opaque", value: value.toString("hex") } : undefined;
    case ObjectType.OID:
      return typeof value === "string" && /^\d+(\.\d+)+$/.test(value)
        ? { type: "ObjectIdentifier", value }
        : undefined;
    case ObjectType.IpAddress:
      return typeof value === "string" ? { type: "IpAddress", value } : undefined;
    case ObjectType.Null:
      return { type: "Null" };
    case ObjectType.NoSuchObject:
      return { type: "noSuchObject" };
    case ObjectType.NoSuchInstance:
      return { type: "noSuchInstance" };
    case ObjectType.EndOfMibView:
      return { type: "endOfMibView" };
    default:
      return undefined;
  }
}

/** Octets of an unsigned BER integer: shortest form, a zero in front where the first bit is set (X.690 8.3). */
function counter64Octets(decimal: string): Buffer {
  const number = BigInt(decimal);
  if (number > 0xffff_ffff_ffff_ffffn) throw new RangeError(`${decimal} does not fit into 64 bits`);
  const hex = number.toString(16);
  const octets = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  return octets[0]! & 0x80 ? Buffer.concat([Buffer.of(0), octets]) : octets;
}

function counter64Of(value: unknown): SnmpValue | undefined {
  if (!Buffer.isBuffer(value) || value.length === 0) return undefined;
  const digits = value.toString("hex").replace(/^(00)+(?=..)/, "");
  if (digits.length > 16) return undefined;
  return { type: "Counter64", value: BigInt(`0x${digits}`).toString() };
}

function isInt32(value: unknown): value is number {
  return Number.isInteger(value) && value === ((value as number) | 0);
}

function isUint32(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff_ffff;
}
