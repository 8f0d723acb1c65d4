import { messageOf } from "@pnmlab/kit";
import type {
  BackendToBrowser,
  Capture,
  LabMask,
  PlantEvent,
  RfPort,
  SpectrumFrame,
  StartUtscSession,
  UtscSession,
} from "@pnmlab/protocol";
import { onNextBeat } from "../model/beat.ts";
import { mergeEvents } from "../model/events/event-order.ts";
import {
  type ConnectionState,
  LabState,
  type Loadable,
  labMasksKey,
  readyOr,
  replaceById,
} from "../model/lab-state.ts";
import { ApiError } from "./api-error.ts";
import type { EventQuery } from "./events-client.ts";
import type { LabClient, LiveConnection } from "./lab-client.ts";
import type { LiveStage } from "./live-stage.ts";

const POLL_MS = 5000;
const EVENTS_AT_FIRST = 500;

/**
 * Keeps the state of the lab in step with the backend: everything is fetched anew on every open of the
 * live connection, then single messages replace what they name.
 */
export class LabSync {
  readonly state = new LabState();
  readonly client: LabClient;
  readonly #stage: LiveStage;
  #connection: LiveConnection | undefined;
  readonly #watchers = new Map<string, number>();
  #poll: ReturnType<typeof setInterval> | undefined;
  #pendingSessions = new Map<string, UtscSession>();
  #stopSessions = () => {};

  constructor(client: LabClient, stage: LiveStage) {
    this.client = client;
    this.#stage = stage;
  }

  start(): void {
    this.#connection = this.client.connect(
      {
        onState: (state) => this.#onState(state),
        onMessage: (message) => this.#onMessage(message),
      },
      this.#stage,
    );
    this.#poll = setInterval(() => void this.#pollSlowThings(), POLL_MS);
  }

  close(): void {
    clearInterval(this.#poll);
    this.#stopSessions();
    this.#connection?.close();
  }

  retryNow(): void {
    this.#connection?.retryNow();
  }

  /** Lets the frames of a session come to the stage until the returned function is called. */
  watch(sessionId: string): () => void {
    const count = this.#watchers.get(sessionId) ?? 0;
    this.#watchers.set(sessionId, count + 1);
    if (count === 0) this.#connection?.watch(sessionId);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const left = (this.#watchers.get(sessionId) ?? 1) - 1;
      if (left > 0) {
        this.#watchers.set(sessionId, left);
        return;
      }
      this.#watchers.delete(sessionId);
      this.#connection?.unwatch(sessionId);
    };
  }

  /** Hands the frames of a stream that is watched to the page itself. @returns ends it */
  tap(streamId: number, listener: (frame: SpectrumFrame) => void): () => void {
    return this.#stage.tap(streamId, listener);
  }

  async startSession(request: StartUtscSession): Promise<UtscSession> {
    const session = await this.client.startSession(request);
    this.#replaceSession(session);
    return session;
  }

  async singleCapture(request: StartUtscSession): Promise<UtscSession> {
    const session = await this.client.singleCapture(request);
    this.#replaceSession(session);
    return session;
  }

  async stopSession(sessionId: string): Promise<void> {
    this.#replaceSession(await this.client.stopSession(sessionId));
  }

  async loadCmts(): Promise<void> {
    try {
      const value = await this.client.cmts();
      this.state.update({ cmts: { status: "ready", value, atMs: Date.now() } });
      await Promise.all(value.map((cmts) => this.loadRfPorts(cmts.id)));
    } catch (cause) {
      if (!this.#signedOutBy(cause)) this.state.update({ cmts: failed(cause) });
    }
  }

  async loadRfPorts(cmtsId: string): Promise<void> {
    const set = (loadable: Loadable<readonly RfPort[]>) =>
      this.state.update({ rfPorts: new Map(this.state.snapshot.rfPorts).set(cmtsId, loadable) });
    try {
      const value = await this.client.rfPorts(cmtsId);
      set({ status: "ready", value, atMs: Date.now() });
    } catch (cause) {
      if (this.#signedOutBy(cause)) return;
      // Ports that were read once stay on the page; a failed reading does not take them away.
      if (this.state.snapshot.rfPorts.get(cmtsId)?.status !== "ready") set(failed(cause));
    }
  }

  /** Reads the newest captures again. */
  async loadCaptures(): Promise<void> {
    try {
      const page = await this.client.captures(null);
      this.state.update({
        captures: { status: "ready", value: page.captures, atMs: Date.now() },
        capturesNextBefore: page.nextBefore,
      });
    } catch (cause) {
      if (!this.#signedOutBy(cause)) this.state.update({ captures: failed(cause) });
    }
  }

  /** Adds the next page of older captures to the list. */
  async loadOlderCaptures(): Promise<void> {
    const { captures, capturesNextBefore } = this.state.snapshot;
    if (captures.status !== "ready" || capturesNextBefore === null) return;
    try {
      const page = await this.client.captures(capturesNextBefore);
      const known = new Set(captures.value.map((capture) => capture.id));
      const older = page.captures.filter((capture) => !known.has(capture.id));
      this.state.update({
        captures: { status: "ready", value: [...captures.value, ...older], atMs: Date.now() },
        capturesNextBefore: page.nextBefore,
      });
    } catch (cause) {
      if (!this.#signedOutBy(cause)) this.state.update({ notice: noticeOf(cause) });
    }
  }

  /** Reads events, the newest unless asked for others, beside those that are known. */
  async loadEvents(query: EventQuery = { limit: EVENTS_AT_FIRST }): Promise<void> {
    try {
      this.takeEvents(await this.client.events.events(query));
    } catch (cause) {
      if (this.#signedOutBy(cause) || this.state.snapshot.events.status === "ready") return;
      this.state.update({ events: failed(cause) });
    }
  }

  /** Puts events that were read or changed in the place of what was known of them. */
  takeEvents(events: readonly PlantEvent[]): void {
    const value = mergeEvents(readyOr(this.state.snapshot.events), events);
    this.state.update({ events: { status: "ready", value, atMs: Date.now() } });
  }

  /** Reads the masks that the lab watches on a port; from then on they are read again wherever they change. */
  async loadLabMasks(port: Pick<LabMask, "cmtsId" | "rfPortIfIndex">): Promise<void> {
    const key = labMasksKey(port);
    const set = (loadable: Loadable<readonly LabMask[]>) =>
      this.state.update({ labMasks: new Map(this.state.snapshot.labMasks).set(key, loadable) });
    try {
      const value = await this.client.masks.list(port.cmtsId, port.rfPortIfIndex);
      set({ status: "ready", value, atMs: Date.now() });
    } catch (cause) {
      if (this.#signedOutBy(cause) || this.state.snapshot.labMasks.get(key)?.status === "ready") return;
      set(failed(cause));
    }
  }

  #onState(connection: ConnectionState): void {
    this.state.update({ connection });
    if (connection.status === "open") void this.#refetch();
  }

  async #refetch(): Promise<void> {
    try {
      const signedIn = await this.client.me();
      const [agents, sessions, health] = await Promise.all([
        this.client.agents(),
        this.client.sessions(),
        this.client.health(),
      ]);
      this.state.update({ signedIn, agents, sessions, health });
    } catch (cause) {
      if (!this.#signedOutBy(cause)) this.state.update({ notice: noticeOf(cause) });
    }
    await Promise.all([this.loadCmts(), this.loadCaptures(), this.loadEvents()]);
  }

  async #pollSlowThings(): Promise<void> {
    if (this.state.snapshot.connection.status !== "open") return;
    const startedMs = performance.now();
    try {
      const health = await this.client.health();
      this.state.update({ health, roundTripMs: performance.now() - startedMs });
    } catch {
      // The socket notices a backend that is gone; a single slow answer is not an event.
      this.state.update({ roundTripMs: null });
    }
    await this.#pollCmts();
  }

  async #pollCmts(): Promise<void> {
    try {
      const value = await this.client.cmts();
      this.state.update({ cmts: { status: "ready", value, atMs: Date.now() } });
      const unread = value.filter((cmts) => this.state.snapshot.rfPorts.get(cmts.id)?.status !== "ready");
      await Promise.all(unread.map((cmts) => this.loadRfPorts(cmts.id)));
    } catch (cause) {
      this.#signedOutBy(cause);
    }
  }

  #onMessage(message: BackendToBrowser): void {
    const { state } = this;
    switch (message.type) {
      case "hello":
        state.update({ backendBuild: message.build, clockOffsetMs: message.serverTimeMs - Date.now() });
        break;
      case "agents":
        state.update({ agents: message.agents });
        // An agent that comes or goes changes what can be reached.
        if (state.snapshot.connection.status === "open") void this.#pollCmts();
        break;
      case "sessions":
        this.#pendingSessions.clear();
        state.update({ sessions: message.sessions });
        break;
      case "session":
        this.#takeSession(message.session);
        break;
      case "capture":
        this.#takeCapture(message.capture);
        break;
      case "event":
        this.takeEvents([message.event]);
        break;
      case "masks":
        if (state.snapshot.labMasks.has(labMasksKey(message))) void this.loadLabMasks(message);
        break;
      case "health":
        state.update({ health: message.health });
        break;
      case "viewers":
        state.update({ viewers: new Map(state.snapshot.viewers).set(message.sessionId, message.count) });
        break;
      case "error":
        state.update({ notice: { ...message.error, atMs: Date.now() } });
        break;
    }
  }

  /** A change of state shows at once; counters alone wait for the next beat of the page. */
  #takeSession(session: UtscSession): void {
    const known = this.state.snapshot.sessions?.find((one) => one.id === session.id);
    if (known?.state !== session.state || known.desired !== session.desired) {
      this.#pendingSessions.delete(session.id);
      this.#replaceSession(session);
      return;
    }
    this.#pendingSessions.set(session.id, session);
    this.#stopSessions = onNextBeat(this.#showSessions);
  }

  readonly #showSessions = (): void => {
    let sessions = this.state.snapshot.sessions;
    for (const pending of this.#pendingSessions.values()) sessions = replaceById(sessions, pending);
    this.#pendingSessions.clear();
    this.state.update({ sessions });
  };

  #replaceSession(session: UtscSession): void {
    this.state.update({ sessions: replaceById(this.state.snapshot.sessions, session) });
  }

  #takeCapture(capture: Capture): void {
    const { captures } = this.state.snapshot;
    if (captures.status !== "ready") return;
    const others = captures.value.filter((one) => one.id !== capture.id);
    this.state.update({ captures: { status: "ready", value: [capture, ...others], atMs: Date.now() } });
  }

  #signedOutBy(cause: unknown): boolean {
    if (!(cause instanceof ApiError) || !cause.signedOut) return false;
    this.state.update({ connection: { status: "signedOut" } });
    this.close();
    return true;
  }
}

function failed<T>(cause: unknown): Loadable<T> {
  return { status: "failed", ...noticeOf(cause) };
}

function noticeOf(cause: unknown): { code: string; message: string; atMs: number } {
  return {
    code: cause instanceof ApiError ? cause.code : "PAGE_ERROR",
    message: messageOf(cause),
    atMs: Date.now(),
  };
}
