import { PnmLabError } from "@pnmlab/kit";
import type { CancelMessage, LinkConnection, RequestMessage } from "@pnmlab/link";
import { AGENT_METHODS, type AgentMethod, type ErrorBody, isPlainGet } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { Deadline } from "../snmp/index.ts";
import { ChunkSender } from "./chunk-sender.ts";
import type { JobContext, Methods } from "./methods.ts";

interface Job {
  abort: AbortController;
  /** By the backend, which waits for no answer then. */
  isCancelled: boolean;
  /** Resolves when it is answered. */
  done: Promise<void>;
}

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
  readonly #jobs = new Set<Job>();
  #isStopping = false;

  constructor(methods: Methods, log: AgentLog) {
    this.#methods = methods;
    this.#log = log;
  }

  /** Requests that run or wait for their turn. */
  get size(): number {
    return this.#jobs.size;
  }

  /** The handler for the messages of one connection. */
  serve(connection: LinkConnection): (message: RequestMessage | CancelMessage) => void {
    const jobs = new Map<number, Job>();
    const streams: Streams = new Map();
    connection.signal.addEventListener(
      "abort",
      () => {
        for (const { abort } of jobs.values()) abort.abort(connection.signal.reason);
      },
      { once: true },
    );
    return (message) => {
      if (message.type === "cancel") {
        const job = jobs.get(message.id);
        if (!job) return;
        job.isCancelled = true;
        job.abort.abort(new PnmLabError("CANCELLED", "the backend cancelled the request"));
        return;
      }
      const refusal = this.#refusalOf(message, jobs);
      if (refusal) {
        connection.send({ type: "response", id: message.id, ok: false, error: refusal });
        return;
      }
      const job: Job = { abort: new AbortController(), isCancelled: false, done: Promise.resolve() };
      jobs.set(message.id, job);
      this.#jobs.add(job);
      const ended = () => {
        jobs.delete(message.id);
        streams.delete(message.id);
        this.#jobs.delete(job);
      };
      job.done = this.#run(message, connection, job, streams).finally(ended);
    };
  }

  /** Ends every job; each is answered with `AGENT_STOPPING`, as is every later request. */
  async close(): Promise<void> {
    this.#isStopping = true;
    const jobs = [...this.#jobs];
    for (const { abort } of jobs) abort.abort(stopping());
    await Promise.all(jobs.map(({ done }) => done));
  }

  #refusalOf({ id }: RequestMessage, jobs: Map<number, Job>): ErrorBody | undefined {
    if (this.#isStopping) return stopping().toBody();
    if (jobs.has(id)) {
      return { code: "AGENT_BAD_REQUEST", message: `request ${id} is already running` };
    }
    if (jobs.size >= MAX_JOBS) {
      return { code: "AGENT_BUSY", message: `the agent already has ${MAX_JOBS} requests to answer` };
    }
    return undefined;
  }

  async #run(
    { id, method, params, deadlineMs }: RequestMessage,
    connection: LinkConnection,
    job: Job,
    streams: Streams,
  ): Promise<void> {
    const { signal } = job.abort;
    const context: JobContext = {
      requestId: id,
      deadline: new Deadline(deadlineMs),
      signal,
      openStream: (newChunk, isFull) => {
        const send = (result: unknown) =>
          void connection.send({ type: "response", id, ok: true, result, more: true });
        const sender = new ChunkSender({ send, signal, newChunk, isFull });
        streams.set(id, sender);
        return sender;
      },
      streams,
    };
    try {
      const result = await this.#call(method, params, context);
      if (!job.isCancelled) connection.send({ type: "response", id, ok: true, result });
    } catch (error) {
      if (!job.isCancelled) {
        connection.send({ type: "response", id, ok: false, error: this.#errorBody(error, method) });
      }
    }
  }

  #call<M extends AgentMethod>(method: M, params: unknown, context: JobContext): Promise<unknown> {
    const run = this.#methods[method] as (params: unknown, context: JobContext) => Promise<unknown>;
    if (method === "snmp.get" && isPlainGet(params)) return run(params, context);
    const parsed = AGENT_METHODS[method].params.safeParse(params);
    if (!parsed.success) {
      const faults = parsed.error.issues.map(
        (issue) => `${issue.path.join(".") || "params"}: ${issue.message}`,
      );
      throw new PnmLabError("AGENT_BAD_PARAMS", `${method}: ${faults.join("; ")}`);
    }
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
