import type { SnmpValue, Varbind } from "@pnmlab/protocol";

/** One request PDU. */
export type Exchange =
  | { kind: "get" | "getNext"; oids: readonly string[] }
  | { kind: "getBulk"; oids: readonly string[]; nonRepeaters?: number; maxRepetitions: number }
  | { kind: "set"; varbinds: readonly Varbind[] };

/** A varbind of a response; its value is undefined where it is not a whole value of an SNMP type. */
export interface AnsweredVarbind {
  oid: string;
  value: SnmpValue | undefined;
}

/** One response PDU, as it came. */
export interface Answer {
  errorStatus: number;
  /** 1-based, 0 where the device named no varbind. */
  errorIndex: number;
  varbinds: AnsweredVarbind[];
}

/** What became of one datagram that was sent. */
export type Attempt =
  | { outcome: "answered"; answer: Answer }
  /** `undecodable` counts the datagrams that came from the device meanwhile and were no answer to it. */
  | { outcome: "silent"; undecodable: number }
  /** Says what was wrong with the answer to this very request. */
  | { outcome: "invalid"; why: string }
  /** The device refuses the user, or what was known of its engine does not hold (v3); `isReport`: it did nothing. */
  | { outcome: "security"; why: string; isReport: boolean }
  | { outcome: "transport"; cause: unknown };

/**
 * One socket to one device with one set of credentials. Sends one request per call and waits for its
 * answer; repeating is the caller's, so that a cancelled or timed-out request is never sent again behind
 * its back.
 */
export interface SnmpSession {
  /** An id for the datagrams of one request: an answer to an earlier one of them counts for the later. */
  newRequestId(): number;
  /** Forgets boots, time and id of the device's engine, where the version has one (RFC 3414 4). */
  forgetEngine(): void;
  /** Sends one request and waits at most `timeoutMs`. Rejects with the signal's reason when it aborts. */
  attempt(requestId: number, exchange: Exchange, timeoutMs: number, signal?: AbortSignal): Promise<Attempt>;
  /** Closes the socket; what waits ends as a transport failure. */
  close(): void;
}

/** Ids are signed 32-bit numbers on the wire (RFC 3416 3). */
export const MAX_REQUEST_ID = 0x7fff_ffff;
