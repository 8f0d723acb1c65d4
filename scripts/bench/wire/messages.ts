/** The product's hub, or the plain way: the same frames as JSON text through the same WebSocket library. */
export type WireKind = "hub" | "json";

/** What the bench asks of the server process. */
export type ServerRequest =
  | { type: "address" }
  /** Sends frames of one session as fast as they are read; the sockets are asked after so many of them. */
  | { type: "burst"; kind: WireKind; bins: number; frames: number; framesPerQuestion: number }
  /** Sends frames of sessions 1 to `sessions` at a steady rate. */
  | { type: "stream"; kind: WireKind; bins: number; framesPerS: number; seconds: number; sessions: number }
  /** Collects all garbage and tells the memory of buffers. */
  | { type: "buffers" };

export interface SentReport {
  type: "sent";
  /** Sequence number of each session's newest frame. */
  sequence: number;
  /** Bytes of one frame as WebSocket message. */
  frameBytes: number;
}

export interface BuffersReport {
  type: "buffers";
  bytes: number;
}

/** What the bench asks of the process that plays the browsers. */
export type ClientsRequest =
  | { type: "open"; url: string; kind: WireKind; clients: number; sessions: number }
  /** Answers when every client that is not stalled has heard of this frame. */
  | { type: "await"; sequence: number }
  /** Clients that stop reading, as a browser does that hangs. */
  | { type: "stall"; clients: number }
  | { type: "wake" }
  /** Tells what came since the last taking. */
  | { type: "take" }
  | { type: "close" };

export interface TakenReport {
  type: "taken";
  frames: number;
  withheld: number;
  /** Jumps of the sequence number that the frame after them does not account for. */
  lost: number;
  /** From the sending to the decoded frame, milliseconds, of clients that were never stalled. */
  latenciesMs: number[];
  /** Of the client that was stalled: frames that came after its waking until it had the newest, and how old that was. */
  woken: { oldFrames: number; framesBehind: number } | null;
}

/** Milliseconds of a clock that all processes of the machine share. */
export function sharedClockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export const sessionIdOf = (number: number): string => `session-${number}`;
