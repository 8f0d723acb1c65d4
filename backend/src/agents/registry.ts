import type { IncomingHttpHeaders } from "node:http";
import type { Logger } from "@pnmlab/config";
import { Emitter, transition } from "@pnmlab/kit";
import type { Agent, AgentState, BuildInfo, SettingsFingerprints } from "@pnmlab/protocol";
import type { WebSocket } from "ws";
import { Pacer } from "../pacer.ts";
import type { AgentStore, KnownAgent } from "../storage/index.ts";
import { type Admission, admit } from "./admission.ts";
import { type AgentEvent, agentTransitions } from "./agent-machine.ts";
import { AgentConnection, type AgentHello, type LeaseExpired, type PollMessage } from "./connection.ts";
import { type Refusal, RefusalBook } from "./refusals.ts";
import { agentSentence, refusalSentence } from "./sentence.ts";

/** How often ended refusals are looked for. */
const SWEEP_MS = 5000;

/** Anybody can be refused as often as they like: browsers hear of it this often and no more. */
const REFUSAL_NEWS_MS = 1000;

const STOPPING = "the backend is stopping";

export interface AgentRegistryOptions {
  token: string;
  /** Name of the agent that this backend expects. */
  expectedName: string;
  build: BuildInfo;
  store: AgentStore;
  log: Logger;
  now: () => number;
}

type Events = {
  /** The state, the sentence or the facts of an agent changed. */
  change: Agent[];
  /** Whether an agent can be asked changed. */
  availability: boolean;
  "lease-expired": LeaseExpired;
  /** An agent says something of its polling; the answer goes back over the same connection. */
  poll: { name: string; requests: AgentConnection["requests"]; message: PollMessage };
};

/** The agent that this backend expects, and whoever is being refused in its place or under other names. */
export class AgentRegistry extends Emitter<Events> implements Disposable {
  readonly #options: AgentRegistryOptions;
  readonly #startedAtMs: number;
  readonly #refusals = new RefusalBook();
  readonly #refusalNews = new Pacer<undefined>({
    everyMs: REFUSAL_NEWS_MS,
    publish: () => this.emit("change", this.list()),
  });
  readonly #sweep: NodeJS.Timeout;
  /** Every open connection; the one that has introduced itself is `#current`. */
  readonly #connections = new Set<AgentConnection>();
  #state: AgentState = "waiting";
  #current: AgentConnection | undefined;
  #known: KnownAgent | undefined;
  #lost: { atMs: number; address: string; reason: string } | undefined;
  #clockSkewMs: number | null = null;
  #roundTripMs: number | null = null;
  #isClosed = false;

  constructor(options: AgentRegistryOptions) {
    super();
    this.#options = options;
    this.#startedAtMs = options.now();
    this.#known = options.store.list().find((agent) => agent.name === options.expectedName);
    this.#sweep = setInterval(() => this.#sweepRefusals(), SWEEP_MS);
  }

  /** Decides on an upgrade request and counts a refusal; the answer is for the caller. */
  async admit(headers: IncomingHttpHeaders, address: string): Promise<Admission> {
    const admission = admit(headers, { token: this.#options.token, name: this.#options.expectedName });
    if (!admission.ok) {
      this.#refuse(admission, address);
      return admission;
    }
    const current = this.#current;
    if (!current) return admission;
    if (!(await current.isAlive())) {
      current.end(`no word when another connection from ${address} asked to be let in`);
      return admission;
    }
    const refusal = {
      ok: false as const,
      name: admission.name,
      status: 409 as const,
      code: "AGENT_NAME_TAKEN" as const,
      reason: `an agent of this name is already connected from ${current.address}`,
    };
    this.#refuse(refusal, address);
    return refusal;
  }

  /** Takes over the WebSocket of an agent that was let in. */
  attach(socket: WebSocket, name: string, address: string): void {
    const connection: AgentConnection = new AgentConnection({
      socket,
      name,
      address,
      build: this.#options.build,
      log: this.#options.log,
      now: this.#options.now,
      refusalOf: (hello) => (this.#current ? `an agent named ${hello.name} is already connected` : undefined),
      onHello: (hello) => this.#connected(connection, hello),
      onRoundTrip: (roundTripMs, clockMs) => this.#measured(roundTripMs, clockMs),
      onLeaseExpired: (event) => this.emit("lease-expired", event),
      onPoll: (message) => this.emit("poll", { name, requests: connection.requests, message }),
      onGone: (reason) => this.#gone(connection, reason),
    });
    this.#connections.add(connection);
    if (this.#isClosed) connection.leave(STOPPING);
  }

  /** The agent that can be asked now. */
  get connection(): AgentConnection | undefined {
    return this.#current;
  }

  /** The expected agent's state in words. */
  get sentence(): string {
    return agentSentence(
      {
        name: this.#options.expectedName,
        state: this.#state,
        backendStartedAtMs: this.#startedAtMs,
        known: this.#known && {
          atMs: Date.parse(this.#known.lastConnectedAt),
          address: this.#known.address,
        },
        lost: this.#lost,
        refusal: this.#refusals.newest(this.#options.expectedName),
      },
      this.#options.now(),
    );
  }

  /** The expected agent first, then those that are being refused under other names. */
  list(): Agent[] {
    const others = this.#refusals.names().filter((name) => name !== this.#options.expectedName);
    return [this.#expectedView(), ...others.map((name) => this.#strangerView(name))];
  }

  /** What the connected agent says of its settings. */
  settings(): SettingsFingerprints | undefined {
    return this.#current?.hello?.settings;
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    this.#refusalNews[Symbol.dispose]();
    for (const connection of [...this.#connections]) connection.leave(STOPPING);
  }

  #connected(connection: AgentConnection, hello: AgentHello): void {
    const nowMs = this.#options.now();
    this.#current = connection;
    this.#clockSkewMs = hello.clockMs - nowMs;
    this.#roundTripMs = null;
    this.#known = {
      name: hello.name,
      address: connection.address,
      lastConnectedAt: new Date(nowMs).toISOString(),
      hostName: hello.hostName,
      build: hello.build,
      profiles: hello.profiles,
    };
    this.#options.store.save(this.#known);
    this.#refusals.forget(hello.name, connection.address);
    this.#move("connect");
    this.emit("availability", true);
  }

  #measured(roundTripMs: number, clockMs: number | undefined): void {
    const isFirst = this.#roundTripMs === null;
    this.#roundTripMs = roundTripMs;
    // The answer left the agent half a round trip ago.
    if (clockMs !== undefined) this.#clockSkewMs = clockMs + roundTripMs / 2 - this.#options.now();
    // Later ones are read by whoever asks: an announcement at every beat would say nothing new.
    if (isFirst) this.emit("change", this.list());
  }

  #gone(connection: AgentConnection, reason: string): void {
    const { address } = connection;
    this.#connections.delete(connection);
    if (this.#current !== connection) {
      this.#options.log.warn(
        `agent ${this.#options.expectedName} from ${address} did not get through: ${reason}`,
      );
      return;
    }
    this.#current = undefined;
    this.#lost = { atMs: this.#options.now(), address, reason };
    this.#move("lose");
    this.emit("availability", false);
  }

  #refuse(admission: Extract<Admission, { ok: false }>, address: string): void {
    const { name, code, reason } = admission;
    const nowMs = this.#options.now();
    const { refusal, worthLogging } = this.#refusals.record({ name, address, code, reason }, nowMs);
    const changesState = name === this.#options.expectedName && this.#state !== "connected";
    if (changesState) this.#state = this.#next("refuse");
    if (worthLogging) this.#options.log.warn(refusalSentence(refusal, nowMs));
    this.#refusalNews.push("refusals", undefined);
  }

  #sweepRefusals(): void {
    if (!this.#refusals.sweep(this.#options.now())) return;
    if (this.#state === "refused" && !this.#refusals.newest(this.#options.expectedName)) {
      this.#move(this.#lost ? "refusalsEndAfterLoss" : "refusalsEndBeforeConnection");
    } else this.emit("change", this.list());
  }

  #move(event: AgentEvent): void {
    this.#state = this.#next(event);
    const level = this.#state === "connected" ? "info" : "warn";
    this.#options.log[level](this.sentence);
    this.emit("change", this.list());
  }

  #next(event: AgentEvent): AgentState {
    const next = transition(agentTransitions, this.#state, event);
    if (!next) throw new Error(`an agent that is ${this.#state} cannot ${event}`);
    return next;
  }

  #expectedView(): Agent {
    const state = this.#state;
    const refusal = this.#refusals.newest(this.#options.expectedName);
    const connectedAt = this.#known?.lastConnectedAt ?? null;
    const startedAt = isoText(this.#startedAtMs);
    const since = {
      waiting: startedAt,
      connected: connectedAt ?? startedAt,
      refused: isoText(refusal?.firstAtMs ?? this.#startedAtMs),
      lost: isoText(this.#lost?.atMs ?? this.#startedAtMs),
    }[state];
    return {
      name: this.#options.expectedName,
      state,
      sentence: this.sentence,
      since,
      address: (state === "refused" ? refusal?.address : this.#known?.address) ?? null,
      lastConnectedAt: connectedAt,
      refusal: refusal ? refusalView(refusal) : null,
      hostName: this.#known?.hostName ?? null,
      build: this.#known?.build ?? null,
      clockSkewMs: this.#clockSkewMs,
      roundTripMs: this.#roundTripMs,
      profiles: this.#known?.profiles ?? [],
    };
  }

  #strangerView(name: string): Agent {
    const refusal = this.#refusals.newest(name)!;
    return {
      name,
      state: "refused",
      sentence: refusalSentence(refusal, this.#options.now()),
      since: isoText(refusal.firstAtMs),
      address: refusal.address,
      lastConnectedAt: null,
      refusal: refusalView(refusal),
      hostName: null,
      build: null,
      clockSkewMs: null,
      roundTripMs: null,
      profiles: [],
    };
  }
}

function refusalView(refusal: Refusal): NonNullable<Agent["refusal"]> {
  return {
    code: refusal.code,
    reason: refusal.reason,
    address: refusal.address,
    count: refusal.count,
    firstAt: isoText(refusal.firstAtMs),
    lastAt: isoText(refusal.lastAtMs),
  };
}

function isoText(atMs: number): string {
  return new Date(atMs).toISOString();
}
