import { decodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol/frame";
import type { LiveStage, SocketLike } from "../api/live-stage.ts";
import type { FeedCommand, FeedReport } from "./commands.ts";

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 3;

/** The page's end of WebSockets that run where its pictures are drawn. */
export class PageFeed implements LiveStage {
  readonly #send: (command: FeedCommand) => void;
  readonly #sockets = new Map<number, PageSocket>();
  readonly #taps = new Map<number, Set<(frame: SpectrumFrame) => void>>();
  #lastSocketId = 0;

  constructor(send: (command: FeedCommand) => void) {
    this.#send = send;
  }

  openSocket(url: string): SocketLike {
    this.#lastSocketId += 1;
    const socketId = this.#lastSocketId;
    const socket = new PageSocket(
      (text) => this.#send({ type: "sendText", socketId, text }),
      () => {
        this.#sockets.delete(socketId);
        this.#send({ type: "closeSocket", socketId });
      },
    );
    this.#sockets.set(socketId, socket);
    this.#send({ type: "openSocket", socketId, url });
    return socket;
  }

  takeFrame(bytes: ArrayBuffer): void {
    this.#send({ type: "liveFrame", bytes });
  }

  tap(streamId: number, listener: (frame: SpectrumFrame) => void): () => void {
    const listeners = this.#taps.get(streamId) ?? new Set();
    this.#taps.set(streamId, listeners.add(listener));
    if (listeners.size === 1) this.#send({ type: "tap", streamId, on: true });
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#taps.delete(streamId);
      this.#send({ type: "tap", streamId, on: false });
    };
  }

  /** Takes what the other end tells. */
  take(report: FeedReport): void {
    if (report.type === "frame") {
      const frame = decodeSpectrumFrame(report.bytes);
      for (const listener of this.#taps.get(frame.streamId) ?? []) listener(frame);
      return;
    }
    const socket = this.#sockets.get(report.socketId);
    if (report.type === "opened") socket?.opened();
    else if (report.type === "text") socket?.onmessage?.({ data: report.text });
    else this.#closed(report.socketId, report.code, report.reason);
  }

  /** Every WebSocket is lost, because the thread that ran them is; another one has taken its place. */
  lose(reason: string): void {
    for (const streamId of this.#taps.keys()) this.#send({ type: "tap", streamId, on: true });
    for (const socketId of [...this.#sockets.keys()]) this.#closed(socketId, 1006, reason);
  }

  #closed(socketId: number, code: number, reason: string): void {
    const socket = this.#sockets.get(socketId);
    this.#sockets.delete(socketId);
    socket?.closed(code, reason);
  }
}

class PageSocket implements SocketLike {
  readyState = CONNECTING;
  onopen: SocketLike["onopen"] = null;
  onclose: SocketLike["onclose"] = null;
  onmessage: SocketLike["onmessage"] = null;
  readonly send: (text: string) => void;
  readonly #end: () => void;

  constructor(send: (text: string) => void, end: () => void) {
    this.send = send;
    this.#end = end;
  }

  opened(): void {
    this.readyState = OPEN;
    this.onopen?.();
  }

  closed(code: number, reason: string): void {
    this.readyState = CLOSED;
    this.onclose?.({ code, reason });
  }

  close(): void {
    this.readyState = CLOSED;
    this.#end();
  }
}
