import { instanceOid, type MibObject } from "@pnmlab/docsis-mib";
import type { SnmpValue, Varbind } from "@pnmlab/protocol";

export type ColumnValue = number | string | Uint8Array;

/** A value on its way to one instance, with the names that words about it need. */
export interface ColumnWrite {
  object: MibObject;
  index: readonly number[];
  value: ColumnValue;
}

/** The varbind of a write, typed by the MIB: an INTEGER sent to an Unsigned32 column is refused. */
export function varbindOf({ object, index, value }: ColumnWrite): Varbind {
  return { oid: instanceOid(object, ...index), value: snmpValueOf(object, value) };
}

function snmpValueOf({ name, syntax }: MibObject, value: ColumnValue): SnmpValue {
  if (syntax === "OctetString" && typeof value !== "number") {
    const octets = typeof value === "string" ? Buffer.from(value, "utf8") : Buffer.from(value);
    return { type: "OctetString", value: octets.toString("hex") };
  }
  const isNumeric = syntax === "Integer" || syntax === "Unsigned32" || syntax === "TimeTicks";
  if (isNumeric && typeof value === "number") {
    return { type: syntax, value };
  }
  throw new TypeError(`${name} of syntax ${syntax} does not take ${typeof value}`);
}

/** The number that a value is; undefined where it is none. */
export function integerOf(value: SnmpValue | undefined): number | undefined {
  return value && "value" in value && typeof value.value === "number" ? value.value : undefined;
}

export function octetsOf(value: SnmpValue | undefined): Uint8Array | undefined {
  return value?.type === "OctetString" ? Buffer.from(value.value, "hex") : undefined;
}

/** An octet string as text; some devices end theirs with a zero octet. */
export function textOf(value: SnmpValue | undefined): string | undefined {
  const octets = octetsOf(value);
  return octets && Buffer.from(octets).toString("utf8").replaceAll("\0", "").trim();
}

/** The answer to a GET or a walk, read by column and index. Absent instances read as undefined. */
export class Readings {
  readonly #values: Map<string, SnmpValue>;

  constructor(varbinds: readonly Varbind[]) {
    this.#values = new Map(varbinds.map(({ oid, value }) => [oid, value]));
  }

  value(object: MibObject, index: readonly number[]): SnmpValue | undefined {
    return this.#values.get(instanceOid(object, ...index));
  }

  integer(object: MibObject, index: readonly number[]): number | undefined {
    return integerOf(this.value(object, index));
  }

  octets(object: MibObject, index: readonly number[]): Uint8Array | undefined {
    return octetsOf(this.value(object, index));
  }

  text(object: MibObject, index: readonly number[]): string | undefined {
    return textOf(this.value(object, index));
  }
}

/** A write in words: `docsPnmCmtsUtscCfgSpan = 80000000`. */
export function writeText({ object, value }: ColumnWrite): string {
  if (typeof value === "number") {
    const name = object.values?.[value];
    return `${object.name} = ${name === undefined ? value : `${name}(${value})`}`;
  }
  if (typeof value === "string") return `${object.name} = "${value}"`;
  return `${object.name} = ${Buffer.from(value).toString("hex")}`;
}
