import { sleep } from "@pnmlab/kit";
import type { RequestClass } from "@pnmlab/protocol";
import { badResponseError, type RequestName, securityError, timeoutError, transportError } from "./errors.ts";
import type { Answer, Attempt, Exchange, SnmpSession } from "./session.ts";

export interface RequestLimits {
  /** Milliseconds for everything, repetitions included. */
  deadlineMs: number;
  /** Milliseconds that it may wait for its first turn, before `deadlineMs` begins; 0 where not given. */
  maxWaitMs?: number;
  signal?: AbortSignal;
  /** Whose turn it is where requests wait; `interactive` where not given. */
  priority?: Priority;
}

/**
 * `interactive` goes before `batch`, which keeps a share of its own. `urgent` waits for nobody: it ends
 * tests.
 */
export type Priority = RequestClass | "urgent";

/** The end of a request, fixed when it began. */
export class Deadline {
  #startMs = performance.now();
  #deadlineMs: number;

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  /** Begins anew. */
  restart(deadlineMs: number): void {
    this.#startMs = performance.now();
    this.#deadlineMs = deadlineMs;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  get leftMs(): number {
    return this.#deadlineMs - this.elapsedMs;
  }
}

const FIRST_TIMEOUT_MS = 1_000;
const MAX_TIMEOUT_MS = 5_000;
const TIMEOUT_GROWTH = 1.5;
/** A port that nothing listens on says so at once; a device that restarts gets these further chances. */
const TRANSPORT_ATTEMPTS = 3;
const TRANSPORT_PAUSE_MS = 200;

/**
 * Sends a request and repeats it until it is answered or the deadline is over. `makeExchange` gets the
 * number of the attempt, from 1. A request that must not be repeated has `once`: its only datagram
 * may take the whole deadline.
 *
 * @throws SnmpError with SNMP_TIMEOUT, SNMP_TRANSPORT, SNMP_SECURITY or SNMP_BAD_RESPONSE; the signal's reason.
 */
export async function exchangeWithRetries(
  session: SnmpSession,
  name: RequestName,
  deadline: Deadline,
  makeExchange: (attempt: number) => Exchange,
  { once = false, signal }: { once?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<Answer> {
  const requestId = session.newRequestId();
  let timeoutMs = FIRST_TIMEOUT_MS;
  let undecodable = 0;
  let hasForgotten = false;
  for (let attempt = 1; ; attempt += 1) {
    const leftMs = deadline.leftMs;
    const waitMs = once ? leftMs : Math.min(timeoutMs, leftMs);
    const result: Attempt = await session.attempt(
      requestId,
      makeExchange(attempt),
      Math.max(1, Math.ceil(waitMs)),
      signal,
    );
    switch (result.outcome) {
      case "answered":
        return result.answer;
      case "invalid":
        throw badResponseError(name, result.why);
      case "security":
        // A device that was replaced or reset has another engine: find out once, then believe it.
        if (hasForgotten || (once && !result.isReport) || deadline.leftMs <= 0) {
          session.forgetEngine();
          throw securityError(name, result.why);
        }
        hasForgotten = true;
        session.forgetEngine();
        break;
      case "transport":
        if (once || attempt >= TRANSPORT_ATTEMPTS || deadline.leftMs <= TRANSPORT_PAUSE_MS) {
          throw transportError(name, result.cause);
        }
        await sleep(TRANSPORT_PAUSE_MS, signal);
        break;
      case "silent":
        undecodable += result.undecodable;
        if (once || deadline.leftMs <= 0) {
          throw undecodable > 0
            ? badResponseError(name, `${undecodable} datagrams came from it that are no answer to it`)
            : timeoutError(name, attempt, deadline.elapsedMs);
        }
        timeoutMs = Math.min(timeoutMs * TIMEOUT_GROWTH, MAX_TIMEOUT_MS);
        break;
    }
  }
}
