import { randomInt } from "node:crypto";
import snmp, { type Message } from "net-snmp";
import { ConnectedSocket } from "./connected-socket.ts";
import type { SnmpEndpoint, UserProfile } from "./endpoint.ts";
import { openRawSession, type RawRequest, type RawSession, requiredFlags } from "./raw-session.ts";
import { type Answer, type Attempt, type Exchange, MAX_REQUEST_ID, type SnmpSession } from "./session.ts";
import { fromRawVarbind, type RawVarbind, toRawVarbind } from "./values.ts";

/** Discovery, the request, and the request again after a report: more has no end. */
const MAX_DATAGRAMS_PER_ATTEMPT = 4;

type RawResponse = Omit<Answer, "varbinds"> & { varbinds: RawVarbind[] };

interface Waiting {
  undecodable: number;
  datagrams: number;
  /** v3: message id of the discovery in front of the request. */
  discoveryId: number | undefined;
  /** v3: what was sent last. */
  request: RawRequest | undefined;
  settle: (attempt: Attempt) => void;
}

/**
 * A session of SNMPv3, by net-snmp.
 *
 * In place of net-snmp's own stand: request and message ids, which it draws at random and may draw twice;
 * the handling of a response, which loses the error index and takes unauthenticated answers to
 * authenticated requests; and the timer, because a malformed answer can make net-snmp forget a request
 * without an end.
 */
export class UserSession implements SnmpSession {
  readonly #raw: RawSession;
  readonly #requiredFlags: number;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = randomInt(MAX_REQUEST_ID);
  #closed = false;

  constructor(endpoint: SnmpEndpoint, profile: UserProfile) {
    const { address, family, port } = endpoint;
    const socket = new ConnectedSocket(family, address, port, (error) => this.#socketFailed(error));
    this.#raw = openRawSession(endpoint, profile, socket);
    this.#requiredFlags = requiredFlags(profile);
    // An event without a listener would end the program.
    this.#raw.on("error", () => this.#undecodable());
    this.#raw.onSimpleGetResponse = (request, message) => this.#answered(request, message);
    this.#raw.registerRequest = (request) => this.#register(request);
    const simpleGet = this.#raw.simpleGet.bind(this.#raw);
    this.#raw.simpleGet = (pduClass, ...rest) => simpleGet(withRequestId(pduClass), ...rest);
    const send = this.#raw.send.bind(this.#raw);
    this.#raw.send = (request) => this.#sendV3(request, send);
  }

  /** An id for the datagrams of one request: an answer to an earlier one of them counts for the later. */
  newRequestId(): number {
    do this.#lastId = (this.#lastId % MAX_REQUEST_ID) + 1;
    while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }

  /** Forgets boots, time and id of the device's engine: the next request discovers them (RFC 3414 4). */
  forgetEngine(): void {
    this.#raw.msgSecurityParameters = undefined;
    this.#raw.engineTimeBoots = null;
    this.#raw.engineTimeReceivedAt = null;
  }

  /** Sends one request and waits at most `timeoutMs`. Rejects with the signal's reason when it aborts. */
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
        if (waiting.discoveryId !== undefined) this.#raw.unregisterRequest(waiting.discoveryId);
      };
      const waiting: Waiting = {
        undecodable: 0,
        datagrams: 0,
        discoveryId: undefined,
        request: undefined,
        settle: (attempt) => {
          finish();
          resolve(attempt);
        },
      };
      const onAbort = () => {
        finish();
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => waiting.settle({ outcome: "silent", undecodable: waiting.undecodable }),
        timeoutMs,
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      if (this.#closed) {
        waiting.settle({ outcome: "transport", cause: new Error("the session is closed") });
        return;
      }
      this.#waiting.set(requestId, waiting);
      this.#send(requestId, exchange, waiting);
    });
  }

  /** Closes the socket; what waits ends as a transport failure. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socketFailed(new Error("the session is closed"));
    this.#raw.close();
  }

  #send(requestId: number, exchange: Exchange, waiting: Waiting): void {
    nextRequestId = requestId;
    const onFailure = (error: Error | null) => {
      if (!error || this.#waiting.get(requestId) !== waiting) return;
      if (!isForgeable(error) || !waiting.request) waiting.settle(attemptOf(error));
      else this.#passOver(waiting.request, waiting);
    };
    switch (exchange.kind) {
      case "get":
        this.#raw.get([...exchange.oids], onFailure);
        break;
      case "getNext":
        this.#raw.getNext([...exchange.oids], onFailure);
        break;
      case "getBulk":
        this.#raw.getBulk([...exchange.oids], exchange.nonRepeaters ?? 0, exchange.maxRepetitions, onFailure);
        break;
      case "set":
        this.#raw.set(exchange.varbinds.map(toRawVarbind) as never, onFailure);
        break;
    }
  }

  /** The message id of a request is its request id; a discovery has an id of its own. */
  #sendV3(request: RawRequest, send: (request: RawRequest) => void): void {
    const requestId = requestIdOf(request);
    const waiting = this.#waiting.get(requestId);
    if (!waiting) return;
    waiting.datagrams += 1;
    waiting.request = request;
    if (waiting.datagrams > MAX_DATAGRAMS_PER_ATTEMPT) {
      waiting.settle({
        outcome: "security",
        why: "it answers with reports and never with a response",
        isReport: true,
      });
      return;
    }
    const isDiscovery = request.message.pdu !== request.originalPdu;
    if (isDiscovery) waiting.discoveryId = this.newRequestId();
    request.message.msgGlobalData!.msgID = isDiscovery ? waiting.discoveryId! : requestId;
    send(request);
  }

  /** As net-snmp registers a request, but without a timer, and not one that has ended meanwhile. */
  #register(request: RawRequest): void {
    if (!this.#waiting.has(requestIdOf(request))) return;
    const id = request.getId();
    if (this.#raw.reqs[id]) return;
    this.#raw.reqs[id] = request;
    if (this.#raw.reqCount <= 0) this.#raw.dgram.ref();
    this.#raw.reqCount += 1;
  }

  #answered(request: RawRequest, message: Message): void {
    const requestId = requestIdOf(request);
    const waiting = this.#waiting.get(requestId);
    if (!waiting) return;
    if (!this.#isSecured(message, requestId)) {
      this.#passOver(request, waiting);
      return;
    }
    const { errorStatus, errorIndex, varbinds } = message.pdu as RawResponse;
    const answer: Answer = {
      errorStatus,
      errorIndex,
      varbinds: varbinds.map((raw) => ({ oid: raw.oid, value: fromRawVarbind(raw) })),
    };
    waiting.settle({ outcome: "answered", answer });
  }

  /** Whether a v3 answer is as well protected as the request was, and is the answer to it. */
  #isSecured({ msgGlobalData, pdu }: Message, requestId: number): boolean {
    const required = this.#requiredFlags;
    return (
      ((msgGlobalData?.msgFlags ?? 0) & required) === required && (pdu as { id: number }).id === requestId
    );
  }

  /** A datagram that anybody could have made ends nothing: the true answer may still come. */
  #passOver(request: RawRequest, waiting: Waiting): void {
    waiting.undecodable += 1;
    this.#register(request);
  }

  #socketFailed(cause: unknown): void {
    for (const waiting of [...this.#waiting.values()]) waiting.settle({ outcome: "transport", cause });
  }

  /** Nobody can say to which request such a datagram belongs, so it is noted for all that wait. */
  #undecodable(): void {
    for (const waiting of this.#waiting.values()) waiting.undecodable += 1;
  }
}

function requestIdOf(request: RawRequest): number {
  return request.originalPdu ? request.originalPdu.id : request.getId();
}

type PduClass = new (...args: unknown[]) => object;

/** Id of the next PDU that is made. One variable for all: a PDU is made before anything else can happen. */
let nextRequestId = 0;
const classesWithId = new Map<PduClass, PduClass>();

/** The PDU class whose instances keep the id that is due, whatever id net-snmp assigns to them. */
function withRequestId(pduClass: PduClass): PduClass {
  const known = classesWithId.get(pduClass);
  if (known) return known;
  const withId = class extends pduClass {
    readonly requestId = nextRequestId;

    get id() {
      return this.requestId;
    }

    set id(_drawn: number) {
      // net-snmp draws it at random, and may draw it twice.
    }
  };
  classesWithId.set(pduClass, withId);
  return withId;
}

/** Whether anybody could have sent what failed so: a digest that does not fit, cipher text that does not open. */
function isForgeable(error: Error): boolean {
  const code = responseCodeOf(error);
  return (
    code === "ECouldNotDecrypt" ||
    (code === "EAuthFailure" && error.message.startsWith("Authentication digest"))
  );
}

/** Words for the reports of RFC 3414 3.2, by net-snmp's texts for them. */
const REPORTS: readonly (readonly [start: string, why: string])[] = [
  ["Unsupported Security Level", "it does not offer this level of security to the user"],
  ["Not In Time Window", "its engine's time does not fit"],
  ["Unknown User Name", "it does not know the user"],
  ["Unknown Engine ID", "its engine id has changed"],
  ["Wrong Digest", "the authentication password or protocol does not fit"],
  ["Decryption Error", "the privacy password or protocol does not fit"],
];

/** net-snmp's text is not passed on: it quotes communities and octets of the answer. */
function attemptOf(error: Error): Attempt {
  const code = responseCodeOf(error);
  if (code === undefined) return { outcome: "transport", cause: error };
  if (code === "ENotInTimeWindow") {
    return { outcome: "security", why: "its engine's time does not fit", isReport: false };
  }
  if (code === "EAuthFailure" || code === "EUnexpectedReport") {
    const why = REPORTS.find(([start]) => error.message.startsWith(start))?.[1] ?? "it answers with a report";
    return { outcome: "security", why, isReport: true };
  }
  return { outcome: "invalid", why: `the response does not fit the request (${code})` };
}

function responseCodeOf(error: Error): string | undefined {
  if (error.name !== "ResponseInvalidError") return undefined;
  const code = "code" in error ? snmp.ResponseInvalidCode[error.code as number] : undefined;
  return code ?? "unknown";
}
