import { instanceOid, type MibObject, type UtscField, utscFields, valueName } from "@pnmlab/docsis-mib";
import type { SnmpValue, UtscPlannedSet } from "@pnmlab/protocol";
import { type ColumnWrite, integerOf, octetsOf, varbindOf } from "../snmp/values.ts";
import { wireValue } from "./columns.ts";

export interface PlannedSetSource {
  pdu: number;
  part: UtscPlannedSet["part"];
  write: ColumnWrite;
  field: UtscField | null;
  changes: boolean;
  refusedBy: string | null;
  onRefusal: UtscPlannedSet["onRefusal"];
  /** What is there now: a reading, or a parameter of the row. */
  current: SnmpValue | number | string | undefined;
}

/** A SET as a person reads it, with the value that is there now. */
export function plannedSet({ write, current, field, ...rest }: PlannedSetSource): UtscPlannedSet {
  const { object, index } = write;
  const isText = typeof write.value === "string";
  const { value: wire } = varbindOf(write);
  const value = plainValue(wire, isText)!;
  const now = typeof current === "object" ? plainValue(current, isText) : parameterNow(current, field);
  return {
    ...rest,
    field,
    oid: instanceOid(object, ...index),
    name: `${object.name}.${index.join(".")}`,
    type: wire.type === "OctetString" && !isText ? "HexString" : (wire.type as UtscPlannedSet["type"]),
    value,
    valueName: nameOf(object, value),
    currentValue: now,
    currentValueName: nameOf(object, now),
  };
}

function plainValue(value: SnmpValue, isText: boolean): number | string | null {
  const octets = octetsOf(value);
  if (octets === undefined) return integerOf(value) ?? null;
  return Buffer.from(octets).toString(isText ? "utf8" : "hex");
}

function parameterNow(current: number | string | undefined, field: UtscField | null): number | string | null {
  if (current === undefined) return null;
  if (field === null || utscFields[field].kind === "text") return current;
  const wire = wireValue(field, current);
  return wire instanceof Uint8Array ? Buffer.from(wire).toString("hex") : wire;
}

function nameOf(object: MibObject, value: number | string | null): string | null {
  return typeof value === "number" ? (valueName(object, value) ?? null) : null;
}
