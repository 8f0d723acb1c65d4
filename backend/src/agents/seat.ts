import { transition } from "@pnmlab/kit";
import type { AgentState } from "@pnmlab/protocol";
import type { KnownAgent } from "../storage/index.ts";
import { type AgentEvent, agentTransitions } from "./agent-machine.ts";
import type { AgentConnection, AgentHello } from "./connection.ts";
import type { AgentSession } from "./session.ts";

export interface AgentSeatOptions {
  name: string;
  known: KnownAgent | undefined;
  isRevoked: boolean;
  /** How long a session waits for its agent after a drop. */
  resumeMs: number;
  now: () => number;
}

/** What is known of one expected agent while the backend runs: its state, its connection, its session. */
export class AgentSeat implements Disposable {
  readonly name: string;
  readonly #options: AgentSeatOptions;
  state: AgentState;
  current: AgentConnection | undefined;
  known: KnownAgent | undefined;
  lost: { atMs: number; address: string; reason: string } | undefined;
  clockSkewMs: number | null = null;
  roundTripMs: number | null = null;
  #session: AgentSession | undefined;
  #sessionEnd: NodeJS.Timeout | undefined;

  constructor(options: AgentSeatOptions) {
    this.#options = options;
    this.name = options.name;
    this.known = options.known;
    this.state = options.isRevoked ? "revoked" : "waiting";
  }

  /** The session that the agent asks for after a drop, where it is this one. */
  sessionOf(token: string): AgentSession | undefined {
    return this.#session?.isOf(token) ? this.#session : undefined;
  }

  /** Takes the agent's connection over; answers whether it goes on with the session of the one before. */
  connected(connection: AgentConnection, hello: AgentHello): { isResumed: boolean } {
    const nowMs = this.#options.now();
    clearTimeout(this.#sessionEnd);
    const isResumed = this.#session !== undefined && this.#session === connection.session;
    if (!isResumed) this.#session?.end("it came back without its session");
    this.#session = connection.session;
    this.current = connection;
    this.clockSkewMs = hello.clockMs - nowMs;
    this.roundTripMs = null;
    this.known = {
      name: hello.name,
      address: connection.address,
      lastConnectedAt: new Date(nowMs).toISOString(),
      hostName: hello.hostName,
      build: hello.build,
      profiles: hello.profiles,
    };
    return { isResumed };
  }

  /** The connection is over; where that is not final, its session waits for the next one. */
  gone(connection: AgentConnection, reason: string, isFinal: boolean): void {
    this.current = undefined;
    this.lost = { atMs: this.#options.now(), address: connection.address, reason };
    if (isFinal || this.#options.resumeMs === 0) this.#endSession(reason);
    else this.#sessionEnd = setTimeout(() => this.#endSession(reason), this.#options.resumeMs);
  }

  move(event: AgentEvent): void {
    const next = transition(agentTransitions, this.state, event);
    if (!next) throw new Error(`an agent that is ${this.state} cannot ${event}`);
    this.state = next;
  }

  [Symbol.dispose](): void {
    this.#endSession("the backend is stopping");
  }

  #endSession(reason: string): void {
    clearTimeout(this.#sessionEnd);
    this.#session?.end(reason);
    this.#session = undefined;
  }
}
