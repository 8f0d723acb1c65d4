import {
  type Agent,
  type BackendToBrowser,
  type BrowserToBackend,
  type BuildInfo,
  type Capture,
  encodeSpectrumFrame,
  type Health,
  type SpectrumFrame,
  type UtscSession,
} from "@pnmlab/protocol";
import type { WebSocket } from "ws";
import type { LivePublisher } from "../contracts.ts";
import { Pacer } from "../pacer.ts";
import { LIVE_LIMITS, LiveClient, type LiveLimits } from "./client.ts";

/** What a browser is told first; read anew for each one. */
export interface LiveSnapshot {
  agents: () => Agent[];
  sessions: () => UtscSession[];
  health: () => Health;
}

export interface LiveHubOptions {
  build: BuildInfo;
  snapshot: LiveSnapshot;
  now: () => number;
  limits?: Partial<LiveLimits>;
}

/** Live values change at most four times a second; frames are not held back by it. */
const SESSION_EVERY_MS = 250;

/** Close code of a server that stops (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;

/** Tells every browser what changes, and those that watch a session its frames. */
export class LiveHub implements LivePublisher, Disposable {
  readonly #options: LiveHubOptions;
  readonly #limits: LiveLimits;
  readonly #clients = new Set<LiveClient>();
  readonly #sessions = new Pacer<UtscSession>({
    everyMs: SESSION_EVERY_MS,
    publish: (session) => this.#publish({ type: "session", session }),
  });

  constructor(options: LiveHubOptions) {
    this.#options = options;
    this.#limits = { ...LIVE_LIMITS, ...options.limits };
  }

  /** Takes over the WebSocket of a browser that is signed in. */
  attach(socket: WebSocket): void {
    const client: LiveClient = new LiveClient({
      socket,
      limits: this.#limits,
      onMessage: (message) => this.#received(client, message),
      onClose: () => this.#left(client),
    });
    const { snapshot, build, now } = this.#options;
    client.send({ type: "hello", build, serverTimeMs: now() });
    client.send({ type: "agents", agents: snapshot.agents() });
    client.send({ type: "sessions", sessions: snapshot.sessions() });
    client.send({ type: "health", health: snapshot.health() });
    for (const sessionId of this.#watchedSessions()) {
      client.send({ type: "viewers", sessionId, count: this.viewers(sessionId) });
    }
    this.#clients.add(client);
  }

  publishAgents(agents: Agent[]): void {
    this.#publish({ type: "agents", agents });
  }

  publishSession(session: UtscSession): void {
    this.#sessions.push(session.id, session);
  }

  publishCapture(capture: Capture): void {
    this.#publish({ type: "capture", capture });
  }

  publishHealth(health: Health): void {
    this.#publish({ type: "health", health });
  }

  publishFrame(sessionId: string, frame: SpectrumFrame): void {
    const watchers = [...this.#clients].filter((client) => client.watched.has(sessionId));
    if (watchers.length === 0) return;
    const bytes = encodeSpectrumFrame(frame);
    for (const client of watchers) client.sendFrame(sessionId, bytes);
  }

  /** How many browsers watch a session. */
  viewers(sessionId: string): number {
    return [...this.#clients].filter((client) => client.watched.has(sessionId)).length;
  }

  [Symbol.dispose](): void {
    this.#sessions[Symbol.dispose]();
    for (const client of this.#clients) client.close(GOING_AWAY, "the backend is stopping");
  }

  #publish(message: BackendToBrowser): void {
    const text = JSON.stringify(message);
    for (const client of this.#clients) client.sendText(text);
  }

  #received(client: LiveClient, message: BrowserToBackend): void {
    const { sessionId } = message;
    if (message.type === "watch") {
      if (!this.#options.snapshot.sessions().some((session) => session.id === sessionId)) {
        client.send({
          type: "error",
          error: { code: "SESSION_UNKNOWN", message: `there is no session ${sessionId}` },
        });
        return;
      }
      if (client.watched.has(sessionId)) return;
      client.watched.add(sessionId);
    } else {
      if (!client.watched.has(sessionId)) return;
      client.unwatch(sessionId);
    }
    this.#publishViewers(sessionId);
  }

  #left(client: LiveClient): void {
    this.#clients.delete(client);
    for (const sessionId of client.watched) this.#publishViewers(sessionId);
  }

  #publishViewers(sessionId: string): void {
    this.#publish({ type: "viewers", sessionId, count: this.viewers(sessionId) });
  }

  #watchedSessions(): Set<string> {
    return new Set([...this.#clients].flatMap((client) => [...client.watched]));
  }
}
