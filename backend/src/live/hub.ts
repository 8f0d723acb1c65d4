import type { Writable } from "node:stream";
import type {
  Agent,
  BackendToBrowser,
  BrowserToBackend,
  BuildInfo,
  Capture,
  Health,
  PlantEvent,
  SpectrumFrame,
  UtscSession,
} from "@pnmlab/protocol";
import type { WebSocket } from "ws";
import type { LivePublisher } from "../contracts.ts";
import { Pacer } from "../pacer.ts";
import { LIVE_LIMITS, LiveClient, type LiveLimits } from "./client.ts";
import { FrameMessages } from "./frame-message.ts";

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
/** Figures that merely count on, for those who do not watch: told to all, they cost viewers times sessions. */
const COUNTS_EVERY_MS = 1000;

/** Close code of a server that stops (RFC 6455, section 7.4.1). */
const GOING_AWAY = 1001;

/** Tells every browser what changes, and those that watch a session its frames. */
export class LiveHub implements LivePublisher, Disposable {
  readonly #options: LiveHubOptions;
  readonly #limits: LiveLimits;
  readonly #clients = new Set<LiveClient>();
  readonly #messages = new FrameMessages();
  /** Clients by the session they watch; a session that nobody watches is not in it. */
  readonly #watchers = new Map<string, Set<LiveClient>>();
  readonly #sessions = new Pacer<UtscSession>({
    everyMs: SESSION_EVERY_MS,
    publish: (session) => this.#publishSession(session),
  });
  readonly #counts = new Pacer<UtscSession>({
    everyMs: COUNTS_EVERY_MS,
    publish: (session) => {
      if (this.#told.get(session.id)?.session === session) return;
      this.#tell(session, (client) => !client.watched.has(session.id));
    },
  });
  /** What all were told of each session last, and its text without the counts. */
  readonly #told = new Map<string, { session: UtscSession; text: string }>();

  constructor(options: LiveHubOptions) {
    this.#options = options;
    this.#limits = { ...LIVE_LIMITS, ...options.limits };
  }

  /** Takes over the WebSocket of a browser that is signed in. */
  attach(socket: WebSocket, stream: Writable): void {
    const client: LiveClient = new LiveClient({
      socket,
      stream,
      limits: this.#limits,
      onMessage: (message) => this.#received(client, message),
      onClose: () => this.#left(client),
    });
    const { snapshot, build, now } = this.#options;
    client.send({ type: "hello", build, serverTimeMs: now() });
    client.send({ type: "agents", agents: snapshot.agents() });
    client.send({ type: "sessions", sessions: snapshot.sessions() });
    client.send({ type: "health", health: snapshot.health() });
    for (const sessionId of this.#watchers.keys()) {
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

  publishEvent(event: PlantEvent): void {
    this.#publish({ type: "event", event });
  }

  publishMasks({ cmtsId, rfPortIfIndex }: { cmtsId: string; rfPortIfIndex: number }): void {
    this.#publish({ type: "masks", cmtsId, rfPortIfIndex });
  }

  publishHealth(health: Health): void {
    this.#publish({ type: "health", health });
  }

  publishFrame(sessionId: string, frame: SpectrumFrame): void {
    const watchers = this.#watchers.get(sessionId);
    if (!watchers) return;
    const message = this.#messages.make(frame);
    for (const client of watchers) client.sendFrame(sessionId, message);
    message.release();
  }

  /** How many browsers watch a session. */
  viewers(sessionId: string): number {
    return this.#watchers.get(sessionId)?.size ?? 0;
  }

  [Symbol.dispose](): void {
    this.#sessions[Symbol.dispose]();
    this.#counts[Symbol.dispose]();
    for (const client of this.#clients) client.close(GOING_AWAY, "the backend is stopping");
  }

  /** Tells those who watch a session at once, and all where more has changed than its counts. */
  #publishSession(session: UtscSession): void {
    const text = textWithoutCounts(session);
    const concernsAll = this.#told.get(session.id)?.text !== text;
    if (concernsAll) this.#told.set(session.id, { session, text });
    this.#tell(session, (client) => concernsAll || client.watched.has(session.id));
    // What waits is always the newest, so that nothing older follows what all were told.
    this.#counts.push(session.id, session);
  }

  #tell(session: UtscSession, isMeant: (client: LiveClient) => boolean): void {
    const clients = [...this.#clients].filter(isMeant);
    if (clients.length === 0) return;
    const text = JSON.stringify({ type: "session", session } satisfies BackendToBrowser);
    for (const client of clients) client.sendText(text);
  }

  #publish(message: BackendToBrowser): void {
    const text = JSON.stringify(message);
    for (const client of this.#clients) client.sendText(text);
  }

  #received(client: LiveClient, message: BrowserToBackend): void {
    const { sessionId } = message;
    if (message.type === "watch") {
      const session = this.#options.snapshot.sessions().find(({ id }) => id === sessionId);
      if (session === undefined) {
        client.send({
          type: "error",
          error: { code: "SESSION_UNKNOWN", message: `there is no session ${sessionId}` },
        });
        return;
      }
      if (client.watched.has(sessionId)) return;
      client.watched.add(sessionId);
      const watchers = this.#watchers.get(sessionId) ?? new Set();
      this.#watchers.set(sessionId, watchers.add(client));
      // Those who do not watch are told of its counts later than those who do.
      client.send({ type: "session", session });
    } else {
      if (!client.watched.has(sessionId)) return;
      client.unwatch(sessionId);
      this.#forgetWatcher(client, sessionId);
    }
    this.#publishViewers(sessionId);
  }

  #left(client: LiveClient): void {
    this.#clients.delete(client);
    for (const sessionId of client.watched) {
      this.#forgetWatcher(client, sessionId);
      this.#publishViewers(sessionId);
    }
  }

  #forgetWatcher(client: LiveClient, sessionId: string): void {
    const watchers = this.#watchers.get(sessionId);
    watchers?.delete(client);
    if (watchers?.size === 0) this.#watchers.delete(sessionId);
  }

  #publishViewers(sessionId: string): void {
    this.#publish({ type: "viewers", sessionId, count: this.viewers(sessionId) });
  }
}

/** A session without what changes with every frame. */
function textWithoutCounts(session: UtscSession): string {
  const { framesReceived, framesPerSecond, newestFrameAt, observed, ...rest } = session;
  return JSON.stringify(rest);
}
