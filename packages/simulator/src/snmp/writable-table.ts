import type { MibObject } from "@pnmlab/docsis-mib";
import { type ErrorStatus, RequestRefused } from "./error-status.ts";
import { type Oid, oidText } from "./oid.ts";
import { type RowAction, type RowState, rowAction, rowOutcome } from "./row-status.ts";
import { type Column, SnmpTable, type TableRow } from "./table.ts";

/** A column that a SET may write. */
export interface WritableColumn<Row> extends Column<Row> {
  readonly write?: ColumnWrite<Row>;
}

interface ColumnWrite<Row> {
  /** What is wrong with the value by itself: wrongLength or wrongValue. */
  refuses?(value: number | Uint8Array): ErrorStatus | undefined;
  assign(row: Row, value: number | Uint8Array): void;
}

/** How rows of a table come, change and go. */
export interface TableRules<Row> {
  /** A new row with its defaults. Refuses with noCreation where no row can ever have this index. */
  create?(index: Oid): Row | { refused: ErrorStatus };
  /** Why a row that is absent cannot be written; noCreation unless given. */
  absent?(index: Oid): ErrorStatus;
  copy(row: Row): Row;
  rowStatus?: RowStatusRules<Row>;
  /** Rules over the row as it will be, and over other rows through `images`. Refuses by `draft.refuse`. */
  check?(draft: Draft<Row>, images: Images): void;
  /** Effects, once every row of the request is in place. */
  committed?(draft: Draft<Row>): void;
}

interface RowStatusRules<Row> {
  readonly object: MibObject;
  getState(row: Row): RowState;
  setState(row: Row, state: RowState): void;
  isReady(row: Row): boolean;
}

/** The rows of every table as they will be after the request. */
export interface Images {
  after<Row>(table: WritableTable<Row>, index: Oid): Row | undefined;
}

/** One row of a request: as it is, as it will be, and which varbind wrote what. */
export class Draft<Row> {
  readonly index: Oid;
  readonly before: Row | undefined;
  after: Row | undefined;
  action: RowAction | undefined;
  readonly #positions = new Map<string, number>();

  constructor(index: Oid, before: Row | undefined, after: Row | undefined) {
    this.index = index;
    this.before = before;
    this.after = after;
  }

  touch(object: MibObject, position: number): void {
    this.#positions.set(object.name, position);
  }

  wrote(object: MibObject): boolean {
    return this.#positions.has(object.name);
  }

  /** Refuses the request at the last varbind that wrote one of `objects`, else at the row's first varbind. */
  refuse(status: ErrorStatus, reason: string, ...objects: MibObject[]): never {
    const positions = objects.flatMap((object) => this.#positions.get(object.name) ?? []);
    throw new RequestRefused(
      status,
      positions.length > 0 ? Math.max(...positions) : Math.min(...this.#positions.values()),
      reason,
    );
  }
}

/** A table that a SET may change, one draft per row, all or nothing. */
export class WritableTable<Row> extends SnmpTable<Row> {
  override readonly columns: readonly WritableColumn<Row>[];
  readonly #rules: TableRules<Row>;

  constructor(
    columns: readonly WritableColumn<Row>[],
    rules: TableRules<Row>,
    rows: Iterable<TableRow<Row>> = [],
  ) {
    super(columns, rows);
    this.columns = columns;
    this.#rules = rules;
  }

  /** A draft of the row at `index`; a new one where the table can create it. */
  startDraft(index: Oid, position: number): Draft<Row> {
    const before = this.get(index);
    if (before !== undefined) return new Draft(index, before, this.#rules.copy(before));
    const created = this.#rules.create?.(index) ?? { refused: this.#rules.absent?.(index) ?? "noCreation" };
    if (isRefusal(created)) {
      throw new RequestRefused(created.refused, position, `no row ${oidText(index)} can be created`);
    }
    return new Draft<Row>(index, undefined, created);
  }

  /** Puts one value into a draft. */
  assign(draft: Draft<Row>, column: WritableColumn<Row>, value: number | Uint8Array, position: number): void {
    draft.touch(column.object, position);
    if (column.object === this.#rules.rowStatus?.object) draft.action = rowAction(value as number);
    else if (draft.after !== undefined) column.write!.assign(draft.after, value);
  }

  /** Settles the state of the row, so that other tables can look at it. */
  settle(draft: Draft<Row>): void {
    const rules = this.#rules.rowStatus;
    if (!rules || draft.after === undefined) return;
    const state = draft.before === undefined ? "absent" : rules.getState(draft.before);
    const outcome = rowOutcome(state, draft.action, rules.isReady(draft.after));
    if (typeof outcome === "object") draft.refuse(outcome.refused, "the row's state", rules.object);
    else if (outcome === "absent") draft.after = undefined;
    else rules.setState(draft.after, outcome);
  }

  check(draft: Draft<Row>, images: Images): void {
    this.#rules.check?.(draft, images);
  }

  place(draft: Draft<Row>): void {
    if (draft.after === undefined) this.remove(draft.index);
    else this.put(draft.index, draft.after);
  }

  committed(draft: Draft<Row>): void {
    this.#rules.committed?.(draft);
  }
}

function isRefusal(value: unknown): value is { refused: ErrorStatus } {
  return typeof value === "object" && value !== null && "refused" in value;
}
