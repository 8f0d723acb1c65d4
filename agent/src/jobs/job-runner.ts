import { PnmLabError } from "@pnmlab/kit";
import type { CancelMessage, LinkConnection, RequestMessage } from "@pnmlab/link";
import { AGENT_METHODS, type AgentMethod, type ErrorBody } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { Deadline } from "../snmp/index.ts";
import { ChunkSender } from "./chunk-sender.ts";
import type { JobContext, Methods } from "./methods.ts";

type Streams = Map<number, Pick<ChunkSender<unknown[]>, "consumed">>;

/** Requests of one connection that may run or wait at once; more than any backend has reason to send. */
const MAX_JOBS = 4_096;

/**
 * Runs the backend's requests and answers each with its result or its error. A request that was
 * cancelled is not answered. When the connection ends, everything that ran for it is cancelled and
 * what it had found is dropped: the backend has already rejected those requests, and asks again.
 */
export class JobRunner {
  readonly #methods: Methods;
  readonly #log: AgentLog;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(methods: Methods, log: AgentLog) {
    this.#methods = methods;
    this.#log = log;
  }

  /** Requests that run or wait for their turn. */
  get size(): number {
    return this.#running.size;
  }

  /** The handler for the messages of one connection. */
  serve(connection: LinkConnection): (message: RequestMessage | CancelMessage) => void {
    const cancels = new Map<number, AbortController>();
    const streams: Streams = new Map();
    return (message) => {
      if (message.type === "cancel") {
        cancels.get(message.id)?.abort(new PnmLabError("CANCELLED", "the backend cancelled the request"));
        return;
      }
      const refusal = this.#refusalOf(message, cancels);
      if (refusal) {
        connection.send({ type: "response", id: message.id, ok: false, error: refusal });
        return;
      }
      const cancel = new AbortController();
      cancels.set(message.id, cancel);
      const job = this.#run(message, connection, cancel.signal, streams).finally(() => {
        cancels.delete(message.id);
        streams.delete(message.id);
        this.#running.delete(job);
      });
      this.#running.add(job);
    };
  }

  /** Ends every job; each is answered with `AGENT_STOPPING`, as is every later request. */
  async close(): Promise<void> {
    this.#stop.abort(stopping());
    await Promise.all(this.#running);
  }

  #refusalOf({ id }: RequestMessage, cancels: Map<number, AbortController>): ErrorBody | undefined {
    if (this.#stop.signal.aborted) return stopping().toBody();
    if (cancels.has(id)) {
      return { code: "AGENT_BAD_REQUEST", message: `request ${id} is already running` };
    }
    if (cancels.size >= MAX_JOBS) {
      return { code: "AGENT_BUSY", message: `the agent already has ${MAX_JOBS} requests to answer` };
    }
    return undefined;
  }

  async #run(
    message: RequestMessage,
    connection: LinkConnection,
    cancelled: AbortSignal,
    streams: Streams,
  ): Promise<void> {
    const { id, method, deadlineMs } = message;
    const deadline = new Deadline(deadlineMs);
    const signal = AbortSignal.any([cancelled, connection.signal, this.#stop.signal]);
    try {
      const openStream: JobContext["openStream"] = (newChunk, isFull) => {
        const send = (result: unknown) =>
          void connection.send({ type: "response", id, ok: true, result, more: true });
        const sender = new ChunkSender({ send, signal, newChunk, isFull });
        streams.set(id, sender);
        return sender;
      };
      const context: JobContext = { requestId: id, deadline, signal, openStream, streams };
      const result = await this.#call(method, message.params, context);
      if (!cancelled.aborted) connection.send({ type: "response", id, ok: true, result });
    } catch (error) {
      if (!cancelled.aborted) {
        connection.send({ type: "response", id, ok: false, error: this.#errorBody(error, method) });
      }
    }
  }

  #call<M extends AgentMethod>(method: M, params: unknown, context: JobContext): Promise<unknown> {
    const parsed = AGENT_METHODS[method].params.safeParse(params);
    if (!parsed.success) {
      const faults = parsed.error.issues.map(
        (issue) => `${issue.path.join(".") || "params"}: ${issue.message}`,
      );
      throw new PnmLabError("AGENT_BAD_PARAMS", `${method}: ${faults.join("; ")}`);
    }
    const run = this.#methods[method] as (params: unknown, context: JobContext) => Promise<unknown>;
    return run(parsed.data, context);
  }

  #errorBody(error: unknown, method: AgentMethod): ErrorBody {
    if (error instanceof PnmLabError) return error.toBody();
    this.#log.error({ err: error, method }, "a request failed for a reason of the agent's own");
    return { code: "AGENT_INTERNAL", message: `the agent failed at ${method}; its log says how` };
  }
}

function stopping(): PnmLabError {
  return new PnmLabError("AGENT_STOPPING", "the agent is stopping");
}
