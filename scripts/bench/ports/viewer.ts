import { once } from "node:events";
import { decodeSpectrumFrame, LIVE_PATH } from "@pnmlab/protocol";
import { WebSocket } from "ws";

/** A frame as it came to a viewer. */
export interface ShownFrame {
  sequence: number;
  capturedAtMs: number;
  withheld: number;
  /** Unix time in milliseconds, with fractions. */
  atMs: number;
}

/** A browser that looks at one session: takes every frame, counts what else it is told. */
export class Viewer implements Disposable {
  readonly sessionId: string;
  readonly frames: ShownFrame[] = [];
  texts = 0;
  textBytes = 0;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, sessionId: string) {
    this.#socket = socket;
    this.sessionId = sessionId;
    socket.on("message", (data: Buffer, isBinary: boolean) => {
      if (isBinary) this.#take(data);
      else {
        this.texts += 1;
        this.textBytes += data.length;
      }
    });
  }

  static async open({ url, cookie }: { url: string; cookie: string }, sessionId: string): Promise<Viewer> {
    const socket = new WebSocket(`${url.replace("http", "ws")}${LIVE_PATH}`, {
      headers: { cookie },
      perMessageDeflate: false,
    });
    const viewer = new Viewer(socket, sessionId);
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "watch", sessionId }));
    return viewer;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #take(data: Buffer): void {
    const atMs = performance.timeOrigin + performance.now();
    const { sequence, capturedAtMs, withheld } = decodeSpectrumFrame(new Uint8Array(data).buffer);
    this.frames.push({ sequence, capturedAtMs, withheld, atMs });
  }
}
