import { once } from "node:events";
import { LIVE_PATH, type UtscSession } from "@pnmlab/protocol";
import type { TestLab } from "@pnmlab/testkit";
import { vi } from "vitest";
import { WebSocket } from "ws";

export type SessionListener = (session: UtscSession, atMs: number) => void;

/** What a page knows of the sessions: the live socket's messages, and the calls that a page makes. */
export class LiveView implements Disposable {
  readonly #lab: TestLab;
  readonly #cookie: string;
  readonly #sessions = new Map<string, UtscSession>();
  readonly #listeners = new Set<SessionListener>();
  readonly #watched = new Set<string>();
  #socket: WebSocket | undefined;

  private constructor(lab: TestLab, cookie: string) {
    this.#lab = lab;
    this.#cookie = cookie;
  }

  static async open(lab: TestLab): Promise<LiveView> {
    const view = new LiveView(lab, await lab.signIn());
    await view.connect();
    return view;
  }

  /** Connects, or again after the backend has been away. */
  async connect(): Promise<void> {
    const { url } = this.#lab;
    const socket = new WebSocket(`${url.replace("http", "ws")}${LIVE_PATH}`, {
      headers: { cookie: this.#cookie },
    });
    this.#socket?.terminate();
    this.#socket = socket;
    this.#watched.clear();
    socket.on("error", () => {});
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) return;
      const message = JSON.parse(data.toString("utf8"));
      if (message.type === "session") this.#keep(message.session);
      if (message.type === "sessions") for (const session of message.sessions) this.#keep(session);
    });
    await once(socket, "open");
  }

  /** The newest session of a CMTS as it was last published. */
  of(cmtsId: string): UtscSession | undefined {
    return this.#sessions.get(cmtsId);
  }

  onSession(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits until the page shows a session of this kind. */
  async until(
    cmtsId: string,
    isWanted: (session: UtscSession) => boolean,
    timeoutMs = 60_000,
  ): Promise<UtscSession> {
    await vi.waitUntil(() => this.#sessions.has(cmtsId) && isWanted(this.of(cmtsId)!), {
      timeout: timeoutMs,
      interval: 10,
    });
    return this.of(cmtsId)!;
  }

  /** @throws Error with the answer's sentence */
  async call<Answer>(path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${this.#lab.url}${path}`, {
      headers: { cookie: this.#cookie, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
    });
    const parsed = await answer.json();
    if (!answer.ok) throw new Error(parsed.error?.message ?? JSON.stringify(parsed));
    return parsed as Answer;
  }

  [Symbol.dispose](): void {
    this.#socket?.terminate();
  }

  #keep(session: UtscSession): void {
    const shown = this.#sessions.get(session.cmtsId);
    if (shown !== undefined && shown.id !== session.id && shown.createdAt > session.createdAt) return;
    // As a page that shows it does: who does not watch a session is told of its counts later.
    if (!this.#watched.has(session.id) && this.#socket?.readyState === WebSocket.OPEN) {
      this.#watched.add(session.id);
      this.#socket.send(JSON.stringify({ type: "watch", sessionId: session.id }));
    }
    this.#sessions.set(session.cmtsId, session);
    for (const listener of this.#listeners) listener(session, performance.now());
  }
}
