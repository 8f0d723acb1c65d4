import { backoffDelayMs, Emitter, isPnmLabError, messageOf, PnmLabError, transition } from "@pnmlab/kit";
import {
  AGENT_NAME_HEADER,
  AGENT_PATH,
  AGENT_PROTOCOL_HEADER,
  AGENT_PROTOCOL_VERSION,
  type AgentToBackend,
} from "@pnmlab/protocol";
import WebSocket from "ws";
import { Conversation, type MessageHandler, type WelcomeMessage } from "./conversation.ts";
import { dialOptionsFor } from "./dial.ts";
import { gatherWrites } from "./gather-writes.ts";
import {
  type DialedAddress,
  failureOfAnswer,
  failureOfClose,
  failureOfEarlyClose,
  failureOfError,
  failureOfLoss,
  failureOfMuteness,
  failureOfSetup,
  isDrop,
  type LinkFailure,
} from "./link-failure.ts";
import { type LinkEvent, linkTransitions } from "./link-machine.ts";
import { type AgentLinkOptions, DEFAULT_TIMINGS, type LinkState, type LinkTimings } from "./link-options.ts";
import { LinkSession } from "./link-session.ts";
import { MAX_AGENT_MESSAGE_BYTES } from "./message-size.ts";
import { readRefusalBody } from "./refusal-body.ts";
import { RepeatCounter } from "./repeat-counter.ts";

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
  #state: LinkState = { name: "waiting", sinceMs: Date.now() };
  readonly #bornMs = Date.now();
  #failuresInRow = 0;
  /** A failure of the first moments waits for its line in the log. */
  #hasHeldBack = false;
  #redial: NodeJS.Timeout | undefined;
  #socket: WebSocket | undefined;
  #conversation: Conversation | undefined;
  #served: { session: LinkSession; handle: MessageHandler } | undefined;
  /** Runs while the session waits for a connection. */
  #sessionEnd: NodeJS.Timeout | undefined;
  #tokenCheck: NodeJS.Timeout | undefined;
  /** What sessions that have ended could not tell any more. */
  #untold: AgentToBackend[] = [];

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
    clearInterval(this.#tokenCheck);
    this.#conversation?.end();
    this.#endSession(new PnmLabError("LINK_CLOSED", "the link was closed"));
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
    let token: string;
    let socket: WebSocket;
    try {
      token = this.#readToken();
      const { way = {} } = this.#options;
      socket = new WebSocket(this.#url, {
        ...dialOptionsFor(new URL(this.#url), way, this.#timings.handshakeMs),
        headers: {
          authorization: `Bearer ${token}`,
          [AGENT_NAME_HEADER]: this.#options.name,
          [AGENT_PROTOCOL_HEADER]: String(AGENT_PROTOCOL_VERSION),
        },
        perMessageDeflate: false,
        maxPayload: MAX_AGENT_MESSAGE_BYTES,
        handshakeTimeout: this.#timings.handshakeMs,
      });
    } catch (error) {
      this.#fail(isPnmLabError(error) ? failureOfSetup(error) : failureOfError(error, this.#dialed));
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
      void readRefusalBody(response, this.#timings.handshakeMs).then((body) =>
        ifCurrent(() => this.#fail(failureOfAnswer(response.statusCode ?? 0, body, this.#dialed))),
      );
    });
    let gather = () => {};
    socket.on("upgrade", ({ socket: stream }) => {
      gather = gatherWrites(stream);
    });
    socket.on("open", () => ifCurrent(() => this.#opened(socket, gather, token, ifCurrent)));
    socket.on("close", (code, reason) =>
      ifCurrent(() => {
        const why = reason.toString();
        const isLate = this.#state.name === "connected";
        this.#fail(
          isLate ? failureOfClose(code, why, this.#dialed) : failureOfEarlyClose(code, why, this.#dialed),
        );
      }),
    );
  }

  #opened(
    socket: WebSocket,
    gather: () => void,
    token: string,
    ifCurrent: (effect: () => void) => void,
  ): void {
    this.#move("opened");
    this.#conversation = new Conversation({
      socket,
      gather,
      link: this.#options,
      timings: this.#timings,
      interrupted: this.#served?.session,
      onWelcome: (message, write) => this.#welcomed(message, token, write),
      onSilence: (silenceMs) =>
        ifCurrent(() =>
          this.#fail(
            this.#state.name === "connected"
              ? failureOfLoss("LINK_SILENT", `nothing was heard for ${silenceMs} ms`, this.#dialed)
              : failureOfMuteness(this.#dialed),
          ),
        ),
    });
  }

  #welcomed(message: WelcomeMessage, token: string, write: (text: string) => void) {
    clearTimeout(this.#sessionEnd);
    const { build: backend, session: offer } = message;
    if (this.#served && !offer.isResumed) {
      this.#endSession(
        new PnmLabError("LINK_LOST", "the backend does not have the session any more", { retryable: true }),
      );
    }
    const isResumed = this.#served !== undefined;
    if (!this.#served) this.#beginSession(message);
    const served = this.#served!;
    try {
      served.session.attach(write, offer.received);
    } catch (error) {
      this.#endSession(new PnmLabError("LINK_LOST", messageOf(error), { retryable: true }));
      this.#fail(failureOfLoss("LINK_LEDGER_GAP", messageOf(error), this.#dialed));
      return undefined;
    }
    this.#failures.reset();
    this.#hasHeldBack = false;
    this.#tokenCheck = setInterval(() => this.#checkToken(token), this.#timings.tokenCheckMs);
    this.#move("welcomed", { backend });
    const how = isResumed ? "connected again to" : "connected to";
    this.#options.log.info({ build: backend }, `${how} the backend at ${this.#dialed.address}`);
    if (!isResumed) {
      for (const untold of this.#untold.splice(0)) served.session.send(untold);
      served.handle = this.#options.serve(served.session);
    }
    return served;
  }

  #beginSession({ build: backend, session: { token, resumeMs } }: WelcomeMessage): void {
    const session = new LinkSession({
      backend,
      token,
      resumeMs,
      onOverflow: () => {
        const reason = "more answers wait for the backend's word than may be kept";
        this.#endSession(new PnmLabError("LINK_LOST", reason, { retryable: true }));
        if (this.#socket) this.#fail(failureOfLoss("LINK_OVERFLOW", reason, this.#dialed));
      },
    });
    this.#served = { session, handle: () => {} };
  }

  #endSession(reason: PnmLabError): void {
    clearTimeout(this.#sessionEnd);
    const served = this.#served;
    this.#served = undefined;
    if (served) this.#untold.push(...served.session.end(reason));
  }

  #readToken(): string {
    const { token } = this.#options;
    return typeof token === "string" ? token : token();
  }

  /** Signs in anew where the token has changed; the session goes on. */
  #checkToken(used: string): void {
    let token: string;
    try {
      token = this.#readToken();
    } catch {
      // The connection stands; the next attempt says what is wrong with the file.
      return;
    }
    if (token === used) return;
    this.#fail(
      failureOfLoss("TOKEN_CHANGED", "the agent has a new token and signs in with it", this.#dialed),
    );
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
    if (failure.kind === "server-down" && Date.now() - this.#bornMs < this.#timings.quietStartMs) {
      this.#hasHeldBack = true;
    } else if (worthLogging || this.#hasHeldBack) {
      this.#hasHeldBack = false;
      const again = count > 1 ? ` (${count} times since ${new Date(sinceMs).toISOString()})` : "";
      this.#options.log.warn({ kind: failure.kind, code: failure.code, count }, failure.message + again);
    }

    const socket = this.#socket;
    this.#socket = undefined;
    clearInterval(this.#tokenCheck);
    this.#conversation?.end();
    this.#conversation = undefined;
    this.#interruptSession(failure);
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

  /** After a drop the session waits for the next connection; where the backend has spoken, it is over. */
  #interruptSession(failure: LinkFailure): void {
    if (!this.#served) return;
    const { resumeMs } = this.#served.session;
    const lost = new PnmLabError("LINK_LOST", failure.message, { retryable: true });
    const isOver = this.#state.name === "connected" ? !isDrop(failure) : failure.kind === "refused";
    if (isOver || resumeMs === 0) this.#endSession(lost);
    else if (this.#state.name === "connected") {
      this.#sessionEnd = setTimeout(() => this.#endSession(lost), resumeMs);
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
