import { RequestRefused } from "./error-status.ts";
import type { Varbind } from "./message.ts";
import type { MibView, Variable } from "./mib-view.ts";
import { type Oid, oidText } from "./oid.ts";
import { rowAction } from "./row-status.ts";
import { type Draft, type Images, type WritableColumn, WritableTable } from "./writable-table.ts";

// biome-ignore lint/suspicious/noExplicitAny: one request spans tables of every row type
type AnyTable = WritableTable<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
type AnyDraft = Draft<any>;

/** A varbind of a request with its place in it, counted from 1. */
export interface PlacedVarbind extends Varbind {
  position: number;
}

/**
 * Carries out a SET as RFC 3416, section 4.2.5 has it: every varbind is checked by itself, every row as it
 * would be afterwards, and only then all are applied, as if at once.
 *
 * @throws RequestRefused with the status and position of the first varbind that cannot be applied; nothing is changed then
 */
export function applySet(view: MibView, varbinds: readonly PlacedVarbind[]): void {
  const drafts = new Map<AnyTable, Map<string, AnyDraft>>();
  for (const varbind of varbinds) {
    const { position } = varbind;
    const { table, column, index } = writableTarget(view, varbind);
    const value = checkedValue(column, varbind);
    let ofTable = drafts.get(table);
    if (!ofTable) {
      ofTable = new Map();
      drafts.set(table, ofTable);
    }
    const key = oidText(index);
    const draft = ofTable.get(key) ?? table.startDraft(index, position);
    ofTable.set(key, draft);
    table.assign(draft, column, value, position);
  }

  const all = [...drafts].flatMap(([table, ofTable]) =>
    [...ofTable.values()].map((draft) => ({ table, draft })),
  );
  const images: Images = {
    after: (table, index) => {
      const draft = drafts.get(table)?.get(oidText(index));
      return draft ? draft.after : table.get(index);
    },
  };
  for (const { table, draft } of all) table.settle(draft);
  for (const { table, draft } of all) table.check(draft, images);
  for (const { table, draft } of all) table.place(draft);
  for (const { table, draft } of all) table.committed(draft);
}

function writableTarget(view: MibView, { oid, position }: PlacedVarbind) {
  const variable = view.variableOf(oid);
  if (!variable || !isWritable(variable)) {
    throw new RequestRefused("notWritable", position, `${oidText(oid)} cannot be written`);
  }
  const index: Oid = oid.slice(variable.oid.length);
  return { table: variable.table as AnyTable, column: variable.column, index };
}

function isWritable(variable: Variable): boolean {
  return variable.table instanceof WritableTable && "write" in variable.column;
}

/** The value of a varbind, once type, length and range are right. */
function checkedValue(
  column: WritableColumn<unknown>,
  { value, position }: PlacedVarbind,
): number | Uint8Array {
  const { object } = column;
  if (
    value.type !== object.syntax ||
    (typeof value.value !== "number" && !(value.value instanceof Uint8Array))
  ) {
    throw new RequestRefused("wrongType", position, `${object.name} is ${object.syntax}, not ${value.type}`);
  }
  const named = object.values === undefined || object.values[value.value as number] !== undefined;
  const refusal = named ? column.write!.refuses?.(value.value) : "wrongValue";
  if (refusal) throw new RequestRefused(refusal, position, `${object.name} does not take this value`);
  return value.value;
}

/** The write of a RowStatus column: values 4 to 6 are actions, notReady(3) is only read. */
export const rowStatusWrite = {
  refuses: (value: number | Uint8Array) =>
    rowAction(value as number) === undefined ? ("wrongValue" as const) : undefined,
  assign: () => {},
};
