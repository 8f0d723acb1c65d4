import { z } from "zod";
import { type ErrorBody, errorBodySchema } from "./errors.ts";
import type { SnmpValue, Varbind } from "./snmp.ts";

/**
 * Rows of a stream cross the link as one flat list: OID below a base that both sides know, number of the
 * type, value, and so on. That is a third of the octets of `Varbind` and is read several times faster.
 */
export type PackedRows = (string | number | null)[];

/** A packed list that does not hold what it must. */
export class PackedError extends Error {
  readonly code = "PACKED_INVALID";
}

/** Numbers of the types on the wire are places in this list: new ones go to its end. */
const TYPES = [
  "Integer",
  "Unsigned32",
  "Counter32",
  "TimeTicks",
  "Counter64",
  "OctetString",
  "ObjectIdentifier",
  "IpAddress",
  "Opaque",
  "Null",
  "noSuchObject",
  "noSuchInstance",
  "endOfMibView",
] as const satisfies readonly SnmpValue["type"][];

const NUMBERS: ReadonlyMap<string, number> = new Map(TYPES.map((type, at) => [type, at]));

const isHex = (text: string) => text.length % 2 === 0 && /^[0-9a-f]*$/.test(text);
const isOid = (text: string) => /^\d+(?:\.\d+)+$/.test(text);
const isUint32 = (value: number) => value >= 0 && value <= 4294967295;
const isInt32 = (value: number) => value === (value | 0);

/** What the value of each type must be, by the number of the type. */
const CHECKS: readonly ((value: unknown) => boolean)[] = [
  (value) => Number.isInteger(value) && isInt32(value as number),
  (value) => Number.isInteger(value) && isUint32(value as number),
  (value) => Number.isInteger(value) && isUint32(value as number),
  (value) => Number.isInteger(value) && isUint32(value as number),
  (value) => typeof value === "string" && /^\d{1,20}$/.test(value),
  (value) => typeof value === "string" && isHex(value),
  (value) => typeof value === "string" && isOid(value),
  (value) => typeof value === "string" && z.ipv4().safeParse(value).success,
  (value) => typeof value === "string" && isHex(value),
  (value) => value === null,
  (value) => value === null,
  (value) => value === null,
  (value) => value === null,
];

/** Appends varbinds, all of them below `base`, to a packed list. */
export function packRows(into: PackedRows, varbinds: readonly Varbind[], base: string): void {
  const from = base.length + 1;
  for (const { oid, value } of varbinds) {
    into.push(oid.slice(from), NUMBERS.get(value.type)!, "value" in value ? value.value : null);
  }
}

/** @throws PackedError naming the place of what is wrong. */
export function unpackRows(packed: unknown, base: string): Varbind[] {
  if (!Array.isArray(packed) || packed.length % 3 !== 0) throw new PackedError("a list of rows is not whole");
  const rows: Varbind[] = [];
  for (let at = 0; at < packed.length; at += 3) {
    const below: unknown = packed[at];
    if (typeof below !== "string" || !/^\d+(?:\.\d+)*$/.test(below)) {
      throw new PackedError(`row ${at / 3} has no OID`);
    }
    rows.push({ oid: `${base}.${below}`, value: snmpValueOf(packed[at + 1], packed[at + 2], at / 3) });
  }
  return rows;
}

/** Appends values alone, for answers whose OIDs both sides know. */
export function packValues(varbinds: readonly Varbind[]): PackedRows {
  const packed: PackedRows = [];
  for (const { value } of varbinds) {
    packed.push(NUMBERS.get(value.type)!, "value" in value ? value.value : null);
  }
  return packed;
}

/** @throws PackedError where it does not hold exactly one value for each of `oids`. */
export function unpackValues(packed: unknown, oids: readonly string[]): Varbind[] {
  if (!Array.isArray(packed) || packed.length !== oids.length * 2) {
    throw new PackedError(`an answer has not ${oids.length} values`);
  }
  return oids.map((oid, at) => ({ oid, value: snmpValueOf(packed[at * 2], packed[at * 2 + 1], at) }));
}

function snmpValueOf(number: unknown, value: unknown, row: number): SnmpValue {
  const type = TYPES[number as number];
  if (type === undefined || !CHECKS[number as number]!(value)) {
    throw new PackedError(`row ${row} has no value of a known type`);
  }
  return (value === null ? { type } : { type, value }) as SnmpValue;
}

/** What one device of a sweep answered. */
export type SweepAnswer =
  | { target: number; ok: true; varbinds: Varbind[] }
  | { target: number; ok: false; error: ErrorBody };

/** A sweep's chunk on the wire: number of the target, then its packed values or its error, and so on. */
export type PackedAnswers = (number | PackedRows | ErrorBody)[];

/** @throws PackedError */
export function unpackAnswers(packed: unknown, oids: readonly string[]): SweepAnswer[] {
  if (!Array.isArray(packed) || packed.length % 2 !== 0)
    throw new PackedError("a list of answers is not whole");
  const answers: SweepAnswer[] = [];
  for (let at = 0; at < packed.length; at += 2) {
    const target: unknown = packed[at];
    const answer: unknown = packed[at + 1];
    if (!Number.isInteger(target)) throw new PackedError(`answer ${at / 2} has no target`);
    if (Array.isArray(answer)) {
      answers.push({ target: target as number, ok: true, varbinds: unpackValues(answer, oids) });
      continue;
    }
    const error = errorBodySchema.safeParse(answer);
    if (!error.success) throw new PackedError(`answer ${at / 2} is neither values nor an error`);
    answers.push({ target: target as number, ok: false, error: error.data });
  }
  return answers;
}

export const streamConsumedParamsSchema = z.strictObject({
  /** Id of the request whose chunks were consumed. */
  stream: z.int().min(1),
  /** How many of them, since the last word. */
  chunks: z.int().min(1),
});
