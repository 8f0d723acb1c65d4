import type { Logger } from "@pnmlab/config";
import { RepeatCounter, type RequestManager } from "@pnmlab/link";
import {
  AGENT_PROTOCOL_VERSION,
  type AgentToBackend,
  agentToBackendSchema,
  type BackendToAgent,
  type BuildInfo,
  isCounted,
  isPlainResponse,
} from "@pnmlab/protocol";
import type { RawData, WebSocket } from "ws";
import type { FiguresMessage } from "./figures.ts";
import { HEARTBEAT_MS, Heartbeat, SILENCE_MS } from "./heartbeat.ts";
import { AgentSession } from "./session.ts";

export type AgentHello = Extract<AgentToBackend, { type: "hello" }>;
export type LeaseExpired = Extract<AgentToBackend, { type: "lease-expired" }>;
export type PollMessage = Extract<AgentToBackend, { type: "poll-results" | "poll-refresh" | "poll-status" }>;

/** How long a connection may take to introduce itself. */
const HELLO_DEADLINE_MS = 5000;

/** How long an old connection may take to show that it lives when a second one asks to be let in. */
const PROBE_MS = 1000;

/** Close codes of RFC 6455, section 7.4.1: in order, this side stops, the peer breaks the rules. */
const NORMAL = 1000;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

export interface AgentConnectionOptions {
  socket: WebSocket;
  /** Called before each message that may wait for others of the same moment. */
  gather?: (() => void) | undefined;
  /** The name under which the agent was let in. */
  name: string;
  address: string;
  build: BuildInfo;
  log: Logger;
  now: () => number;
  /** A text says why the agent is not taken. */
  refusalOf: (hello: AgentHello) => string | undefined;
  /** The session that a drop interrupted, where the agent asks for it by the right token. */
  sessionOf: (token: string) => AgentSession | undefined;
  /** How long a session outlives its connection. */
  resumeMs: number;
  /** Called once the agent has been welcomed, so that requests may follow. */
  onHello: (hello: AgentHello) => void;
  /** `clockMs` is the agent's clock at its answer, where it tells it. */
  onRoundTrip: (roundTripMs: number, clockMs: number | undefined) => void;
  onLeaseExpired: (event: LeaseExpired) => void;
  onPoll: (message: PollMessage) => void;
  onFigures: (message: FiguresMessage) => void;
  /**
   * The connection is over, once, with the reason in words. `isFinal` where either side has said so, and
   * the session ends with it.
   */
  onGone: (reason: string, isFinal: boolean) => void;
}

/** One WebSocket of one agent: introduction, heartbeat, requests. */
export class AgentConnection {
  readonly address: string;
  readonly #options: AgentConnectionOptions;
  readonly #helloDeadline: NodeJS.Timeout;
  readonly #notUnderstood = new RepeatCounter();
  readonly #wordListeners = new Set<() => void>();
  #heartbeat: Heartbeat | undefined;
  #hello: AgentHello | undefined;
  #session: AgentSession | undefined;
  #isGone = false;

  constructor(options: AgentConnectionOptions) {
    this.#options = options;
    this.address = options.address;
    this.#helloDeadline = setTimeout(
      () => this.dismiss(`no hello within ${HELLO_DEADLINE_MS / 1000} s`),
      HELLO_DEADLINE_MS,
    );
    const { socket } = options;
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    socket.on("close", (code) =>
      this.#over("the connection was closed at its end or on the way", code === NORMAL),
    );
    socket.on("error", (error) => this.#over(`the connection failed (${error.message})`, false));
  }

  /** What the agent said about itself; undefined until then. */
  get hello(): AgentHello | undefined {
    return this.#hello;
  }

  /** Undefined until the agent has introduced itself. */
  get session(): AgentSession | undefined {
    return this.#session;
  }

  /** Requests to the agent; only once it has introduced itself. */
  get requests(): RequestManager {
    if (!this.#session) throw new Error("the agent has not introduced itself");
    return this.#session.requests;
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

  /** Ends a connection whose other side is gone; its session may be taken up again. */
  end(reason: string): void {
    this.#options.socket.terminate();
    this.#over(reason, false);
  }

  /** Says good-bye: this side goes away. */
  leave(reason: string): void {
    this.#options.socket.close(GOING_AWAY, reason);
    this.#over(reason, true);
  }

  /** Closes with a reason that the agent can read and log: it is not wanted any more. */
  dismiss(reason: string): void {
    this.#options.socket.close(POLICY_VIOLATION, reason);
    this.#over(reason, true);
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.#isGone) return;
    this.#heartbeat?.heard();
    for (const listener of this.#wordListeners) listener();
    const { message, counts } = isBinary ? {} : parseMessage(data);
    if (counts) this.#session?.noteReceived((data as Buffer).length);
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
    if (!this.#session && message.type !== "hello") {
      this.dismiss(`it sent ${message.type} before its hello`);
      return;
    }
    switch (message.type) {
      case "hello":
        this.#introduce(message);
        return;
      case "pong":
        this.#options.onRoundTrip(Math.max(0, this.#options.now() - message.sentAtMs), message.clockMs);
        return;
      case "ack":
        this.#session?.acknowledged(message.received);
        return;
      case "response":
        this.#session?.requests.settle(message);
        return;
      case "lease-expired":
        this.#options.onLeaseExpired(message);
        return;
      case "poll-results":
      case "poll-refresh":
      case "poll-status":
        this.#options.onPoll(message);
        return;
      case "figures":
        this.#options.onFigures(message);
        return;
    }
  }

  #introduce(hello: AgentHello): void {
    if (
      this.#heartbeat ||
      hello.name !== this.#options.name ||
      hello.protocolVersion !== AGENT_PROTOCOL_VERSION
    ) {
      this.dismiss("its hello does not fit its upgrade request");
      return;
    }
    const refusal = this.#options.refusalOf(hello);
    if (refusal !== undefined) {
      this.dismiss(refusal);
      return;
    }
    clearTimeout(this.#helloDeadline);
    this.#hello = hello;
    this.#takeUp(hello.resume);
    this.#heartbeat = new Heartbeat({
      beat: () => this.#beat(),
      onSilent: () => this.end(`no word for ${SILENCE_MS / 1000} s`),
    });
    this.#options.onHello(hello);
  }

  /** Welcomes into the session that the agent asks for, or into a new one. */
  #takeUp(resume: AgentHello["resume"]): void {
    const { build, name, resumeMs, socket } = this.#options;
    const asked = resume && this.#options.sessionOf(resume.token);
    const isResumed = asked !== undefined && resume !== undefined && asked.canResumeFrom(resume.received);
    const session = isResumed ? asked : new AgentSession(`agent ${name} from ${this.address}`);
    this.#session = session;
    this.#tell({
      type: "welcome",
      build,
      heartbeatMs: HEARTBEAT_MS,
      session: { token: session.token, resumeMs, isResumed, received: session.received },
    });
    const write = (text: string) => {
      if (socket.readyState !== socket.OPEN) return;
      this.#options.gather?.();
      socket.send(text);
    };
    session.attach(write, isResumed ? resume.received : 0);
  }

  #beat(): void {
    this.#session?.sayReceived();
    this.#tell({ type: "ping", sentAtMs: this.#options.now() });
  }

  /** Sends what nobody waits for: on a connection that is closing it has no meaning any more. */
  #tell(message: BackendToAgent): void {
    const { socket } = this.#options;
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  }

  #over(reason: string, isFinal: boolean): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#helloDeadline);
    this.#heartbeat?.[Symbol.dispose]();
    this.#session?.detach();
    this.#options.onGone(reason, isFinal);
  }
}

function parseMessage(data: RawData): { message?: AgentToBackend; counts?: boolean } {
  let json: unknown;
  try {
    json = JSON.parse(data.toString());
  } catch {
    return {};
  }
  if (isPlainResponse(json)) return { message: json, counts: true };
  const parsed = agentToBackendSchema.safeParse(json);
  // What does not fit the protocol was counted by its sender all the same.
  const type = (json as { type?: unknown } | null)?.type;
  const counts = typeof type === "string" && isCounted({ type });
  return parsed.success ? { message: parsed.data, counts } : { counts };
}
