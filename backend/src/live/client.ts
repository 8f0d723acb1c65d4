import {
  type BackendToBrowser,
  type BrowserToBackend,
  browserToBackendSchema,
  setWithheld,
} from "@pnmlab/protocol";
import type { RawData, WebSocket } from "ws";

export interface LiveLimits {
  /** While more bytes than this wait in a client's socket, only the newest frame of each session is kept. */
  holdAboveBytes: number;
  /** A client with more bytes than this waiting is cut off: it does not read at all. */
  maxBufferedBytes: number;
  /** How often a client is asked whether it is there. */
  pingMs: number;
}

/** Unanswered questions after which a client is cut off: a slow link may hold an answer back for a while. */
const MAX_UNANSWERED_PINGS = 3;

/**
 * Hold: a quarter of a second of the largest stream in use (4096 bins at 75 frames/s is 0.6 MB/s).
 * Cap: minutes of state messages, far beyond what a client that still reads can owe.
 */
export const LIVE_LIMITS: LiveLimits = {
  holdAboveBytes: 160 * 1024,
  maxBufferedBytes: 8 * 1024 * 1024,
  pingMs: 10_000,
};

/** A browser has nothing longer to say than the name of a session. */
const MAX_MESSAGE_BYTES = 4096;

/** Close code for a peer that breaks the rules (RFC 6455, section 7.4.1). */
const POLICY_VIOLATION = 1008;

export interface LiveClientOptions {
  socket: WebSocket;
  limits: LiveLimits;
  onMessage: (message: BrowserToBackend) => void;
  onClose: () => void;
}

interface HeldFrame {
  bytes: Uint8Array<ArrayBuffer>;
  /** Frames of the session that gave way to this one. */
  withheld: number;
}

/** One browser: text goes out in order and complete, frames as fast as the browser reads. */
export class LiveClient {
  readonly watched = new Set<string>();
  readonly #options: LiveClientOptions;
  readonly #held = new Map<string, HeldFrame>();
  readonly #ping: NodeJS.Timeout;
  #unansweredPings = 0;

  constructor(options: LiveClientOptions) {
    this.#options = options;
    const { socket } = options;
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    socket.on("pong", () => {
      this.#unansweredPings = 0;
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearInterval(this.#ping);
      this.#held.clear();
      options.onClose();
    });
    this.#ping = setInterval(() => this.#checkPresence(), options.limits.pingMs);
  }

  send(message: BackendToBrowser): void {
    this.sendText(JSON.stringify(message));
  }

  /** Sends a message that was made into text once for all clients. */
  sendText(text: string): void {
    const { socket, limits } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(text, () => this.#drained());
    if (socket.bufferedAmount > limits.maxBufferedBytes) socket.terminate();
  }

  /** Sends a frame, or keeps it in place of an older one while the client is slow. */
  sendFrame(sessionId: string, bytes: Uint8Array<ArrayBuffer>): void {
    const held = this.#held.get(sessionId);
    if (held || this.#isSlow()) {
      this.#held.set(sessionId, { bytes, withheld: held ? held.withheld + 1 : 0 });
    } else this.#sendBytes(bytes);
  }

  unwatch(sessionId: string): void {
    this.watched.delete(sessionId);
    this.#held.delete(sessionId);
  }

  close(code: number, reason: string): void {
    this.#options.socket.close(code, reason);
  }

  #isSlow(): boolean {
    return this.#options.socket.bufferedAmount > this.#options.limits.holdAboveBytes;
  }

  #drained(): void {
    for (const [sessionId, { bytes, withheld }] of this.#held) {
      if (this.#isSlow()) return;
      this.#held.delete(sessionId);
      if (withheld === 0) this.#sendBytes(bytes);
      else {
        // The bytes are shared by all clients; this one gets its own.
        const own = bytes.slice();
        setWithheld(own, withheld);
        this.#sendBytes(own);
      }
    }
  }

  #sendBytes(bytes: Uint8Array): void {
    const { socket } = this.#options;
    if (socket.readyState === socket.OPEN) socket.send(bytes, () => this.#drained());
  }

  #checkPresence(): void {
    const { socket } = this.#options;
    if (this.#unansweredPings >= MAX_UNANSWERED_PINGS) {
      socket.terminate();
      return;
    }
    this.#unansweredPings += 1;
    if (socket.readyState === socket.OPEN) socket.ping();
  }

  #received(data: RawData, isBinary: boolean): void {
    const text = isBinary ? "" : data.toString();
    const message = text.length <= MAX_MESSAGE_BYTES ? parseMessage(text) : undefined;
    if (message) this.#options.onMessage(message);
    else this.close(POLICY_VIOLATION, "message does not fit the protocol");
  }
}

function parseMessage(text: string): BrowserToBackend | undefined {
  try {
    const parsed = browserToBackendSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
