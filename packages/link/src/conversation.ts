import type { PnmLabError } from "@pnmlab/kit";
import {
  AGENT_PROTOCOL_VERSION,
  type AgentToBackend,
  type BackendToAgent,
  type BuildInfo,
} from "@pnmlab/protocol";
import WebSocket, { type RawData } from "ws";
import { readBackendMessage } from "./incoming.ts";
import type { AgentLinkOptions, CancelMessage, LinkTimings, RequestMessage } from "./link-options.ts";
import { RepeatCounter } from "./repeat-counter.ts";
import { SilenceWatch } from "./silence-watch.ts";

export interface ConversationOptions {
  /** Open. */
  socket: WebSocket;
  link: Pick<AgentLinkOptions, "name" | "hello" | "serve" | "log">;
  timings: Pick<LinkTimings, "handshakeMs" | "minSilenceMs">;
  onWelcome: (backend: BuildInfo) => void;
  /** Nothing was heard for too long. Called at most once. */
  onSilence: (silenceMs: number) => void;
}

/** What is said on one open socket: hello, welcome, heartbeat, requests. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #end = new AbortController();
  readonly #badMessages = new RepeatCounter();
  #silence: SilenceWatch;
  #handle: ((message: RequestMessage | CancelMessage) => void) | undefined;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { socket, link, timings } = options;
    this.#silence = this.#watchSilence(timings.handshakeMs);
    socket.on("ping", () => this.#silence.heard());
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    this.#send({
      type: "hello",
      name: link.name,
      protocolVersion: AGENT_PROTOCOL_VERSION,
      ...link.hello(),
    });
  }

  /** Ends what runs for this connection, with `reason`; nothing is sent or taken any more. */
  end(reason: PnmLabError): void {
    this.#silence[Symbol.dispose]();
    this.#end.abort(reason);
  }

  #received(data: RawData, isBinary: boolean): void {
    if (!this.#isLive) return;
    this.#silence.heard();
    const incoming = readBackendMessage(data, isBinary);
    if (incoming.ok) {
      this.#take(incoming.message);
      return;
    }
    this.#logBadMessage(incoming.reason);
    if (incoming.answer) this.#send(incoming.answer);
  }

  #take(message: BackendToAgent): void {
    switch (message.type) {
      case "ping":
        this.#send({ type: "pong", sentAtMs: message.sentAtMs, clockMs: Date.now() });
        return;
      case "welcome":
        if (!this.#handle) this.#welcomed(message.build, message.heartbeatMs);
        return;
      case "request":
      case "cancel":
        if (this.#handle) this.#hand(message, this.#handle);
        else this.#logBadMessage(`a ${message.type} came before the welcome`);
        return;
    }
  }

  #welcomed(backend: BuildInfo, heartbeatMs: number): void {
    const { link, timings, onWelcome } = this.#options;
    this.#silence[Symbol.dispose]();
    this.#silence = this.#watchSilence(Math.max(3 * heartbeatMs, timings.minSilenceMs));
    onWelcome(backend);
    this.#handle = link.serve({
      backend,
      signal: this.#end.signal,
      send: (message) => this.#send(message),
    });
  }

  #hand(
    message: RequestMessage | CancelMessage,
    handle: (message: RequestMessage | CancelMessage) => void,
  ): void {
    try {
      handle(message);
    } catch (error) {
      this.#options.link.log.error({ err: error, type: message.type }, "a message could not be handled");
    }
  }

  get #isLive(): boolean {
    return !this.#end.signal.aborted && this.#options.socket.readyState === WebSocket.OPEN;
  }

  #send(message: AgentToBackend): boolean {
    if (!this.#isLive) return false;
    this.#options.socket.send(JSON.stringify(message));
    return true;
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
