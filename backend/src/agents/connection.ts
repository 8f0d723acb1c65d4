import type { Logger } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";
import { RepeatCounter, RequestManager } from "@pnmlab/link";
import {
  AGENT_PROTOCOL_VERSION,
  type AgentToBackend,
  agentToBackendSchema,
  type BackendToAgent,
  type BuildInfo,
} from "@pnmlab/protocol";
import type { RawData, WebSocket } from "ws";
import { HEARTBEAT_MS, Heartbeat, SILENCE_MS } from "./heartbeat.ts";

export type AgentHello = Extract<AgentToBackend, { type: "hello" }>;
export type LeaseExpired = Extract<AgentToBackend, { type: "lease-expired" }>;
export type PollMessage = Extract<AgentToBackend, { type: "poll-results" | "poll-refresh" | "poll-status" }>;

/** How long a connection may take to introduce itself. */
const HELLO_DEADLINE_MS = 5000;

/** How long an old connection may take to show that it lives when a second one asks to be let in. */
const PROBE_MS = 1000;

/** Close codes of RFC 6455, section 7.4.1: this side stops, the peer breaks the rules. */
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

export interface AgentConnectionOptions {
  socket: WebSocket;
  /** The name under which the agent was let in. */
  name: string;
  address: string;
  build: BuildInfo;
  log: Logger;
  now: () => number;
  /** A text says why the agent is not taken. */
  refusalOf: (hello: AgentHello) => string | undefined;
  /** Called once the agent has been welcomed, so that requests may follow. */
  onHello: (hello: AgentHello) => void;
  /** `clockMs` is the agent's clock at its answer, where it tells it. */
  onRoundTrip: (roundTripMs: number, clockMs: number | undefined) => void;
  onLeaseExpired: (event: LeaseExpired) => void;
  onPoll: (message: PollMessage) => void;
  /** The connection is over, once, with the reason in words. */
  onGone: (reason: string) => void;
}

/** One WebSocket of one agent: introduction, heartbeat, requests. */
export class AgentConnection {
  readonly address: string;
  readonly requests: RequestManager;
  readonly #options: AgentConnectionOptions;
  readonly #helloDeadline: NodeJS.Timeout;
  readonly #notUnderstood = new RepeatCounter();
  readonly #wordListeners = new Set<() => void>();
  #heartbeat: Heartbeat | undefined;
  #hello: AgentHello | undefined;
  #isGone = false;

  constructor(options: AgentConnectionOptions) {
    this.#options = options;
    this.address = options.address;
    this.requests = new RequestManager({ send: (message) => this.#send(message) });
    this.#helloDeadline = setTimeout(
      () => this.#breakOff(`no hello within ${HELLO_DEADLINE_MS / 1000} s`),
      HELLO_DEADLINE_MS,
    );
    const { socket } = options;
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    socket.on("close", () => this.#over("the connection was closed at its end or on the way"));
    socket.on("error", (error) => this.#over(`the connection failed (${error.message})`));
  }

  /** What the agent said about itself; undefined until then. */
  get hello(): AgentHello | undefined {
    return this.#hello;
  }

  /** Asks the agent for a word; false where none comes. */
  async isAlive(): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const onWord = () => resolve(true);
    const timer = setTimeout(() => resolve(false), PROBE_MS);
    this.#wordListeners.add(onWord);
    this.#beat();
    const alive = await promise;
    clearTimeout(timer);
    this.#wordListeners.delete(onWord);
    return alive && !this.#isGone;
  }

  /** Ends a connection whose other side is gone; `reason` goes to requests in flight and to `onGone`. */
  end(reason: string): void {
    this.#options.socket.terminate();
    this.#over(reason);
  }

  /** Says good-bye: this side goes away. */
  leave(reason: string): void {
    this.#options.socket.close(GOING_AWAY, reason);
    this.#over(reason);
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.#isGone) return;
    this.#heartbeat?.heard();
    for (const listener of this.#wordListeners) listener();
    const message = isBinary ? undefined : parseMessage(data);
    if (!message) {
      const { count, worthLogging } = this.#notUnderstood.note("message");
      if (worthLogging) {
        this.#options.log.warn(
          `agent ${this.#options.name} from ${this.address}: ${count} messages in a row do not fit the protocol and are ignored`,
        );
      }
      return;
    }
    this.#notUnderstood.reset();
    switch (message.type) {
      case "hello":
        this.#introduce(message);
        return;
      case "pong":
        this.#options.onRoundTrip(Math.max(0, this.#options.now() - message.sentAtMs), message.clockMs);
        return;
      case "response":
        this.requests.settle(message);
        return;
      case "lease-expired":
        this.#options.onLeaseExpired(message);
        return;
      case "poll-results":
      case "poll-refresh":
      case "poll-status":
        this.#options.onPoll(message);
        return;
    }
  }

  #introduce(hello: AgentHello): void {
    if (
      this.#heartbeat ||
      hello.name !== this.#options.name ||
      hello.protocolVersion !== AGENT_PROTOCOL_VERSION
    ) {
      this.#breakOff("its hello does not fit its upgrade request");
      return;
    }
    const refusal = this.#options.refusalOf(hello);
    if (refusal !== undefined) {
      this.#breakOff(refusal);
      return;
    }
    clearTimeout(this.#helloDeadline);
    this.#hello = hello;
    this.#tell({ type: "welcome", build: this.#options.build, heartbeatMs: HEARTBEAT_MS });
    this.#heartbeat = new Heartbeat({
      beat: () => this.#beat(),
      onSilent: () => this.end(`no word for ${SILENCE_MS / 1000} s`),
    });
    this.#options.onHello(hello);
  }

  #beat(): void {
    this.#tell({ type: "ping", sentAtMs: this.#options.now() });
  }

  /** Sends what nobody waits for: on a connection that is closing it has no meaning any more. */
  #tell(message: BackendToAgent): void {
    const { socket } = this.#options;
    if (socket.readyState === socket.OPEN) this.#send(message);
  }

  /** Closes with a reason that the agent can read and log. */
  #breakOff(reason: string): void {
    this.#options.socket.close(POLICY_VIOLATION, reason);
    this.#over(reason);
  }

  #over(reason: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#helloDeadline);
    this.#heartbeat?.[Symbol.dispose]();
    this.#options.onGone(reason);
    this.requests.close(
      new PnmLabError("AGENT_LOST", `agent ${this.#options.name} from ${this.address} was lost: ${reason}`, {
        retryable: true,
      }),
    );
  }

  #send(message: BackendToAgent): void {
    const { socket } = this.#options;
    if (socket.readyState !== socket.OPEN) throw new Error("the connection is closing");
    socket.send(JSON.stringify(message));
  }
}

function parseMessage(data: RawData): AgentToBackend | undefined {
  try {
    const parsed = agentToBackendSchema.safeParse(JSON.parse(data.toString()));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
