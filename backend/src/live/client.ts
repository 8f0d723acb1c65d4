import type { Writable } from "node:stream";
import { type BackendToBrowser, type BrowserToBackend, browserToBackendSchema } from "@pnmlab/protocol";
import type { RawData, WebSocket } from "ws";
import { type FrameMessage, withWithheld } from "./frame-message.ts";
import { RoundTrip } from "./round-trip.ts";

export interface LiveLimits {
  /**
   * How much longer than two round trips a client may take to answer for the frames it was sent. After that
   * only the newest frame of each session is kept for it.
   */
  patienceMs: number;
  /** A client with more bytes than this waiting is cut off: it does not read at all. */
  maxBufferedBytes: number;
  /** How often a client is asked whether it is there. */
  pingMs: number;
}

/** Unanswered questions after which a client is cut off: a slow link may hold an answer back for a while. */
const MAX_UNANSWERED_PINGS = 3;

/**
 * Patience: half the interval of the quickest stream in use, 20 frames/s, so that a client that stops reading
 * has one frame on its way, and the answer may still be late by one frame before any is withheld.
 * Cap: minutes of state messages, far beyond what a client that still reads can owe.
 */
export const LIVE_LIMITS: LiveLimits = {
  patienceMs: 25,
  maxBufferedBytes: 8 * 1024 * 1024,
  pingMs: 10_000,
};

/** A browser has nothing longer to say than the name of a session. */
const MAX_MESSAGE_BYTES = 4096;

/** Close code for a peer that breaks the rules (RFC 6455, section 7.4.1). */
const POLICY_VIOLATION = 1008;

export interface LiveClientOptions {
  socket: WebSocket;
  /** What the WebSocket runs on. */
  stream: Pick<Writable, "cork" | "uncork" | "write">;
  limits: LiveLimits;
  onMessage: (message: BrowserToBackend) => void;
  onClose: () => void;
}

interface HeldFrame {
  bytes: Uint8Array<ArrayBuffer>;
  /** Frames of the session that gave way to this one. */
  withheld: number;
}

/** Body of the ping that follows a frame; its pong says that the frame was read. */
const FRAME_MARK = Buffer.from("f");
/** Frames that follow one another faster than this share one ping. */
const ASK_EVERY_MS = 10;
/** A frame that follows another within this time waits so long for those behind it, up to so many bytes. */
const GATHER_MS = 2;
const GATHER_BYTES = 64 * 1024;

/**
 * One browser: text goes out in order and complete, frames as fast as the browser reads.
 *
 * What the operating system buffers for a connection would hold many seconds of frames, all of them old when
 * the browser reads again. So a ping follows a frame, and while its pong (RFC 6455, section 5.5.3) is overdue
 * no further frame leaves: one per session is held, always the newest.
 */
export class LiveClient {
  readonly watched = new Set<string>();
  readonly #options: LiveClientOptions;
  readonly #held = new Map<string, HeldFrame>();
  readonly #ping: NodeJS.Timeout;
  #unansweredPings = 0;
  /** When the newest ping left that follows a frame. */
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #isAsked = false;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  /** Runs while frames are gathered that leave together. */
  #gathering: NodeJS.Timeout | undefined;
  readonly #roundTrip = new RoundTrip();

  constructor(options: LiveClientOptions) {
    this.#options = options;
    const { socket } = options;
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    socket.on("pong", (mark: Buffer) => {
      this.#unansweredPings = 0;
      if (mark.equals(FRAME_MARK)) this.#answered();
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearInterval(this.#ping);
      clearTimeout(this.#gathering);
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
    socket.send(text);
    if (socket.bufferedAmount > limits.maxBufferedBytes) socket.terminate();
  }

  /** Sends the whole WebSocket message of a frame, or keeps it in place of an older one while the client is slow. */
  sendFrame(sessionId: string, message: FrameMessage): void {
    const held = this.#held.get(sessionId);
    if (held || this.#isBehind()) {
      // In use for good: nobody knows when it is given up.
      message.use();
      this.#held.set(sessionId, { bytes: message.bytes, withheld: held ? held.withheld + 1 : 0 });
      this.#ask();
    } else {
      message.use();
      this.#sendBytes(message.bytes, message.release);
    }
  }

  unwatch(sessionId: string): void {
    this.watched.delete(sessionId);
    this.#held.delete(sessionId);
  }

  close(code: number, reason: string): void {
    this.#options.socket.close(code, reason);
  }

  #isBehind(): boolean {
    const { socket, limits } = this.#options;
    if (!this.#gathering && socket.bufferedAmount > 0) return true;
    return this.#isAsked && this.#sinceAskedMs() > 2 * this.#roundTrip.bestMs + limits.patienceMs;
  }

  #sinceAskedMs(): number {
    return performance.now() - this.#askedAtMs;
  }

  /** Asks whether the frames were read, unless an answer is on its way already. */
  #ask(): void {
    const { socket } = this.#options;
    if (this.#isAsked || socket.readyState !== socket.OPEN) return;
    this.#isAsked = true;
    this.#askedAtMs = performance.now();
    socket.ping(FRAME_MARK);
  }

  #answered(): void {
    if (!this.#isAsked) return;
    this.#isAsked = false;
    this.#roundTrip.add(this.#sinceAskedMs());
    for (const [sessionId, { bytes, withheld }] of this.#held) {
      if (this.#isBehind()) break;
      this.#held.delete(sessionId);
      if (withheld === 0) this.#sendBytes(bytes);
      else {
        // The message is shared by all clients; this one gets its own.
        this.#sendBytes(withWithheld(bytes, withheld));
      }
    }
    // The next answer is what sends the rest.
    if (this.#held.size > 0) this.#ask();
  }

  /**
   * Frames that follow close on one another leave together, and with the ping behind them: a system call
   * costs more than everything else that is done here for a frame.
   */
  #sendBytes(bytes: Uint8Array, onSent?: () => void): void {
    const { socket, stream } = this.#options;
    if (socket.readyState !== socket.OPEN) {
      onSent?.();
      return;
    }
    const nowMs = performance.now();
    stream.cork();
    // Past the library, which would make and write a header for every client. It writes each message at once and
    // whole where nothing is compressed, so that none gets into another.
    stream.write(bytes, onSent);
    if (nowMs - this.#askedAtMs > ASK_EVERY_MS) this.#ask();
    if (this.#gathering) {
      stream.uncork();
      if (socket.bufferedAmount > GATHER_BYTES) this.#flush();
    } else if (nowMs - this.#sentAtMs < GATHER_MS)
      this.#gathering = setTimeout(() => this.#flush(), GATHER_MS);
    else stream.uncork();
    this.#sentAtMs = nowMs;
  }

  #flush(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#options.stream.uncork();
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
