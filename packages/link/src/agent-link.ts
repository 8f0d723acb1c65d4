import type { IncomingMessage } from "node:http";
import { backoffDelayMs, Emitter, messageOf, PnmLabError, transition } from "@pnmlab/kit";
import {
  AGENT_NAME_HEADER,
  AGENT_PATH,
  AGENT_PROTOCOL_HEADER,
  AGENT_PROTOCOL_VERSION,
  type AgentToBackend,
  type BackendToAgent,
  type BuildInfo,
} from "@pnmlab/protocol";
import WebSocket from "ws";
import { readBackendMessage } from "./incoming.ts";
import {
  type DialedAddress,
  failureOfAnswer,
  failureOfError,
  failureOfGreeting,
  failureOfLoss,
  type LinkFailure,
} from "./link-failure.ts";
import { type LinkEvent, type LinkStateName, linkTransitions } from "./link-machine.ts";
import { RepeatCounter } from "./repeat-counter.ts";

/** The part of a logger that the link uses; pino's fits. */
export interface LinkLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export type AgentHello = Omit<
  Extract<AgentToBackend, { type: "hello" }>,
  "type" | "name" | "protocolVersion"
>;
export type RequestMessage = Extract<BackendToAgent, { type: "request" }>;
export type CancelMessage = Extract<BackendToAgent, { type: "cancel" }>;

/** One connection, from the backend's welcome to its end. */
export interface LinkConnection {
  readonly backend: BuildInfo;
  /** Aborts when the connection ends; whatever ran for it has nobody left to answer to. */
  readonly signal: AbortSignal;
  /** Hands a message to the socket; false where the connection has ended. */
  send(message: AgentToBackend): boolean;
}

export interface LinkTimings {
  /** First delay after a failure; doubled, with jitter, up to `maxDelayMs`. */
  baseDelayMs: number;
  maxDelayMs: number;
  /** Upper bound of the delay where the backend refuses: it will not change its mind by being asked. */
  maxRefusedDelayMs: number;
  /** A connection that stood this long starts the delays anew. */
  stableAfterMs: number;
  /** Longest wait for TCP, TLS and HTTP, and again for the welcome. */
  handshakeMs: number;
  /** Shortest silence after which a connection counts as dead; three heartbeats where those are longer. */
  minSilenceMs: number;
}

export interface AgentLinkOptions {
  /** `ws://` or `wss://` URL of the backend, without the path of the agents' WebSocket. */
  backendUrl: string;
  name: string;
  token: string;
  /** What the agent says of itself; asked for at each connection. */
  hello: () => AgentHello;
  /** Called once per connection; what it returns gets the requests and cancels of that connection. */
  serve: (connection: LinkConnection) => (message: RequestMessage | CancelMessage) => void;
  log: LinkLog;
  timings?: Partial<LinkTimings>;
}

export interface LinkState {
  readonly name: LinkStateName;
  /** When this state began, Unix milliseconds. */
  readonly sinceMs: number;
  /** The backend's build, while connected. */
  readonly backend?: BuildInfo;
  /** The last failure, until the next welcome. */
  readonly failure?: LinkFailure & {
    /** How many times in a row it has happened, and since when (Unix milliseconds). */
    readonly count: number;
    readonly firstAtMs: number;
  };
}

const DEFAULT_TIMINGS: LinkTimings = {
  baseDelayMs: 250,
  maxDelayMs: 5_000,
  maxRefusedDelayMs: 10_000,
  stableAfterMs: 10_000,
  handshakeMs: 10_000,
  minSilenceMs: 1_500,
};

/** The largest message that a backend has reason to send is far below this. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
const MAX_REFUSAL_BYTES = 16 * 1024;
const CLOSE_MS = 1_000;

/**
 * Dials the backend and keeps dialing until it is closed. Never throws: what fails is in `state` and,
 * once per kind, in the log.
 */
export function connectAgentLink(options: AgentLinkOptions): AgentLink {
  return new AgentLink(options);
}

/** The agent's side of the link; made by `connectAgentLink`. */
export class AgentLink implements AsyncDisposable {
  readonly #options: AgentLinkOptions;
  readonly #timings: LinkTimings;
  readonly #dialed: DialedAddress;
  readonly #url: string;
  readonly #events = new Emitter<{ state: LinkState }>();
  readonly #failures = new RepeatCounter();
  readonly #badMessages = new RepeatCounter();
  #state: LinkState = { name: "waiting", sinceMs: Date.now() };
  #failuresInRow = 0;
  #redial: NodeJS.Timeout | undefined;
  #socket: WebSocket | undefined;
  #endConnection: AbortController | undefined;

  constructor(options: AgentLinkOptions) {
    this.#options = options;
    this.#timings = { ...DEFAULT_TIMINGS, ...options.timings };
    const url = new URL(options.backendUrl);
    this.#dialed = {
      address: `${url.protocol}//${url.host}`,
      hostName: url.hostname,
      agentName: options.name,
    };
    this.#url = `${this.#dialed.address}${url.pathname.replace(/\/+$/, "")}${AGENT_PATH}`;
    this.#dial();
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Calls back after every change of state. Returns the function that ends it. */
  onState(listener: (state: LinkState) => void): () => void {
    return this.#events.on("state", listener);
  }

  /** Resolves when the backend has welcomed the agent; rejects with `LINK_CLOSED` when the link closes first. */
  untilConnected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (state: LinkState) => {
        if (state.name !== "connected" && state.name !== "closed") return;
        off();
        if (state.name === "connected") resolve();
        else reject(new PnmLabError("LINK_CLOSED", "the link was closed before it was connected"));
      };
      const off = this.onState(check);
      check(this.#state);
    });
  }

  /** Ends the link for good; what was already sent goes out first, within a second. */
  async close(): Promise<void> {
    if (this.#state.name === "closed") return;
    clearTimeout(this.#redial);
    const socket = this.#socket;
    this.#socket = undefined;
    this.#endConnection?.abort(new PnmLabError("LINK_CLOSED", "the link was closed"));
    this.#move("close");
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.terminate(), CLOSE_MS);
      socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
      if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
      else socket.close(1000, "the agent stops");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #dial(): void {
    this.#move("dial");
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.#url, {
        headers: {
          authorization: `Bearer ${this.#options.token}`,
          [AGENT_NAME_HEADER]: this.#options.name,
          [AGENT_PROTOCOL_HEADER]: String(AGENT_PROTOCOL_VERSION),
        },
        perMessageDeflate: false,
        maxPayload: MAX_MESSAGE_BYTES,
        handshakeTimeout: this.#timings.handshakeMs,
      });
    } catch (error) {
      this.#fail(failureOfError(error, this.#dialed));
      return;
    }
    this.#socket = socket;
    // Every handler asks whether its socket is still the one in use: `ws` reports the end of a
    // terminated socket after the next one has been dialed.
    const ifCurrent = (effect: () => void) => {
      if (this.#socket === socket) effect();
    };
    socket.on("error", (error) => ifCurrent(() => this.#socketFailed(error)));
    socket.on("unexpected-response", (_request, response) => {
      void readRefusal(response, this.#timings.handshakeMs).then((body) =>
        ifCurrent(() => this.#fail(failureOfAnswer(response.statusCode ?? 0, body, this.#dialed))),
      );
    });
    socket.on("open", () => ifCurrent(() => this.#opened(socket, ifCurrent)));
    socket.on("close", (code, reason) =>
      ifCurrent(() => {
        const said = reason.length > 0 ? ` saying "${reason.toString()}"` : "";
        this.#fail(
          this.#state.name === "connected"
            ? failureOfLoss(`CLOSE_${code}`, `it was closed${said} (code ${code})`, this.#dialed)
            : failureOfGreeting(`closed it${said} (code ${code})`, this.#dialed),
        );
      }),
    );
  }

  #opened(socket: WebSocket, ifCurrent: (effect: () => void) => void): void {
    this.#move("opened");
    const end = new AbortController();
    this.#endConnection = end;
    const isLive = () => !end.signal.aborted && socket.readyState === WebSocket.OPEN;
    const send = (message: AgentToBackend): boolean => {
      if (!isLive()) return false;
      socket.send(JSON.stringify(message));
      return true;
    };

    let silenceMs = this.#timings.handshakeMs;
    const onSilence = () =>
      ifCurrent(() =>
        this.#fail(
          this.#state.name === "connected"
            ? failureOfLoss("LINK_SILENT", `nothing was heard for ${silenceMs} ms`, this.#dialed)
            : failureOfGreeting("never greeted", this.#dialed),
        ),
      );
    let silence = setTimeout(onSilence, silenceMs);
    end.signal.addEventListener("abort", () => clearTimeout(silence), { once: true });

    let handle: ((message: RequestMessage | CancelMessage) => void) | undefined;
    socket.on("ping", () => silence.refresh());
    socket.on("message", (data, isBinary) => {
      if (!isLive()) return;
      silence.refresh();
      const incoming = readBackendMessage(data, isBinary);
      if (!incoming.ok) {
        this.#logBadMessage(incoming.reason);
        if (incoming.answer) send(incoming.answer);
        return;
      }
      const { message } = incoming;
      if (message.type === "ping") {
        send({ type: "pong", sentAtMs: message.sentAtMs });
      } else if (message.type === "welcome") {
        if (handle) return;
        clearTimeout(silence);
        silenceMs = Math.max(3 * message.heartbeatMs, this.#timings.minSilenceMs);
        silence = setTimeout(onSilence, silenceMs);
        this.#failures.reset();
        this.#move("welcomed", { backend: message.build });
        this.#options.log.info(
          { backend: message.build, address: this.#dialed.address },
          `connected to the backend at ${this.#dialed.address}`,
        );
        handle = this.#options.serve({ backend: message.build, signal: end.signal, send });
      } else if (handle) {
        this.#hand(message, handle);
      } else {
        this.#logBadMessage(`a ${message.type} came before the welcome`);
      }
    });

    send({
      type: "hello",
      name: this.#options.name,
      protocolVersion: AGENT_PROTOCOL_VERSION,
      ...this.#options.hello(),
    });
  }

  #socketFailed(error: Error): void {
    this.#fail(
      this.#state.name === "connected"
        ? failureOfLoss("SOCKET_ERROR", messageOf(error), this.#dialed)
        : failureOfError(error, this.#dialed),
    );
  }

  #fail(failure: LinkFailure): void {
    const stoodMs = this.#state.name === "connected" ? Date.now() - this.#state.sinceMs : 0;
    if (stoodMs >= this.#timings.stableAfterMs) this.#failuresInRow = 0;
    const { count, sinceMs, worthLogging } = this.#failures.note(failure.message);
    if (worthLogging) {
      const again = count > 1 ? ` (${count} times since ${new Date(sinceMs).toISOString()})` : "";
      this.#options.log.warn({ kind: failure.kind, code: failure.code, count }, failure.message + again);
    }

    const socket = this.#socket;
    this.#socket = undefined;
    this.#endConnection?.abort(new PnmLabError("LINK_LOST", failure.message, { retryable: true }));
    this.#endConnection = undefined;
    socket?.terminate();

    const { baseDelayMs, maxDelayMs, maxRefusedDelayMs } = this.#timings;
    const delayMs = backoffDelayMs(this.#failuresInRow, {
      baseMs: baseDelayMs,
      maxMs: failure.kind === "refused" ? maxRefusedDelayMs : maxDelayMs,
    });
    this.#failuresInRow += 1;
    // Before the state is told: a listener may close the link, and then nothing must be dialed.
    this.#redial = setTimeout(() => this.#dial(), delayMs);
    this.#move("failed", { failure: { ...failure, count, firstAtMs: sinceMs } });
  }

  #hand(
    message: RequestMessage | CancelMessage,
    handle: (message: RequestMessage | CancelMessage) => void,
  ): void {
    try {
      handle(message);
    } catch (error) {
      this.#options.log.error({ err: error, type: message.type }, "a message could not be handled");
    }
  }

  #logBadMessage(reason: string): void {
    const { count, worthLogging } = this.#badMessages.note(reason);
    if (worthLogging) {
      this.#options.log.warn({ count }, `a message of the backend was not understood: ${reason}`);
    }
  }

  /** Every place that raises an event has checked the state; an event that the table forbids is a mistake. */
  #move(event: LinkEvent, details: Pick<LinkState, "backend" | "failure"> = {}): void {
    const name = transition(linkTransitions, this.#state.name, event);
    if (!name) throw new Error(`the link cannot take "${event}" while ${this.#state.name}`);
    const { failure } = this.#state;
    const kept = failure && name !== "connected" ? { failure } : {};
    this.#state = { name, sinceMs: Date.now(), ...kept, ...details };
    this.#events.emit("state", this.#state);
  }
}

/** The body of an HTTP refusal, cut off where it is too long to be one of ours. */
async function readRefusal(response: IncomingMessage, deadlineMs: number): Promise<string> {
  const timer = setTimeout(() => response.destroy(), deadlineMs);
  let body = "";
  try {
    response.setEncoding("utf8");
    for await (const chunk of response) {
      body += chunk;
      if (body.length > MAX_REFUSAL_BYTES) break;
    }
  } catch {
    // What arrived before the break is judged like a whole body.
  } finally {
    clearTimeout(timer);
    response.destroy();
  }
  return body;
}
