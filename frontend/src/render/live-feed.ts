import { messageOf } from "@pnmlab/kit";
import type { BackendToBrowser } from "@pnmlab/protocol";
import { decodeSpectrumFrame, type SpectrumFrame } from "@pnmlab/protocol/frame";
import type { FeedCommand, FeedReport } from "./commands.ts";

export interface LiveFeedOptions {
  /** Takes a frame; its levels share the memory of the message. */
  onFrame(frame: SpectrumFrame): void;
  report(report: FeedReport): void;
}

/**
 * The page's WebSockets, run where its pictures are drawn: frames go straight to them, and the page is told
 * nothing but the texts, and the frames of streams that it taps.
 */
export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #sockets = new Map<number, WebSocket>();
  readonly #tapped = new Set<number>();

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  handle(command: FeedCommand): void {
    switch (command.type) {
      case "openSocket":
        this.#open(command.socketId, command.url);
        break;
      case "sendText": {
        const socket = this.#sockets.get(command.socketId);
        if (socket?.readyState === WebSocket.OPEN) socket.send(command.text);
        break;
      }
      case "closeSocket":
        this.#sockets.get(command.socketId)?.close();
        this.#sockets.delete(command.socketId);
        break;
      case "liveFrame":
        this.#takeFrame(decodeSpectrumFrame(command.bytes), command.bytes);
        break;
      case "tap":
        if (command.on) this.#tapped.add(command.streamId);
        else this.#tapped.delete(command.streamId);
        break;
    }
  }

  #open(socketId: number, url: string): void {
    const { report } = this.#options;
    let socket: WebSocket;
    try {
      socket = new WebSocket(url);
    } catch (cause) {
      // Later, as from every other socket: the page listens only once it has it.
      queueMicrotask(() => report({ type: "closed", socketId, code: 1006, reason: messageOf(cause) }));
      return;
    }
    this.#sockets.set(socketId, socket);
    socket.binaryType = "arraybuffer";
    // What a socket that the page has closed still says is for nobody.
    const isKnown = () => this.#sockets.get(socketId) === socket;
    socket.onopen = () => {
      if (isKnown()) report({ type: "opened", socketId });
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (!isKnown()) return;
      if (typeof data === "string") report({ type: "text", socketId, text: data });
      else this.#takeFrameOf(socketId, data);
    };
    socket.onclose = ({ code, reason }) => {
      if (!isKnown()) return;
      this.#sockets.delete(socketId);
      report({ type: "closed", socketId, code, reason });
    };
  }

  /** One frame that cannot be read must not end the stream of the others; the page is told as the backend would. */
  #takeFrameOf(socketId: number, bytes: ArrayBuffer): void {
    let frame: SpectrumFrame;
    try {
      frame = decodeSpectrumFrame(bytes);
    } catch (cause) {
      const message = `A frame could not be read; page and backend may be of different builds (${messageOf(cause)})`;
      const told: BackendToBrowser = { type: "error", error: { code: "FRAME_INVALID", message } };
      this.#options.report({ type: "text", socketId, text: JSON.stringify(told) });
      return;
    }
    this.#takeFrame(frame, bytes);
  }

  #takeFrame(frame: SpectrumFrame, bytes: ArrayBuffer): void {
    if (this.#tapped.has(frame.streamId)) this.#options.report({ type: "frame", bytes });
    this.#options.onFrame(frame);
  }
}
