import { backoffDelayMs, messageOf } from "@pnmlab/kit";
import { type BrowserToBackend, backendToBrowserSchema } from "@pnmlab/protocol";
import { ApiError } from "./api-error.ts";
import type { LiveConnection, LiveListener } from "./lab-client.ts";
import type { SocketLike } from "./live-stage.ts";

export interface LiveSocketOptions {
  url: string;
  listener: LiveListener;
  /** A plain request; tells a backend that is gone from a browser that is not signed in. */
  probe: () => Promise<void>;
  open: (url: string) => SocketLike;
  now?: () => number;
  /** Delay before retry number `attempt`, milliseconds. */
  delayMs?: (attempt: number) => number;
  /** Silence after which the link is probed, milliseconds. */
  idleMs?: number;
}

const OPEN = 1;
const IDLE_MS = 20_000;
const CONNECT_DEADLINE_MS = 10_000;

/**
 * The browser's WebSocket to the backend: reconnects with backoff and jitter for as long as it is not
 * closed, repeats its watches on every open, and gives up only where the browser is not signed in.
 */
export class LiveSocket implements LiveConnection {
  readonly #options: Required<LiveSocketOptions>;
  readonly #watches = new Set<string>();
  #socket: SocketLike | undefined;
  #attempt = 0;
  #lostSinceMs: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #messagesHeard = 0;
  #closed = false;

  constructor(options: LiveSocketOptions) {
    this.#options = {
      now: () => Date.now(),
      delayMs: (attempt) => backoffDelayMs(attempt, { baseMs: 500, maxMs: 15_000 }),
      idleMs: IDLE_MS,
      ...options,
    };
    this.#options.listener.onState({ status: "connecting" });
    this.#connect();
  }

  watch(sessionId: string): void {
    this.#watches.add(sessionId);
    this.#send({ type: "watch", sessionId });
  }

  unwatch(sessionId: string): void {
    if (this.#watches.delete(sessionId)) this.#send({ type: "unwatch", sessionId });
  }

  retryNow(): void {
    if (this.#closed || this.#socket) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#idleTimer);
    this.#drop();
  }

  #send(message: BrowserToBackend): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(message));
  }

  #connect(): void {
    const { open, url, listener, now } = this.#options;
    let socket: SocketLike;
    try {
      socket = open(url);
    } catch (cause) {
      void this.#lose(messageOf(cause));
      return;
    }
    this.#socket = socket;
    this.#timer = setTimeout(() => {
      this.#drop();
      void this.#lose(`no WebSocket within ${CONNECT_DEADLINE_MS / 1000} s`);
    }, CONNECT_DEADLINE_MS);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.#attempt = 0;
      this.#lostSinceMs = undefined;
      for (const sessionId of this.#watches) this.#send({ type: "watch", sessionId });
      listener.onState({ status: "open", sinceMs: now() });
      this.#listenForSilence(socket);
    };
    socket.onmessage = ({ data }) => {
      this.#messagesHeard += 1;
      this.#receive(data);
    };
    socket.onclose = ({ code, reason }) => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      clearTimeout(this.#timer);
      void this.#lose(reason || (code === 1006 ? "the connection broke" : `the backend closed it (${code})`));
    };
  }

  #receive(text: string): void {
    const { listener } = this.#options;
    try {
      listener.onMessage(backendToBrowserSchema.parse(JSON.parse(text)));
    } catch (cause) {
      // One message that cannot be read must not end the stream of the others.
      listener.onMessage({
        type: "error",
        error: {
          code: "INVALID_MESSAGE",
          message: `A message of the backend could not be read; page and backend may be of different builds (${firstLine(cause)})`,
        },
      });
    }
  }

  async #lose(reason: string): Promise<void> {
    if (this.#closed) return;
    clearTimeout(this.#idleTimer);
    const { listener, now, delayMs, probe } = this.#options;
    this.#lostSinceMs ??= now();
    const waitMs = delayMs(this.#attempt);
    this.#attempt += 1;
    const state = { status: "lost", sinceMs: this.#lostSinceMs, attempt: this.#attempt } as const;
    listener.onState({ ...state, reason, nextTryAtMs: now() + waitMs });
    this.#timer = setTimeout(() => this.#connect(), waitMs);
    try {
      await probe();
    } catch (cause) {
      if (cause instanceof ApiError && cause.signedOut && !this.#closed && !this.#socket) {
        clearTimeout(this.#timer);
        this.#closed = true;
        listener.onState({ status: "signedOut" });
      }
    }
  }

  /** Watches for silence: a half-open connection gives no sign of its own. */
  #listenForSilence(socket: SocketLike): void {
    const { idleMs, probe } = this.#options;
    const heardBefore = this.#messagesHeard;
    this.#idleTimer = setTimeout(() => {
      if (this.#messagesHeard !== heardBefore) {
        this.#listenForSilence(socket);
        return;
      }
      probe().then(
        () => {
          if (this.#socket === socket) this.#listenForSilence(socket);
        },
        () => {
          if (this.#socket !== socket || this.#closed) return;
          this.#drop();
          void this.#lose(`nothing heard for ${idleMs / 1000} s and no answer to a request`);
        },
      );
    }, idleMs);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    if (!socket) return;
    socket.onopen = null;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close();
  }
}

function firstLine(cause: unknown): string {
  return messageOf(cause).split("\n", 1)[0]!.slice(0, 120);
}
