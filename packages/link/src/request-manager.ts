import { messageOf, PnmLabError } from "@pnmlab/kit";
import {
  AGENT_CHUNKS,
  AGENT_METHODS,
  type AgentChunk,
  type AgentMethod,
  type AgentParams,
  type AgentResult,
  type AgentStreamMethod,
  type AgentToBackend,
  type BackendToAgent,
  isPlainVarbinds,
} from "@pnmlab/protocol";
import { ChunkStream } from "./chunk-stream.ts";

export type AgentResponse = Extract<AgentToBackend, { type: "response" }>;

export interface RequestManagerOptions {
  /** Puts one message on the wire; may throw where the wire is gone. */
  send: (message: BackendToAgent) => void;
  /**
   * How much longer than its deadline a request waits for the answer, in milliseconds. The agent gives
   * up at the deadline with an error that says more than the one from here; this lets it arrive.
   */
  graceMs?: number;
}

export interface RequestOptions {
  /** Milliseconds that the agent may take; it travels with the request. */
  deadlineMs: number;
  /** Abandons the request: the agent is told, and the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

interface Pending {
  name: string;
  parse: (result: unknown) => unknown;
  /** Takes a chunk, where the request is a stream. */
  onChunk: ((chunk: unknown) => void) | undefined;
  resolve: (result: never) => void;
  reject: (reason: unknown) => void;
  release: () => void;
}

const DEFAULT_GRACE_MS = 500;

/**
 * Bookkeeping of the requests on one connection to an agent. A new connection needs a new manager,
 * so that no answer can meet a request of an earlier connection.
 */
export class RequestManager {
  readonly #send: (message: BackendToAgent) => void;
  readonly #graceMs: number;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #closedBy: PnmLabError | undefined;
  #lateAnswers = 0;
  #unknownAnswers = 0;

  constructor(options: RequestManagerOptions) {
    this.#send = options.send;
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
  }

  /** Requests that wait for their answer. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Answers to requests that had already ended here: given up, cancelled or answered before. */
  get lateAnswers(): number {
    return this.#lateAnswers;
  }

  /** Answers to requests that were never made. */
  get unknownAnswers(): number {
    return this.#unknownAnswers;
  }

  /**
   * Sends a request and resolves with its result, checked against the method's schema.
   *
   * @throws PnmLabError with the agent's own code where it answered with an error, `AGENT_DEADLINE`
   *   where it did not answer in time, `AGENT_BAD_RESULT` where its result does not fit the method,
   *   `AGENT_SEND_FAILED` where the message could not be sent, and the code given to `close` where the
   *   connection went first; the signal's reason where it aborted.
   */
  request<M extends AgentMethod>(
    method: M,
    params: AgentParams<M>,
    options: RequestOptions,
  ): Promise<AgentResult<M>> {
    return this.#start(method, params, options).result;
  }

  /**
   * Sends a request whose rows come in chunks, and yields them as they arrive. The agent goes on in the
   * pace in which they are taken; leaving the loop cancels the request.
   *
   * @throws as `request` does, after the chunks that came before.
   */
  stream<M extends AgentStreamMethod>(
    method: M,
    params: AgentParams<M>,
    options: RequestOptions,
  ): AsyncIterableIterator<AgentChunk<M>> {
    const cancel = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, cancel.signal]) : cancel.signal;
    const unpack = AGENT_CHUNKS[method] as (chunk: unknown, params: unknown) => AgentChunk<M>;
    let id = 0;
    const stream = new ChunkStream<AgentChunk<M>>({
      onTaken: (chunks) => {
        // Nobody waits for its answer: where the link has gone, so has the stream.
        this.request("stream.consumed", { stream: id, chunks }, options).catch(() => {});
      },
      onLeft: () => cancel.abort(new PnmLabError("CANCELLED", `nobody takes the rest of ${method}`)),
    });
    const started = this.#start(method, params, { ...options, signal }, (chunk) => {
      try {
        stream.push(unpack(chunk, params));
      } catch (error) {
        const why = `a chunk of ${method} does not fit the protocol: ${messageOf(error)}`;
        cancel.abort(new PnmLabError("AGENT_BAD_RESULT", why, { cause: error }));
      }
    });
    id = started.id;
    started.result.then(
      () => stream.end(),
      (error) => stream.fail(error),
    );
    return stream;
  }

  #start<M extends AgentMethod>(
    method: M,
    params: AgentParams<M>,
    options: RequestOptions,
    onChunk?: (chunk: unknown) => void,
  ): { id: number; result: Promise<AgentResult<M>> } {
    this.#lastId += 1;
    const id = this.#lastId;
    return { id, result: this.#ask(id, method, params, options, onChunk) };
  }

  #ask<M extends AgentMethod>(
    id: number,
    method: M,
    params: AgentParams<M>,
    { deadlineMs, signal }: RequestOptions,
    onChunk: ((chunk: unknown) => void) | undefined,
  ): Promise<AgentResult<M>> {
    if (this.#closedBy) return Promise.reject(namedError(this.#closedBy, method));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const name = `${method} #${id}`;

    return new Promise<AgentResult<M>>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const onAbort = () => this.#giveUp(id, signal?.reason);
      // Registered before it is sent: an answer may arrive while `send` is still on the stack.
      this.#pending.set(id, {
        name,
        parse: (result) =>
          method === "snmp.get" && isPlainVarbinds(result)
            ? result
            : AGENT_METHODS[method].result.parse(result),
        onChunk,
        resolve,
        reject,
        release: () => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", onAbort);
        },
      });
      signal?.addEventListener("abort", onAbort, { once: true });
      try {
        this.#send({ type: "request", id, method, params, deadlineMs });
      } catch (error) {
        this.#take(id)?.reject(
          new PnmLabError("AGENT_SEND_FAILED", `${name} could not be sent: ${messageOf(error)}`, {
            cause: error,
            retryable: true,
          }),
        );
        return;
      }
      if (!this.#pending.has(id)) return;
      timer = setTimeout(() => this.#giveUp(id, deadlineError(name, deadlineMs)), deadlineMs + this.#graceMs);
    });
  }

  /** Ends the request that `response` answers; an answer without a request is counted. */
  settle(response: AgentResponse): void {
    if (response.ok && response.more) {
      const waiting = this.#pending.get(response.id);
      if (waiting) waiting.onChunk?.(response.result);
      else this.#lateAnswers += 1;
      return;
    }
    const pending = this.#take(response.id);
    if (!pending) {
      if (response.id <= this.#lastId) this.#lateAnswers += 1;
      else this.#unknownAnswers += 1;
      return;
    }
    if (!response.ok) {
      const { code, message, details } = response.error;
      pending.reject(new PnmLabError(code, message, details ? { details } : {}));
      return;
    }
    try {
      pending.resolve(pending.parse(response.result) as never);
    } catch (error) {
      pending.reject(
        new PnmLabError(
          "AGENT_BAD_RESULT",
          `the agent's result of ${pending.name} does not fit the protocol`,
          {
            cause: error,
          },
        ),
      );
    }
  }

  /** Rejects everything that waits, and every later request, with `error` under the request's name. */
  close(error: PnmLabError): void {
    this.#closedBy ??= error;
    for (const id of [...this.#pending.keys()]) {
      const pending = this.#take(id);
      pending?.reject(namedError(error, pending.name));
    }
  }

  #giveUp(id: number, reason: unknown): void {
    const pending = this.#take(id);
    if (!pending) return;
    pending.reject(reason);
    try {
      this.#send({ type: "cancel", id });
    } catch {
      // The wire is gone; its owner closes this manager, and the agent drops what it ran.
    }
  }

  #take(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release();
    return pending;
  }
}

function namedError(error: PnmLabError, name: string): PnmLabError {
  return new PnmLabError(error.code, `${name}: ${error.message}`, {
    cause: error,
    retryable: error.retryable,
    ...(error.details && { details: error.details }),
  });
}

function deadlineError(name: string, deadlineMs: number): PnmLabError {
  return new PnmLabError("AGENT_DEADLINE", `${name} was not answered by the agent within ${deadlineMs} ms`, {
    retryable: true,
  });
}
