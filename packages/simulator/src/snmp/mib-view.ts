import type { MibObject } from "@pnmlab/docsis-mib";
import { compareOids, type Oid, parseOid, startsWith } from "./oid.ts";
import type { Column, SnmpTable } from "./table.ts";
import { END_OF_MIB_VIEW, NO_SUCH_INSTANCE, NO_SUCH_OBJECT, type SnmpValue, typedValue } from "./values.ts";

/** A column or scalar in its place in the tree. */
export interface Variable {
  readonly oid: Oid;
  readonly object: MibObject;
  // biome-ignore lint/suspicious/noExplicitAny: tables of every row type stand in one tree
  readonly column: Column<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly table: SnmpTable<any>;
}

/** Everything that an agent answers for, in lexicographic order. */
export class MibView {
  readonly #variables: Variable[];

  // biome-ignore lint/suspicious/noExplicitAny: tables of every row type stand in one tree
  constructor(tables: readonly SnmpTable<any>[]) {
    this.#variables = tables
      .flatMap((table) =>
        table.columns.map((column) => ({
          oid: parseOid(column.object.oid),
          object: column.object,
          column,
          table,
        })),
      )
      .sort((a, b) => compareOids(a.oid, b.oid));
  }

  /** The column or scalar that `oid` is an instance of. */
  variableOf(oid: Oid): Variable | undefined {
    const variable = this.#variables[this.#position(oid) - 1];
    return variable && startsWith(oid, variable.oid) ? variable : undefined;
  }

  /** The object of this name, as the MIB spells it. */
  objectNamed(name: string): MibObject | undefined {
    return this.#variables.find(({ object }) => object.name === name)?.object;
  }

  get(oid: Oid): SnmpValue {
    const variable = this.variableOf(oid);
    if (!variable) return NO_SUCH_OBJECT;
    const index = oid.slice(variable.oid.length);
    const row: unknown = variable.table.get(index);
    const raw = row === undefined ? undefined : variable.column.read(row, index);
    return raw === undefined ? NO_SUCH_INSTANCE : typedValue(variable.object, raw);
  }

  /** The first instance behind `oid`; `endOfMibView` under the same OID behind the last one. */
  next(oid: Oid): { oid: Oid; value: SnmpValue } {
    let position = this.#position(oid);
    const containing = this.#variables[position - 1];
    if (containing && startsWith(oid, containing.oid)) {
      const found = firstInstance(containing, containing.table.after(oid.slice(containing.oid.length)));
      if (found) return found;
    }
    for (; position < this.#variables.length; position += 1) {
      const found = firstInstance(this.#variables[position]!, 0);
      if (found) return found;
    }
    return { oid, value: END_OF_MIB_VIEW };
  }

  /** Position of the first variable behind `oid`. */
  #position(oid: Oid): number {
    let low = 0;
    let high = this.#variables.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareOids(this.#variables[middle]!.oid, oid) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function firstInstance(variable: Variable, from: number): { oid: Oid; value: SnmpValue } | undefined {
  const { rows } = variable.table;
  for (let at = from; at < rows.length; at += 1) {
    const { index, row } = rows[at]!;
    const raw = variable.column.read(row, index);
    if (raw !== undefined) {
      return { oid: [...variable.oid, ...index], value: typedValue(variable.object, raw) };
    }
  }
  return undefined;
}
