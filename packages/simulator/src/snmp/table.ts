import type { MibObject } from "@pnmlab/docsis-mib";
import { compareOids, type Oid } from "./oid.ts";
import type { RawValue } from "./values.ts";

/** One column of a table, or one scalar. */
export interface Column<Row> {
  readonly object: MibObject;
  /** The instance's value; undefined where this row has none (noSuchInstance). */
  read(row: Row, index: Oid): RawValue | undefined;
}

export interface TableRow<Row> {
  readonly index: Oid;
  readonly row: Row;
}

/** Rows in the order of their indices, with the columns that read them. */
export class SnmpTable<Row> {
  readonly columns: readonly Column<Row>[];
  #rows: TableRow<Row>[] = [];

  constructor(columns: readonly Column<Row>[], rows: Iterable<TableRow<Row>> = []) {
    this.columns = columns;
    for (const { index, row } of rows) this.put(index, row);
  }

  get rows(): readonly TableRow<Row>[] {
    return this.#rows;
  }

  get(index: Oid): Row | undefined {
    const at = this.after(index, true);
    const found = this.#rows[at];
    return found && compareOids(found.index, index) === 0 ? found.row : undefined;
  }

  put(index: Oid, row: Row): void {
    const at = this.after(index, true);
    const replaces = this.#rows[at] !== undefined && compareOids(this.#rows[at]!.index, index) === 0;
    this.#rows.splice(at, replaces ? 1 : 0, { index, row });
  }

  remove(index: Oid): void {
    const at = this.after(index, true);
    if (this.#rows[at] && compareOids(this.#rows[at].index, index) === 0) this.#rows.splice(at, 1);
  }

  clear(): void {
    this.#rows = [];
  }

  /** Position of the first row behind `index`, or at it where `including`. */
  after(index: Oid, including = false): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = compareOids(this.#rows[middle]!.index, index);
      if (order < 0 || (order === 0 && !including)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Scalars are a table of one row, whose index is 0. */
export function scalars<Row>(row: Row, columns: readonly Column<Row>[]): SnmpTable<Row> {
  return new SnmpTable(columns, [{ index: [0], row }]);
}
