import { PnmLabError } from "@pnmlab/kit";
import type { Varbind } from "@pnmlab/protocol";
import type { SnmpEndpoint } from "./endpoint.ts";
import { ERROR_STATUS } from "./error-status.ts";
import { badResponseError, errorStatusError, type RequestName } from "./errors.ts";
import { Deadline, exchangeWithRetries, type RequestLimits } from "./exchange.ts";
import { isEncodableOid, normalOid } from "./oid.ts";
import type { Answer, SnmpSession } from "./session.ts";
import { SessionPool, type SessionPoolOptions } from "./session-pool.ts";
import { fromRawVarbind, type RawVarbind, toRawVarbind } from "./values.ts";
import { walkSubtree } from "./walk.ts";

/**
 * GET, SET and walk as promises with deadlines. Every method rejects with SnmpError, with
 * `AGENT_BAD_PARAMS` where the request cannot be put on the wire, or with the signal's reason.
 */
export class SnmpEngine implements Disposable {
  readonly #sessions: SessionPool;

  constructor(options: SessionPoolOptions = {}) {
    this.#sessions = new SessionPool(options);
  }

  /** Open sessions, one socket each. */
  get openSessions(): number {
    return this.#sessions.size;
  }

  /**
   * The values of `oids`, in their order. What the device does not have is `noSuchObject` or
   * `noSuchInstance` in its place (v2c), or SNMP_ERROR_STATUS noSuchName for the whole request (v1).
   */
  async get(endpoint: SnmpEndpoint, oids: readonly string[], limits: RequestLimits): Promise<Varbind[]> {
    const deadline = new Deadline(limits.deadlineMs);
    const checked = checkedOids(oids);
    return this.#sessions.use(endpoint, "read", (session) =>
      getAll(session, endpoint, checked, deadline, limits.signal),
    );
  }

  /**
   * SETs the varbinds in one PDU and returns what the device answered. Sent once: whether a SET that
   * was not answered has had its effect, only a GET can tell.
   */
  async set(endpoint: SnmpEndpoint, varbinds: readonly Varbind[], limits: RequestLimits): Promise<Varbind[]> {
    const deadline = new Deadline(limits.deadlineMs);
    const oids = checkedOids(varbinds.map((varbind) => varbind.oid));
    const raw = varbinds.map((varbind, index) => checkedRaw({ ...varbind, oid: oids[index]! }));
    const name: RequestName = { operation: "SET", endpoint, oids };
    return this.#sessions.use(endpoint, "write", async (session) => {
      const exchange = { kind: "set" as const, varbinds: raw };
      const answer = await exchangeWithRetries(session, name, deadline, () => exchange, {
        once: true,
        signal: limits.signal,
      });
      return varbindsOf(answer, name);
    });
  }

  /** Every varbind below `oid`, in order. */
  async walk(
    endpoint: SnmpEndpoint,
    oid: string,
    maxRows: number,
    limits: RequestLimits,
  ): Promise<Varbind[]> {
    const deadline = new Deadline(limits.deadlineMs);
    const oids = checkedOids([oid]);
    const name: RequestName = { operation: "walk", endpoint, oids };
    return this.#sessions.use(endpoint, "read", (session) =>
      walkSubtree(session, name, oids[0]!, maxRows, deadline, limits.signal),
    );
  }

  /** Closes every session; requests in flight end with SNMP_TRANSPORT. */
  [Symbol.dispose](): void {
    this.#sessions.close();
  }
}

/** One GET, or two halves of it where the device finds the answer too big. */
async function getAll(
  session: SnmpSession,
  endpoint: SnmpEndpoint,
  oids: readonly string[],
  deadline: Deadline,
  signal: AbortSignal | undefined,
): Promise<Varbind[]> {
  const name: RequestName = { operation: "GET", endpoint, oids };
  const answer = await exchangeWithRetries(session, name, deadline, () => ({ kind: "get", oids }), {
    signal,
  });
  if (answer.errorStatus === ERROR_STATUS.tooBig && oids.length > 1) {
    const middle = oids.length >> 1;
    const first = await getAll(session, endpoint, oids.slice(0, middle), deadline, signal);
    return first.concat(await getAll(session, endpoint, oids.slice(middle), deadline, signal));
  }
  return varbindsOf(answer, name);
}

/** The varbinds of an answer that must hold exactly the OIDs that were asked for. */
function varbindsOf({ errorStatus, errorIndex, varbinds }: Answer, name: RequestName): Varbind[] {
  if (errorStatus !== 0) throw errorStatusError(name, errorStatus, errorIndex);
  if (varbinds.length !== name.oids.length) {
    throw badResponseError(name, `it has ${varbinds.length} varbinds, ${name.oids.length} were asked for`);
  }
  return varbinds.map((raw: RawVarbind, index) => {
    if (raw.oid !== name.oids[index]) {
      throw badResponseError(name, `${raw.oid} stands where ${name.oids[index]} was asked for`);
    }
    const value = fromRawVarbind(raw);
    if (!value) throw badResponseError(name, `the value of ${raw.oid} cannot be read`);
    return { oid: raw.oid, value };
  });
}

function checkedOids(oids: readonly string[]): string[] {
  return oids.map((oid) => {
    const normal = normalOid(oid);
    if (!isEncodableOid(normal)) throw badParams(`${oid} is not an OID`);
    return normal;
  });
}

function checkedRaw(varbind: Varbind): Required<RawVarbind> {
  try {
    return toRawVarbind(varbind);
  } catch (error) {
    throw badParams(`${varbind.oid}: ${(error as Error).message}`);
  }
}

function badParams(message: string): PnmLabError {
  return new PnmLabError("AGENT_BAD_PARAMS", message);
}
