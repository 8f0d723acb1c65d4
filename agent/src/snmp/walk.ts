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
import { type Deadline, exchangeWithRetries } from "./exchange.ts";
import { compareOids, isBelow } from "./oid.ts";
import type { Answer, Exchange, SnmpSession } from "./session.ts";
import { fromRawVarbind } from "./values.ts";

const FIRST_REPETITIONS = 20;
/** Rows per datagram beyond this gain nothing: 50 rows of a table fill the 1,400 octets of a datagram. */
const MAX_REPETITIONS = 50;

/**
 * Reads the subtree below `root` with GETBULK, or with GETNEXT where the device speaks v1. The number of
 * rows asked for at once grows while the device fills it, and shrinks where it says tooBig or is silent.
 *
 * @throws SnmpError: SNMP_WALK_LOOP where an OID does not come after the one before it, SNMP_WALK_LIMIT
 *   where there are more than `maxRows` rows, and the codes of a single request.
 */
export async function walkSubtree(
  session: SnmpSession,
  name: RequestName,
  root: string,
  maxRows: number,
  deadline: Deadline,
  signal?: AbortSignal,
): Promise<Varbind[]> {
  const isV1 = name.endpoint.profile.version === "v1";
  const rows: Varbind[] = [];
  const repetitions = new Repetitions();
  let cursor = root;
  const nextExchange = (attempt: number): Exchange => {
    if (isV1) return { kind: "getNext", oids: [cursor] };
    // A device that does not answer twice may be one that cannot fill so large a datagram.
    if (attempt > 2) repetitions.shrink();
    return { kind: "getBulk", oids: [cursor], maxRepetitions: repetitions.count };
  };
  for (;;) {
    const answer = await exchangeWithRetries(session, name, deadline, nextExchange, { signal }).catch(
      (error) => {
        if (rows.length === 0 || !isPnmLabError(error, "SNMP_TIMEOUT")) throw error;
        throw unfinishedWalkError(name, rows.length, deadline.elapsedMs);
      },
    );
    if (answer.errorStatus === ERROR_STATUS.tooBig && repetitions.shrink()) continue;
    if (isV1 && answer.errorStatus === ERROR_STATUS.noSuchName) return rows;
    if (answer.errorStatus !== 0) throw errorStatusError(name, answer.errorStatus, answer.errorIndex);
    if (answer.varbinds.length === 0) throw badResponseError(name, "the response is empty");
    const next = takeRows(answer, name, root, cursor, rows, maxRows);
    if (next === undefined) return rows;
    cursor = next;
    repetitions.filled(answer.varbinds.length);
  }
}

/** Appends the rows below `root` and returns the OID to go on from, or undefined at the end. */
function takeRows(
  { varbinds }: Answer,
  name: RequestName,
  root: string,
  cursor: string,
  rows: Varbind[],
  maxRows: number,
): string | undefined {
  let last = cursor;
  for (const raw of varbinds) {
    const value = fromRawVarbind(raw);
    if (!value) throw badResponseError(name, `the value of ${raw.oid} cannot be read`);
    if (value.type === "endOfMibView") return undefined;
    if (compareOids(raw.oid, last) <= 0) throw walkLoopError(name, raw.oid, last);
    if (!isBelow(root, raw.oid)) return undefined;
    if (rows.length === maxRows) throw walkLimitError(name, maxRows);
    rows.push({ oid: raw.oid, value });
    last = raw.oid;
  }
  return last;
}

/** How many rows to ask for at once. */
class Repetitions {
  #count = FIRST_REPETITIONS;
  #max = MAX_REPETITIONS;

  get count(): number {
    return this.#count;
  }

  /** Asks for more while the device sends all that was asked for. */
  filled(rowCount: number): void {
    if (rowCount >= this.#count) this.#count = Math.min(this.#max, this.#count * 2);
  }

  /** Asks for half, from now on; false where there is nothing less to ask for. */
  shrink(): boolean {
    if (this.#count === 1) return false;
    this.#count = this.#count >> 1;
    this.#max = this.#count;
    return true;
  }
}
