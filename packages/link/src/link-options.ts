import type { AgentToBackend, BackendToAgent, BuildInfo } from "@pnmlab/protocol";
import type { DialOptions } from "./dial.ts";
import type { LinkFailure } from "./link-failure.ts";
import type { LinkStateName } from "./link-machine.ts";

/** The part of a logger that the link uses; pino's fits. */
export interface LinkLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export type AgentHello = Omit<
  Extract<AgentToBackend, { type: "hello" }>,
  "type" | "name" | "protocolVersion" | "resume"
>;
export type RequestMessage = Extract<BackendToAgent, { type: "request" }>;
export type CancelMessage = Extract<BackendToAgent, { type: "cancel" }>;

/**
 * One session with a backend, from its welcome to its end. A drop of the connection does not end it as
 * long as the backend keeps it: what was under way on both sides arrives once, over the next connection.
 */
export interface LinkConnection {
  readonly backend: BuildInfo;
  /** Aborts when the session ends; whatever ran for it has nobody left to answer to. */
  readonly signal: AbortSignal;
  /** Sends a message, now or after a drop; false where the session has ended. */
  send(message: AgentToBackend): boolean;
}

export interface LinkTimings {
  /** First delay after a failure; doubled, with jitter, up to `maxDelayMs`. */
  baseDelayMs: number;
  maxDelayMs: number;
  /** Upper bound of the delay where the backend refuses: it will not change its mind by being asked. */
  maxRefusedDelayMs: number;
  /** A connection that stood this long starts the delays anew. */
  stableAfterMs: number;
  /** Longest wait for TCP, TLS and HTTP, and again for the welcome. */
  handshakeMs: number;
  /** Shortest silence after which a connection counts as dead; three heartbeats where those are longer. */
  minSilenceMs: number;
  /** How often a connected agent looks whether its token has changed. */
  tokenCheckMs: number;
  /** Programs that start together: a backend that is not up yet is not worth a line in the first moments. */
  quietStartMs: number;
}

export interface AgentLinkOptions {
  /** `ws://` or `wss://` URL of the backend, without the path of the agents' WebSocket. */
  backendUrl: string;
  name: string;
  /** The token, or who reads it anew at each attempt; may throw where it cannot be read. */
  token: string | (() => string);
  /** TLS and proxy of the way to the backend. */
  way?: DialOptions;
  /** What the agent says of itself; asked for at each connection. */
  hello: () => AgentHello;
  /** Called once per session; what it returns gets the requests and cancels of that session. */
  serve: (connection: LinkConnection) => (message: RequestMessage | CancelMessage) => void;
  log: LinkLog;
  timings?: Partial<LinkTimings>;
}

export interface LinkState {
  readonly name: LinkStateName;
  /** When this state began, Unix milliseconds. */
  readonly sinceMs: number;
  /** The backend's build, while connected. */
  readonly backend?: BuildInfo;
  /** The last failure, until the next welcome. */
  readonly failure?: LinkFailure & {
    /** How many times in a row it has happened, and since when (Unix milliseconds). */
    readonly count: number;
    readonly firstAtMs: number;
  };
}

export const DEFAULT_TIMINGS: LinkTimings = {
  baseDelayMs: 250,
  maxDelayMs: 5_000,
  maxRefusedDelayMs: 10_000,
  stableAfterMs: 10_000,
  handshakeMs: 10_000,
  minSilenceMs: 1_500,
  tokenCheckMs: 5_000,
  quietStartMs: 5_000,
};
