import type { MibObject } from "@pnmlab/docsis-mib";
import type { Oid } from "./oid.ts";

/** A value as it stands in a varbind. */
export type SnmpValue =
  | { readonly type: "Integer" | "Unsigned32" | "Counter32" | "TimeTicks"; readonly value: number }
  | { readonly type: "Counter64"; readonly value: bigint }
  | { readonly type: "OctetString" | "IpAddress" | "Opaque"; readonly value: Uint8Array }
  | { readonly type: "ObjectIdentifier"; readonly value: Oid }
  | { readonly type: "Null" | "noSuchObject" | "noSuchInstance" | "endOfMibView"; readonly value: null };

export type SnmpType = SnmpValue["type"];

/** Tags of SMIv2 types and of the exceptions of RFC 3416. */
export const TAGS: Readonly<Record<SnmpType, number>> = {
  Integer: 0x02,
  OctetString: 0x04,
  Null: 0x05,
  ObjectIdentifier: 0x06,
  IpAddress: 0x40,
  Counter32: 0x41,
  Unsigned32: 0x42,
  TimeTicks: 0x43,
  Opaque: 0x44,
  Counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
};

export const TYPES_BY_TAG: ReadonlyMap<number, SnmpType> = new Map(
  Object.entries(TAGS).map(([type, tag]) => [tag, type as SnmpType]),
);

export const NULL: SnmpValue = { type: "Null", value: null };
export const NO_SUCH_OBJECT: SnmpValue = { type: "noSuchObject", value: null };
export const NO_SUCH_INSTANCE: SnmpValue = { type: "noSuchInstance", value: null };
export const END_OF_MIB_VIEW: SnmpValue = { type: "endOfMibView", value: null };

/** What an object's reader returns: text is UTF-8, an OID is an array. */
export type RawValue = number | bigint | string | Uint8Array | Oid;

const utf8 = new TextEncoder();

/** The value of an object in the type that its MIB gives it. */
export function typedValue(object: MibObject, raw: RawValue): SnmpValue {
  switch (object.syntax) {
    case "OctetString":
      return { type: "OctetString", value: typeof raw === "string" ? utf8.encode(raw) : (raw as Uint8Array) };
    case "ObjectIdentifier":
      return { type: "ObjectIdentifier", value: raw as Oid };
    case "Counter64":
      return { type: "Counter64", value: BigInt(raw as number) };
    case "Integer":
    case "Unsigned32":
    case "Counter32":
    case "TimeTicks":
      return { type: object.syntax, value: raw as number };
  }
}
