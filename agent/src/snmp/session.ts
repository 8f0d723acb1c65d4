import { randomInt } from "node:crypto";
import snmp, { type Session } from "net-snmp";
import { ConnectedSocket } from "./connected-socket.ts";
import type { SnmpAccess, SnmpEndpoint } from "./endpoint.ts";
import type { RawVarbind } from "./values.ts";

/** One request PDU. */
export type Exchange =
  | { kind: "get" | "getNext"; oids: readonly string[] }
  | { kind: "getBulk"; oids: readonly string[]; maxRepetitions: number }
  | { kind: "set"; varbinds: readonly Required<RawVarbind>[] };

/** One response PDU, as it came. */
export interface Answer {
  errorStatus: number;
  /** 1-based, 0 where the device named no varbind. */
  errorIndex: number;
  varbinds: RawVarbind[];
}

/** What became of one datagram that was sent. */
export type Attempt =
  | { outcome: "answered"; answer: Answer }
  /** `undecodable` counts the datagrams that came from the device meanwhile and were no SNMP. */
  | { outcome: "silent"; undecodable: number }
  /** Says what was wrong with the answer to this very request. */
  | { outcome: "invalid"; why: string }
  | { outcome: "transport"; cause: unknown };

const MAX_REQUEST_ID = 0x7fff_ffff;

interface Waiting {
  undecodable: number;
  settle: (attempt: Attempt) => void;
}

/**
 * One socket to one device with one community. Sends one datagram per call and waits for its answer;
 * repeating is the caller's, so that a cancelled or timed-out request is never sent again behind its back.
 *
 * Three things are put in place of net-snmp's own: the request id, which it draws at random and may
 * draw twice; the handling of a response, which loses the error index; and the timer, because a
 * malformed answer can make net-snmp forget a request without an end.
 */
export class SnmpSession {
  readonly #raw: Session & { timeout: number };
  readonly #waiting = new Map<number, Waiting>();
  #lastId = randomInt(MAX_REQUEST_ID);
  #nextId = 0;
  #closed = false;

  constructor(endpoint: SnmpEndpoint, access: SnmpAccess) {
    const { address, family, port } = endpoint;
    const socket = new ConnectedSocket(family, address, port, (error) => this.#socketFailed(error));
    this.#raw = openRawSession(endpoint, access, socket);
    // An event without a listener would end the program.
    this.#raw.on("error", () => this.#undecodable());
    this.#raw.onSimpleGetResponse = (request, message) => {
      const { errorStatus, errorIndex, varbinds } = message.pdu as Answer;
      this.#settle(request.getId() as number, {
        outcome: "answered",
        answer: { errorStatus, errorIndex, varbinds },
      });
    };
    const simpleGet = this.#raw.simpleGet.bind(this.#raw);
    this.#raw.simpleGet = (pduClass, ...rest) => simpleGet(withRequestId(pduClass, this.#nextId), ...rest);
  }

  /** Requests that wait for their answer. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** An id for the datagrams of one request: an answer to an earlier one of them counts for the later. */
  newRequestId(): number {
    do this.#lastId = (this.#lastId % MAX_REQUEST_ID) + 1;
    while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }

  /** Sends one datagram and waits at most `timeoutMs`. Rejects with the signal's reason when it aborts. */
  attempt(requestId: number, exchange: Exchange, timeoutMs: number, signal?: AbortSignal): Promise<Attempt> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        this.#waiting.delete(requestId);
        this.#raw.unregisterRequest(requestId);
      };
      const settle = (attempt: Attempt) => {
        finish();
        resolve(attempt);
      };
      const onAbort = () => {
        finish();
        reject(signal?.reason);
      };
      const waiting: Waiting = { undecodable: 0, settle };
      const timer = setTimeout(
        () => settle({ outcome: "silent", undecodable: waiting.undecodable }),
        timeoutMs,
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      if (this.#closed) {
        settle({ outcome: "transport", cause: new Error("the session is closed") });
        return;
      }
      this.#waiting.set(requestId, waiting);
      this.#send(requestId, exchange, timeoutMs);
    });
  }

  /** Closes the socket; what waits ends as a transport failure. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socketFailed(new Error("the session is closed"));
    this.#raw.close();
  }

  #send(requestId: number, exchange: Exchange, timeoutMs: number): void {
    // net-snmp's timer must not fire first; it is the net under this class's own.
    this.#raw.timeout = timeoutMs + 1000;
    this.#nextId = requestId;
    const onFailure = (error: Error | null) => {
      if (error) this.#settle(requestId, attemptOf(error));
    };
    switch (exchange.kind) {
      case "get":
        this.#raw.get([...exchange.oids], onFailure);
        break;
      case "getNext":
        this.#raw.getNext([...exchange.oids], onFailure);
        break;
      case "getBulk":
        this.#raw.getBulk([...exchange.oids], 0, exchange.maxRepetitions, onFailure);
        break;
      case "set":
        this.#raw.set([...exchange.varbinds] as never, onFailure);
        break;
    }
  }

  #settle(requestId: number, attempt: Attempt): void {
    this.#waiting.get(requestId)?.settle(attempt);
  }

  #socketFailed(cause: unknown): void {
    for (const waiting of [...this.#waiting.values()]) waiting.settle({ outcome: "transport", cause });
  }

  /** Nobody can say to which request such a datagram belongs, so it is noted for all that wait. */
  #undecodable(): void {
    for (const waiting of this.#waiting.values()) waiting.undecodable += 1;
  }
}

function openRawSession(
  { address, family, port, profile }: SnmpEndpoint,
  access: SnmpAccess,
  socket: ConnectedSocket,
): Session & { timeout: number } {
  const options = {
    version: profile.version === "v1" ? snmp.Version1 : snmp.Version2c,
    transport: family === 4 ? ("udp4" as const) : ("udp6" as const),
    port,
    retries: 0,
    backwardsGetNexts: false,
    dgramModule: { createSocket: () => socket },
  };
  const community = access === "write" ? profile.writeCommunity : profile.readCommunity;
  return snmp.createSession(address, community, options as never) as Session & { timeout: number };
}

type PduClass = new (...args: unknown[]) => object;

/** The PDU class whose instances keep the given id, whatever id net-snmp assigns to them. */
function withRequestId(pduClass: PduClass, id: number): PduClass {
  return class extends pduClass {
    constructor(...args: unknown[]) {
      super(...args);
      Object.defineProperty(this, "id", { get: () => id, set: () => {}, enumerable: true });
    }
  };
}

/** net-snmp's text is not passed on: it quotes communities and octets of the answer. */
function attemptOf(error: Error): Attempt {
  if (error.name === "RequestTimedOutError") return { outcome: "silent", undecodable: 0 };
  if (error.name !== "ResponseInvalidError") return { outcome: "transport", cause: error };
  const code = "code" in error ? snmp.ResponseInvalidCode[error.code as number] : undefined;
  return { outcome: "invalid", why: `the response does not fit the request (${code ?? "unknown"})` };
}
