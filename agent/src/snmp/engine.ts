import { PnmLabError } from "@pnmlab/kit";
import type { Varbind } from "@pnmlab/protocol";
import { SnmpCounters, type SnmpCounts } from "./counters.ts";
import { endpointKey, type SnmpAccess, type SnmpEndpoint } from "./endpoint.ts";
import { ERROR_STATUS } from "./error-status.ts";
import {
  badResponseError,
  errorStatusError,
  neverSentError,
  type RequestName,
  SnmpError,
  type SnmpOperation,
  targetText,
  walkLoopError,
} from "./errors.ts";
import { Deadline, exchangeWithRetries, type RequestLimits } from "./exchange.ts";
import { compareOids, isEncodableOid, normalOid } from "./oid.ts";
import { Scheduler, type SchedulerOptions } from "./scheduler.ts";
import type { Answer, Exchange } from "./session.ts";
import { SessionPool, type SessionPoolOptions } from "./session-pool.ts";
import { readTable } from "./table.ts";
import { toRawVarbind } from "./values.ts";
import { type RowSink, type Walk, walkSubtree } from "./walk.ts";

export interface SnmpEngineOptions extends SessionPoolOptions, SchedulerOptions {}

/** How many values GETBULK is asked for (RFC 3416 4.2.3). */
export interface BulkSize {
  nonRepeaters: number;
  maxRepetitions: number;
}

/**
 * SNMP requests as promises with deadlines, each PDU in its turn. Every method rejects with SnmpError, with
 * `AGENT_BAD_PARAMS` where the request cannot be put on the wire, or with the signal's reason.
 */
export class SnmpEngine implements Disposable {
  readonly #sessions: SessionPool;
  readonly #scheduler: Scheduler;
  readonly #counters = new SnmpCounters();

  constructor(options: SnmpEngineOptions = {}) {
    this.#sessions = new SessionPool(options);
    this.#scheduler = new Scheduler(options);
  }

  /** Open sessions, one socket each. */
  get openSessions(): number {
    return this.#sessions.size;
  }

  /** Requests since the start, and those that failed. */
  get counts(): SnmpCounts {
    return this.#counters.counts;
  }

  /** Requests on their way, and requests that wait for their turn. */
  get load(): { running: number; waiting: number } {
    return this.#scheduler.load;
  }

  /**
   * The values of `oids`, in their order. What the device does not have is `noSuchObject` or
   * `noSuchInstance` in its place (v2c), or SNMP_ERROR_STATUS noSuchName for the whole request (v1).
   */
  get(endpoint: SnmpEndpoint, oids: readonly string[], limits: RequestLimits): Promise<Varbind[]> {
    return this.#begin("GET", "read", endpoint, oids, limits, (ask, name) => getAll(ask, name));
  }

  /** The varbind that follows each of `oids`: `endOfMibView` where none does. */
  getNext(endpoint: SnmpEndpoint, oids: readonly string[], limits: RequestLimits): Promise<Varbind[]> {
    return this.#begin("GETNEXT", "read", endpoint, oids, limits, async (ask, name) =>
      successorsOf(await ask(name, () => ({ kind: "getNext", oids: name.oids })), name, oids.length, {
        nonRepeaters: oids.length,
        maxRepetitions: 1,
      }),
    );
  }

  /**
   * One GETBULK; over v1, which has none, one GETNEXT. The varbinds as the device sent them: first those
   * of the `nonRepeaters`, then repetition after repetition, possibly fewer than asked for.
   */
  getBulk(
    endpoint: SnmpEndpoint,
    oids: readonly string[],
    size: BulkSize,
    limits: RequestLimits,
  ): Promise<Varbind[]> {
    if (endpoint.profile.version === "v1") return this.getNext(endpoint, oids, limits);
    return this.#begin("GETBULK", "read", endpoint, oids, limits, async (ask, name) => {
      const answer = await ask(name, () => ({ kind: "getBulk", oids: name.oids, ...size }));
      return successorsOf(answer, name, 1, size);
    });
  }

  /**
   * SETs the varbinds in one PDU and returns what the device answered. Sent once: whether a SET that
   * was not answered has had its effect, only a GET can tell.
   */
  async set(endpoint: SnmpEndpoint, varbinds: readonly Varbind[], limits: RequestLimits): Promise<Varbind[]> {
    checkWritable(endpoint);
    const asked = varbinds.map(({ oid }) => oid);
    const normal = varbinds.map((varbind) => settable({ ...varbind, oid: normalOid(varbind.oid) }));
    return this.#begin("SET", "write", endpoint, asked, limits, async (ask, name) =>
      varbindsOf(await ask(name, () => ({ kind: "set", varbinds: normal }), { once: true }), name),
    );
  }

  /** Every varbind below `oid`, in order. */
  async walk(
    endpoint: SnmpEndpoint,
    oid: string,
    maxRows: number,
    limits: RequestLimits,
  ): Promise<Varbind[]> {
    const rows: Varbind[] = [];
    await this.walkStream(endpoint, oid, maxRows, (some) => void rows.push(...some), limits);
    return rows;
  }

  /** The same in pieces, in the pace of `sink`. Returns how many rows there were. */
  walkStream(
    endpoint: SnmpEndpoint,
    oid: string,
    maxRows: number,
    sink: RowSink,
    limits: RequestLimits,
  ): Promise<number> {
    return this.#begin("walk", "read", endpoint, [oid], limits, (ask, name, deadline) =>
      walkSubtree(walkOf(ask, name, deadline, maxRows, limits), sink),
    );
  }

  /** Columns of the table whose entry is `entryOid`, in whole rows (`readTable`). Returns how many rows. */
  table(
    endpoint: SnmpEndpoint,
    entryOid: string,
    columns: readonly number[],
    maxRows: number,
    sink: RowSink,
    limits: RequestLimits,
  ): Promise<number> {
    return this.#begin("table", "read", endpoint, [entryOid], limits, (ask, name, deadline) =>
      readTable(walkOf(ask, name, deadline, maxRows, limits), columns, sink),
    );
  }

  /** Closes every session; requests in flight end with SNMP_TRANSPORT. */
  [Symbol.dispose](): void {
    this.#sessions.close();
  }

  /** Lends the session of the endpoint to `job`, with a way to ask the device in turn. */
  async #begin<T>(
    operation: SnmpOperation,
    access: SnmpAccess,
    endpoint: SnmpEndpoint,
    oids: readonly string[],
    { deadlineMs, maxWaitMs, signal, priority = "interactive" }: RequestLimits,
    job: (ask: AskDevice, name: RequestName, deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = new Deadline(maxWaitMs ?? deadlineMs);
    let hasBegun = maxWaitMs === undefined;
    const name: RequestName = { operation, endpoint, oids: checkedOids(oids) };
    this.#counters.began(operation);
    const lent = this.#sessions.borrow(endpoint, access);
    const ask: AskDevice = async (of, makeExchange, options = {}) => {
      const abort = options.signal ?? signal;
      const wait = this.#scheduler.turn({
        key: endpointKey(endpoint),
        maxOutstanding: endpoint.maxOutstanding ?? 1,
        priority,
        maxWaitMs: deadline.leftMs,
        signal: abort,
      });
      const turn = wait instanceof Promise ? await wait : wait;
      if (!turn) throw neverSentError(of, deadline.elapsedMs);
      if (!hasBegun) {
        hasBegun = true;
        deadline.restart(deadlineMs);
      }
      try {
        const once = options.once ?? false;
        return await exchangeWithRetries(lent.session, of, deadline, makeExchange, { once, signal: abort });
      } finally {
        turn.release();
      }
    };
    try {
      return await job(ask, name, deadline);
    } catch (error) {
      this.#counters.failed(error);
      throw error;
    } finally {
      this.#sessions.giveBack(lent);
    }
  }
}

type AskDevice = (
  name: RequestName,
  makeExchange: (attempt: number) => Exchange,
  options?: { once?: boolean; signal?: AbortSignal },
) => Promise<Answer>;

function walkOf(
  ask: AskDevice,
  name: RequestName,
  deadline: Deadline,
  maxRows: number,
  { signal }: RequestLimits,
): Walk {
  return {
    ask: (makeExchange, abort) => ask(name, makeExchange, { signal: abort }),
    name,
    root: name.oids[0]!,
    maxRows,
    deadline,
    signal,
  };
}

/** One GET, or two halves of it where the device finds the answer too big. */
async function getAll(ask: AskDevice, name: RequestName): Promise<Varbind[]> {
  const { oids } = name;
  const answer = await ask(name, () => ({ kind: "get", oids }));
  if (answer.errorStatus === ERROR_STATUS.tooBig && oids.length > 1) {
    const middle = oids.length >> 1;
    const first = await getAll(ask, { ...name, oids: oids.slice(0, middle) });
    return first.concat(await getAll(ask, { ...name, oids: oids.slice(middle) }));
  }
  return varbindsOf(answer, name);
}

/** The varbinds of an answer to GETNEXT or GETBULK: each after what it follows, or endOfMibView. */
function successorsOf(
  { errorStatus, errorIndex, varbinds }: Answer,
  name: RequestName,
  least: number,
  size: BulkSize,
): Varbind[] {
  if (errorStatus !== 0) throw errorStatusError(name, errorStatus, errorIndex);
  const nonRepeaters = Math.min(size.nonRepeaters, name.oids.length);
  const repeaters = name.oids.length - nonRepeaters;
  const most = nonRepeaters + repeaters * size.maxRepetitions;
  if (varbinds.length > most || varbinds.length < least) {
    throw badResponseError(name, `it has ${varbinds.length} varbinds, at most ${most} were asked for`);
  }
  return varbinds.map((raw, at) => {
    const { value } = raw;
    if (!value) throw badResponseError(name, `the value of ${raw.oid} cannot be read`);
    const isRepeated = at >= name.oids.length;
    const before = isRepeated ? varbinds[at - repeaters]!.oid : name.oids[at]!;
    const order = compareOids(raw.oid, before);
    if (order < 0 || (order === 0 && value.type !== "endOfMibView"))
      throw walkLoopError(name, raw.oid, before);
    return raw as Varbind;
  });
}

/** The varbinds of an answer that must hold exactly the OIDs that were asked for. */
function varbindsOf({ errorStatus, errorIndex, varbinds }: Answer, name: RequestName): Varbind[] {
  if (errorStatus !== 0) throw errorStatusError(name, errorStatus, errorIndex);
  if (varbinds.length !== name.oids.length) {
    throw badResponseError(name, `it has ${varbinds.length} varbinds, ${name.oids.length} were asked for`);
  }
  for (const [index, { oid, value }] of varbinds.entries()) {
    if (oid !== name.oids[index]) {
      throw badResponseError(name, `${oid} stands where ${name.oids[index]} was asked for`);
    }
    if (!value) throw badResponseError(name, `the value of ${oid} cannot be read`);
  }
  return varbinds as Varbind[];
}

function checkWritable(endpoint: SnmpEndpoint): void {
  const { profile } = endpoint;
  if (profile.version === "v3" || profile.writeCommunity !== undefined) return;
  throw new SnmpError(
    "SNMP_PERMISSION",
    `nothing can be SET on ${targetText(endpoint)}: profile ${profile.name} has no write community`,
    { details: { profile: profile.name } },
  );
}

/** The same list where every OID is in its normal form: who encodes it may then know it again. */
function checkedOids(oids: readonly string[]): readonly string[] {
  if (oids.every((oid) => isEncodableOid(oid) && normalOid(oid) === oid)) return oids;
  return oids.map((oid) => {
    const normal = normalOid(oid);
    if (!isEncodableOid(normal)) throw badParams(`${oid} is not an OID`);
    return normal;
  });
}

function settable(varbind: Varbind): Varbind {
  try {
    toRawVarbind(varbind);
    return varbind;
  } catch (error) {
    throw badParams(`${varbind.oid}: ${(error as Error).message}`);
  }
}

function badParams(message: string): PnmLabError {
  return new PnmLabError("AGENT_BAD_PARAMS", message);
}
