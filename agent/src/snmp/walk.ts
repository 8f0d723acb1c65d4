import { isPnmLabError } from "@pnmlab/kit";
import type { Varbind } from "@pnmlab/protocol";
import { ERROR_STATUS } from "./error-status.ts";
import {
  badResponseError,
  errorStatusError,
  type RequestName,
  unfinishedWalkError,
  walkLimitError,
  walkLoopError,
} from "./errors.ts";
import type { Deadline } from "./exchange.ts";
import { compareOids, isBelow } from "./oid.ts";
import { Repetitions } from "./repetitions.ts";
import type { Answer, Exchange } from "./session.ts";

/** One request PDU with its turn, its repetitions and its deadline; gets the number of the attempt, from 1. */
export type Ask = (makeExchange: (attempt: number) => Exchange, signal: AbortSignal) => Promise<Answer>;

/** Takes rows as they come; the walk goes on when its promise resolves. */
export type RowSink = (rows: Varbind[]) => Promise<void> | void;

export interface Walk {
  ask: Ask;
  name: RequestName;
  root: string;
  maxRows: number;
  deadline: Deadline;
  signal?: AbortSignal | undefined;
}

/**
 * Reads the subtree below `root` with GETBULK, or with GETNEXT where the device speaks v1. The number of
 * rows asked for at once grows while the device fills it, and shrinks where it says tooBig or is silent.
 * The next rows are asked for before those that have come are looked at.
 *
 * @returns how many rows there were.
 * @throws SnmpError: SNMP_WALK_LOOP where an OID does not come after the one before it, SNMP_WALK_LIMIT
 *   where there are more than `maxRows` rows, and the codes of a single request.
 */
export async function walkSubtree(walk: Walk, sink: RowSink): Promise<number> {
  const { ask, name, root, maxRows, deadline } = walk;
  const isV1 = name.endpoint.profile.version === "v1";
  const repetitions = new Repetitions();
  const over = new AbortController();
  const signal = walk.signal ? AbortSignal.any([walk.signal, over.signal]) : over.signal;
  let count = 0;

  const rowsAfter = (cursor: string) =>
    ask((attempt) => {
      if (isV1) return { kind: "getNext", oids: [cursor] };
      // A device that does not answer twice may be one that cannot fill so large a datagram.
      if (attempt > 2) repetitions.shrink();
      return { kind: "getBulk", oids: [cursor], maxRepetitions: repetitions.count };
    }, signal);

  try {
    let cursor = root;
    let coming = rowsAfter(cursor);
    for (;;) {
      const answer = await coming;
      if (answer.errorStatus === ERROR_STATUS.tooBig && repetitions.shrink()) {
        coming = rowsAfter(cursor);
        continue;
      }
      if (isV1 && answer.errorStatus === ERROR_STATUS.noSuchName) return count;
      if (answer.errorStatus !== 0) throw errorStatusError(name, answer.errorStatus, answer.errorIndex);
      if (answer.varbinds.length === 0) throw badResponseError(name, "the response is empty");
      repetitions.filled(answer.varbinds.length);
      const next = nextCursor(answer, root, cursor);
      const goesOn = next !== undefined && count + answer.varbinds.length <= maxRows;
      if (goesOn) {
        coming = rowsAfter(next);
        // Should these rows end the walk, nobody asks what became of the next ones.
        coming.catch(() => {});
      }
      const rows = rowsOf(answer, name, root, cursor);
      const taken = rows.slice(0, maxRows - count);
      count += taken.length;
      if (taken.length > 0) await sink(taken);
      if (taken.length < rows.length) throw walkLimitError(name, maxRows);
      if (!goesOn) return count;
      cursor = next;
    }
  } catch (error) {
    if (count === 0 || !isPnmLabError(error, "SNMP_TIMEOUT")) throw error;
    throw unfinishedWalkError(name, count, deadline.elapsedMs);
  } finally {
    over.abort();
  }
}

/** Where the walk goes on, judged by the last row alone: undefined where it ends or is going to fail. */
function nextCursor({ varbinds }: Answer, root: string, cursor: string): string | undefined {
  const { oid, value } = varbinds.at(-1)!;
  return value?.type !== "endOfMibView" && isBelow(root, oid) && compareOids(oid, cursor) > 0
    ? oid
    : undefined;
}

/** The rows below `root`, each after the one before it. */
function rowsOf({ varbinds }: Answer, name: RequestName, root: string, cursor: string): Varbind[] {
  const rows: Varbind[] = [];
  let last = cursor;
  for (const raw of varbinds) {
    const { value } = raw;
    if (!value) throw badResponseError(name, `the value of ${raw.oid} cannot be read`);
    if (value.type === "endOfMibView") return rows;
    if (compareOids(raw.oid, last) <= 0) throw walkLoopError(name, raw.oid, last);
    if (!isBelow(root, raw.oid)) return rows;
    rows.push(raw as Varbind);
    last = raw.oid;
  }
  return rows;
}
