/** SMI types as they appear on the wire; the tag that a SET must carry. */
export type Syntax =
  | "Integer"
  | "Unsigned32"
  | "Counter32"
  | "Counter64"
  | "TimeTicks"
  | "OctetString"
  | "ObjectIdentifier";

export type Access = "not-accessible" | "read-only" | "read-write" | "read-create";

/** One column or scalar of a MIB. */
export interface MibObject {
  readonly name: string;
  readonly oid: string;
  readonly syntax: Syntax;
  readonly access: Access;
  /** Named values of an enumerated INTEGER, by number. */
  readonly values?: Readonly<Record<number, string>>;
}

/** OID of the instance of a column, for example `instanceOid(utscCfg.span, rfPortIfIndex, 1)`. */
export function instanceOid(object: MibObject, ...index: number[]): string {
  return `${object.oid}.${index.length === 0 ? 0 : index.join(".")}`;
}

/**
 * Index of an instance OID below a column, as its sub-identifiers, or undefined where the OID does not
 * lie below the column. The column is stripped from the front; nothing is searched for inside the OID.
 */
export function indexOf(object: MibObject, oid: string): number[] | undefined {
  if (!oid.startsWith(`${object.oid}.`)) return undefined;
  return oid
    .slice(object.oid.length + 1)
    .split(".")
    .map(Number);
}

/** Name of an enumerated value, or undefined where the MIB does not name it. */
export function valueName(object: MibObject, value: number): string | undefined {
  return object.values?.[value];
}

/** Number of a named value. Throws RangeError where the MIB has no such name: a mistake in the program. */
export function valueNumber(object: MibObject, name: string): number {
  for (const [number, candidate] of Object.entries(object.values ?? {})) {
    if (candidate === name) return Number(number);
  }
  throw new RangeError(`${object.name} has no value named ${name}`);
}

/** Numbers a list of names from `first` upward, as a MIB enumeration. */
export function enumeration(first: number, ...names: string[]): Readonly<Record<number, string>> {
  return Object.fromEntries(names.map((name, index) => [first + index, name]));
}

/** A table's columns as a function of their number, name and syntax; keeps the entry OID in one place. */
export function columnsOf(entryOid: string) {
  return (
    number: number,
    name: string,
    syntax: Syntax,
    access: Access,
    values?: Readonly<Record<number, string>>,
  ): MibObject => ({ name, oid: `${entryOid}.${number}`, syntax, access, ...(values ? { values } : {}) });
}
