import { AGENT_PROTOCOL_VERSION, type AgentToBackend, type BackendToAgent } from "@pnmlab/protocol";
import WebSocket, { type RawData } from "ws";
import { readBackendMessage } from "./incoming.ts";
import type { AgentLinkOptions, CancelMessage, LinkTimings, RequestMessage } from "./link-options.ts";
import type { LinkSession } from "./link-session.ts";
import { RepeatCounter } from "./repeat-counter.ts";
import { SilenceWatch } from "./silence-watch.ts";

export type WelcomeMessage = Extract<BackendToAgent, { type: "welcome" }>;
export type MessageHandler = (message: RequestMessage | CancelMessage) => void;

export interface ConversationOptions {
  /** Open. */
  socket: WebSocket;
  /** Called before each message that may wait for others of the same moment. */
  gather: () => void;
  link: Pick<AgentLinkOptions, "name" | "hello" | "log">;
  timings: Pick<LinkTimings, "handshakeMs" | "minSilenceMs">;
  /** The session that a drop interrupted. */
  interrupted: LinkSession | undefined;
  /** Answers the session that goes on over this socket, and who takes its requests. */
  onWelcome: (
    message: WelcomeMessage,
    write: (text: string) => void,
  ) => { session: LinkSession; handle: MessageHandler } | undefined;
  /** Nothing was heard for too long. Called at most once. */
  onSilence: (silenceMs: number) => void;
}

/** What is said on one open socket: hello, welcome, heartbeat, and the messages of a session. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #badMessages = new RepeatCounter();
  #silence: SilenceWatch;
  #served: { session: LinkSession; handle: MessageHandler } | undefined;
  #isOver = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { socket, link, timings, interrupted } = options;
    this.#silence = this.#watchSilence(timings.handshakeMs);
    socket.on("ping", () => this.#silence.heard());
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    this.#send({
      type: "hello",
      name: link.name,
      protocolVersion: AGENT_PROTOCOL_VERSION,
      ...link.hello(),
      ...(interrupted && { resume: interrupted.offer }),
    });
  }

  /** Nothing is sent or taken over this socket any more; the session may go on over another one. */
  end(): void {
    this.#isOver = true;
    this.#silence[Symbol.dispose]();
    this.#served?.session.detach();
  }

  #received(data: RawData, isBinary: boolean): void {
    if (!this.#isLive) return;
    this.#silence.heard();
    const incoming = readBackendMessage(data, isBinary);
    if (incoming.ok) {
      this.#take(incoming.message, (data as Buffer).length);
      return;
    }
    this.#logBadMessage(incoming.reason);
    // The backend has counted what it sent, also where nobody here understands it.
    if (incoming.isCounted) this.#served?.session.noteReceived(0);
    if (incoming.answer) this.#answer(incoming.answer);
  }

  #take(message: BackendToAgent, bytes: number): void {
    switch (message.type) {
      case "ping":
        this.#served?.session.sayReceived();
        this.#send({ type: "pong", sentAtMs: message.sentAtMs, clockMs: Date.now() });
        return;
      case "welcome":
        if (!this.#served) this.#welcomed(message);
        return;
      case "ack":
        this.#served?.session.acknowledged(message.received);
        return;
      case "request":
      case "cancel":
        if (!this.#served) {
          this.#logBadMessage(`a ${message.type} came before the welcome`);
          return;
        }
        this.#served.session.noteReceived(bytes);
        this.#hand(message, this.#served.handle);
        return;
    }
  }

  #welcomed(message: WelcomeMessage): void {
    const { timings, onWelcome } = this.#options;
    this.#silence[Symbol.dispose]();
    this.#silence = this.#watchSilence(Math.max(3 * message.heartbeatMs, timings.minSilenceMs));
    this.#served = onWelcome(message, (text) => {
      if (!this.#isLive) return;
      this.#options.gather();
      this.#options.socket.send(text);
    });
  }

  #hand(message: RequestMessage | CancelMessage, handle: MessageHandler): void {
    try {
      handle(message);
    } catch (error) {
      this.#options.link.log.error({ err: error, type: message.type }, "a message could not be handled");
    }
  }

  get #isLive(): boolean {
    return !this.#isOver && this.#options.socket.readyState === WebSocket.OPEN;
  }

  #answer(message: AgentToBackend): void {
    if (this.#served) this.#served.session.send(message);
    else this.#send(message);
  }

  #send(message: AgentToBackend): void {
    if (this.#isLive) this.#options.socket.send(JSON.stringify(message));
  }

  #watchSilence(silenceMs: number): SilenceWatch {
    return new SilenceWatch(silenceMs, () => this.#options.onSilence(silenceMs));
  }

  #logBadMessage(reason: string): void {
    const { count, worthLogging } = this.#badMessages.note(reason);
    if (!worthLogging) return;
    this.#options.link.log.warn({ count }, `a message of the backend was not understood: ${reason}`);
  }
}
