import type { SnmpValue, Varbind } from "@pnmlab/protocol";
import { ERROR_STATUS } from "./error-status.ts";
import { badResponseError, errorStatusError, walkLimitError, walkLoopError } from "./errors.ts";
import { compareOids, isBelow } from "./oid.ts";
import { Repetitions } from "./repetitions.ts";
import type { Answer } from "./session.ts";
import type { RowSink, Walk } from "./walk.ts";

interface Column {
  /** OID of the column, without index. */
  root: string;
  /** Where it goes on. */
  cursor: string;
  isDone: boolean;
  /** Cells that have come and whose row may still get cells of other columns. */
  cells: { index: string; value: SnmpValue }[];
}

/**
 * Reads columns of a table side by side, several per GETBULK (GETNEXT where the device speaks v1). Rows come
 * in the order of their indexes, each with the cells that the device has of it; each call of `sink` gets
 * whole rows, the cells of a row in the order of the columns.
 *
 * @param columns sub-identifiers below `root`, which is the table's entry.
 * @returns how many rows there were.
 * @throws SnmpError as `walkSubtree` does.
 */
export async function readTable(walk: Walk, columns: readonly number[], sink: RowSink): Promise<number> {
  const { ask, name, maxRows } = walk;
  const isV1 = name.endpoint.profile.version === "v1";
  const signal = walk.signal ?? new AbortController().signal;
  const all = columns.map((column): Column => {
    const root = `${walk.root}.${column}`;
    return { root, cursor: root, isDone: false, cells: [] };
  });
  const repetitions = new Repetitions();
  let maxColumns = all.length;
  let count = 0;
  for (;;) {
    const asked = laggards(all).slice(0, maxColumns);
    if (asked.length > 0) {
      const answer = await ask((attempt) => {
        if (attempt > 2) repetitions.shrink();
        const oids = asked.map(({ cursor }) => cursor);
        if (isV1) return { kind: "getNext", oids };
        return {
          kind: "getBulk",
          oids,
          maxRepetitions: Math.max(1, Math.floor(repetitions.count / oids.length)),
        };
      }, signal);
      if (answer.errorStatus === ERROR_STATUS.tooBig && (repetitions.shrink() || asked.length > 1)) {
        if (repetitions.count < asked.length) maxColumns = Math.max(1, asked.length >> 1);
        continue;
      }
      const ended = asked[answer.errorIndex - 1];
      if (isV1 && answer.errorStatus === ERROR_STATUS.noSuchName && ended) {
        ended.isDone = true;
        continue;
      }
      if (answer.errorStatus !== 0) throw errorStatusError(name, answer.errorStatus, answer.errorIndex);
      repetitions.filled(answer.varbinds.length);
      takeCells(answer, asked, walk);
    }
    const { cells, rows } = completeRows(all, maxRows - count);
    count += rows;
    if (cells.length > 0) await sink(cells);
    if (count === maxRows && all.some((column) => column.cells.length > 0)) {
      throw walkLimitError(name, maxRows);
    }
    if (asked.length === 0) return count;
  }
}

/** Columns that are furthest behind: others wait, so that a sparse column does not run ahead of all. */
function laggards(columns: readonly Column[]): Column[] {
  let behind: Column[] = [];
  for (const column of columns) {
    if (column.isDone) continue;
    const order = behind[0] ? compareOids(indexOf(column), indexOf(behind[0])) : 0;
    if (order < 0) behind = [column];
    else if (order === 0) behind.push(column);
  }
  return behind;
}

/** Index of the last cell that came; empty before the first. */
function indexOf({ root, cursor }: Column): string {
  return cursor.slice(root.length + 1);
}

function takeCells({ varbinds }: Answer, asked: readonly Column[], { name }: Walk): void {
  if (varbinds.length < asked.length) {
    throw badResponseError(name, `it has ${varbinds.length} varbinds for ${asked.length} columns`);
  }
  for (const [at, raw] of varbinds.entries()) {
    const column = asked[at % asked.length]!;
    if (column.isDone) continue;
    const { value } = raw;
    if (!value) throw badResponseError(name, `the value of ${raw.oid} cannot be read`);
    if (value.type === "endOfMibView") {
      column.isDone = true;
      continue;
    }
    if (compareOids(raw.oid, column.cursor) <= 0) throw walkLoopError(name, raw.oid, column.cursor);
    if (!isBelow(column.root, raw.oid)) {
      column.isDone = true;
      continue;
    }
    column.cursor = raw.oid;
    column.cells.push({ index: indexOf(column), value });
  }
}

/** The cells of at most `maxRows` rows that no column can add to any more. */
function completeRows(columns: readonly Column[], maxRows: number): { cells: Varbind[]; rows: number } {
  const [behind] = laggards(columns);
  const horizon = behind && indexOf(behind);
  const at = columns.map(() => 0);
  const cells: Varbind[] = [];
  let rows = 0;
  for (; rows < maxRows; rows += 1) {
    let index: string | undefined;
    for (const [column, { cells: queue }] of columns.entries()) {
      const head = queue[at[column]!]?.index;
      if (head !== undefined && (index === undefined || compareOids(head, index) < 0)) index = head;
    }
    if (index === undefined || (horizon !== undefined && compareOids(index, horizon) > 0)) break;
    for (const [column, { root, cells: queue }] of columns.entries()) {
      const cell = queue[at[column]!];
      if (cell?.index !== index) continue;
      cells.push({ oid: `${root}.${index}`, value: cell.value });
      at[column]! += 1;
    }
  }
  for (const [column, used] of at.entries()) columns[column]!.cells.splice(0, used);
  return { cells, rows };
}
