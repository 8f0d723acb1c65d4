import type { SpectrumFrame } from "@pnmlab/protocol";

/** The part of a WebSocket that the page uses, so that it may run elsewhere, or be a test's own. */
export interface SocketLike {
  readonly readyState: number;
  onopen: (() => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onmessage: ((event: { data: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** Where frames are received and drawn. They reach the page itself only by a tap. */
export interface LiveStage {
  /** A WebSocket whose binary messages are frames for the stage; the page is told the texts. */
  openSocket(url: string): SocketLike;
  /** Gives the stage the bytes of a frame that came by no WebSocket. */
  takeFrame(bytes: ArrayBuffer): void;
  /** Hands each frame of a stream to the page too. @returns ends it */
  tap(streamId: number, listener: (frame: SpectrumFrame) => void): () => void;
}
