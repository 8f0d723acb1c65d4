import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { CmtsTarget, Logger } from "@pnmlab/config";
import { Emitter, PnmLabError } from "@pnmlab/kit";
import { gatherWrites } from "@pnmlab/link";
import type {
  Agent,
  AgentCheck,
  AgentFiguresAnswer,
  AgentHistoryEntry,
  BuildInfo,
  SettingsFingerprints,
  SnmpTarget,
} from "@pnmlab/protocol";
import type { WebSocket } from "ws";
import { Pacer } from "../pacer.ts";
import type { AgentHistoryStore, AgentStore, EnrolmentStore } from "../storage/index.ts";
import { type Admission, admit } from "./admission.ts";
import type { AgentEvent } from "./agent-machine.ts";
import { AgentConnection, type AgentHello, type PollMessage } from "./connection.ts";
import { type Enrolment, Enrolments } from "./enrolments.ts";
import { FiguresBook } from "./figures.ts";
import { AgentHistoryBook } from "./history.ts";
import { RefusalBook } from "./refusals.ts";
import { agentsFor } from "./routing.ts";
import { AgentSeat } from "./seat.ts";
import { agentSentence, refusalSentence } from "./sentence.ts";
import { agentView, strangerView } from "./view.ts";

/** How often ended refusals are looked for, and refusals are written into the history. */
const SWEEP_MS = 5000;

/** Anybody can be refused as often as they like: browsers hear of it this often and no more. */
const REFUSAL_NEWS_MS = 1000;

/** How long a session outlives its connection; below the shortest lease that makes sense. */
const RESUME_MS = 10_000;

const STOPPING = "the backend is stopping";

export interface AgentRegistryOptions {
  /** The token of the agent that the settings name. */
  token: string;
  /** The name of that agent. */
  expectedName: string;
  build: BuildInfo;
  /** By which the targets of agents name CMTSs. */
  cmts: readonly CmtsTarget[];
  store: AgentStore;
  enrolments: EnrolmentStore;
  history: AgentHistoryStore;
  /** How long a session outlives its connection, in milliseconds. */
  resumeMs?: number;
  log: Logger;
  now: () => number;
}

type Events = {
  /** The state, the sentence or the facts of an agent changed. */
  change: Agent[];
  /** Whether an agent can be asked changed: whether any can. */
  availability: boolean;
  "lease-expired": { name: string; leaseId: string };
  /** An agent says something of its polling; the answer goes back over the same connection. */
  poll: { name: string; requests: AgentConnection["requests"]; message: PollMessage };
};

/** The agents that this backend expects, and whoever is being refused in their place or under other names. */
export class AgentRegistry extends Emitter<Events> implements Disposable {
  readonly #options: AgentRegistryOptions;
  readonly #startedAtMs: number;
  readonly #enrolments: Enrolments;
  readonly #history: AgentHistoryBook;
  readonly #seats = new Map<string, AgentSeat>();
  readonly #refusals = new RefusalBook();
  readonly #figures: FiguresBook;
  readonly #refusalNews = new Pacer<undefined>({
    everyMs: REFUSAL_NEWS_MS,
    publish: () => this.emit("change", this.list()),
  });
  readonly #sweep: NodeJS.Timeout;
  /** Every open connection; those that have introduced themselves are in their seats too. */
  readonly #connections = new Set<AgentConnection>();
  #isClosed = false;

  constructor(options: AgentRegistryOptions) {
    super();
    this.#options = options;
    this.#startedAtMs = options.now();
    this.#figures = new FiguresBook(options.now);
    this.#enrolments = new Enrolments({
      own: { name: options.expectedName, token: options.token },
      store: options.enrolments,
      now: options.now,
    });
    this.#history = new AgentHistoryBook({
      store: options.history,
      isExpected: (name) => this.#seats.has(name),
      log: options.log,
      now: options.now,
    });
    for (const enrolment of this.#enrolments.list()) this.#addSeat(enrolment);
    this.#sweep = setInterval(() => this.#sweepRefusals(), SWEEP_MS);
  }

  /** Decides on an upgrade request and counts a refusal; the answer is for the caller. */
  async admit(headers: IncomingHttpHeaders, address: string): Promise<Admission> {
    const admission = admit(headers, { holderOf: (token) => this.#enrolments.holderOf(token) });
    if (!admission.ok) {
      this.#refuse(admission, address);
      return admission;
    }
    const current = this.#seats.get(admission.name)?.current;
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

  /**
   * Decides on an upgrade request that only asks. A refusal counts; an agent that would be let in hears
   * what it is to reach, whether or not one of its name is connected.
   */
  check(
    headers: IncomingHttpHeaders,
    address: string,
  ): { ok: true; check: AgentCheck } | Extract<Admission, { ok: false }> {
    const admission = admit(headers, { holderOf: (token) => this.#enrolments.holderOf(token) });
    if (!admission.ok) {
      this.#refuse(admission, address);
      return admission;
    }
    const { build, cmts, now } = this.#options;
    const { name } = admission;
    const { targets = [] } = this.#enrolments.find(name) ?? {};
    const seen = [{ targets, isConnected: true, profiles: [] }];
    return {
      ok: true,
      check: {
        agent: name,
        build,
        clockMs: now(),
        connectedFrom: this.#seats.get(name)?.current?.address ?? null,
        targets: cmts.filter((target) => agentsFor(target, seen, cmts).length > 0),
      },
    };
  }

  /** Takes over the WebSocket of an agent that was let in by `token`. */
  attach(
    socket: WebSocket,
    { name, token }: { name: string; token: string },
    address: string,
    stream?: Socket,
  ): void {
    const connection: AgentConnection = new AgentConnection({
      socket,
      gather: stream && gatherWrites(stream),
      name,
      address,
      build: this.#options.build,
      log: this.#options.log,
      now: this.#options.now,
      refusalOf: (hello) => {
        // The token may have been taken back since the upgrade.
        const holder = this.#enrolments.holderOf(token);
        if (holder?.name !== name || holder.ended) return holder?.ended ?? "token mismatch";
        const isTaken = this.#seats.get(name)?.current !== undefined;
        return isTaken ? `an agent named ${hello.name} is already connected` : undefined;
      },
      sessionOf: (sessionToken) => this.#seats.get(name)?.sessionOf(sessionToken),
      resumeMs: this.#resumeMs,
      onHello: (hello) => this.#connected(connection, hello, token),
      onRoundTrip: (roundTripMs, clockMs) => this.#measured(connection, roundTripMs, clockMs),
      onLeaseExpired: ({ leaseId }) => this.emit("lease-expired", { name, leaseId }),
      onPoll: (message) => this.emit("poll", { name, requests: connection.requests, message }),
      onFigures: (message) => this.#figures.note(name, message),
      onGone: (reason, isFinal) => this.#gone(connection, name, reason, isFinal),
    });
    this.#connections.add(connection);
    if (this.#isClosed) connection.leave(STOPPING);
  }

  /** The agents that are connected. */
  get connected(): { name: string; connection: AgentConnection }[] {
    return [...this.#seats.values()].flatMap(({ name, current }) =>
      current ? [{ name, connection: current }] : [],
    );
  }

  /** The agent for a target: the connection where it is connected, and the state in words. */
  agentFor(target: SnmpTarget): { name: string; connection?: AgentConnection; readonly sentence: string } {
    const candidates = this.#enrolments
      .list()
      .filter(({ revokedAt }) => revokedAt === undefined)
      .map((enrolment) => {
        const { current, known } = this.#seatOf(enrolment);
        const { targets } = enrolment;
        return { enrolment, targets, isConnected: current !== undefined, profiles: known?.profiles ?? [] };
      });
    const [best] = agentsFor(target, candidates, this.#options.cmts);
    if (!best) return { name: "", sentence: `no agent says that it reaches ${target.host}` };
    const { current, name } = this.#seatOf(best.enrolment);
    const sentenceOf = () => this.#sentenceOf(best.enrolment);
    return {
      name,
      ...(current && { connection: current }),
      // Made only for who reads it: every request asks for its agent.
      get sentence() {
        return sentenceOf();
      },
    };
  }

  /** The state in words of the agent that is worst off. */
  get sentence(): string {
    const expected = this.#enrolments.list().filter(({ revokedAt }) => revokedAt === undefined);
    const worst = expected.find((enrolment) => this.#seatOf(enrolment).current === undefined);
    return this.#sentenceOf(worst ?? expected[0]!);
  }

  /** The agent of the settings first, then the others by name, then those that are refused under other names. */
  list(): Agent[] {
    const nowMs = this.#options.now();
    const strangers = this.#refusals.names().filter((name) => !this.#seats.has(name));
    return [
      ...this.#enrolments.list().map((enrolment) => this.#viewOf(enrolment)),
      ...strangers.map((name) => strangerView(this.#refusals.newest(name)!, nowMs)),
    ];
  }

  /** What happened to agents, newest first. */
  history(limit: number, agent?: string): AgentHistoryEntry[] {
    this.#history.noteRefusals(this.#refusals.all());
    return this.#history.list(limit, agent);
  }

  /**
   * How an agent ran within the last hour, of that what came after `afterMs`.
   *
   * @throws PnmLabError `AGENT_NOT_FOUND`
   */
  figures(name: string, afterMs: number): AgentFiguresAnswer {
    if (!this.#seats.has(name)) throw new PnmLabError("AGENT_NOT_FOUND", `there is no agent ${name}`);
    return this.#figures.of(name, afterMs);
  }

  /** What the agent of the settings says of its settings. */
  settings(): SettingsFingerprints | undefined {
    return this.#seats.get(this.#options.expectedName)?.current?.hello?.settings;
  }

  /** Lets an agent in. @throws PnmLabError as `Enrolments.enrol` */
  enrol(request: { name: string; site: string; targets: string[] }): { agent: Agent; token: string } {
    const token = this.#enrolments.enrol(request);
    const enrolment = this.#enrolments.find(request.name)!;
    const seat = this.#seats.get(request.name) ?? this.#addSeat(enrolment);
    if (seat.state === "revoked") seat.move("enrol");
    return { agent: this.#changed(request.name, "enrolled", "a token was given"), token };
  }

  /** Changes site and targets of an agent. @throws PnmLabError as `Enrolments.change` */
  change(name: string, request: { site: string; targets: string[] }): Agent {
    this.#enrolments.change(name, request);
    const agent = this.#changed(name, "changed", `site and targets: ${request.targets.join(", ")}`);
    this.#announceAvailability();
    return agent;
  }

  /** Gives an agent a new token; the old one opens until then. @throws PnmLabError as `Enrolments.rotate` */
  rotate(name: string): { agent: Agent; token: string } {
    const token = this.#enrolments.rotate(name);
    return {
      agent: this.#changed(name, "rotated", "a new token was given; the old one opens until it is used"),
      token,
    };
  }

  /** Takes an agent's tokens back and ends its connection now. @throws PnmLabError as `Enrolments.revoke` */
  revoke(name: string): Agent {
    this.#enrolments.revoke(name);
    const seat = this.#seats.get(name)!;
    seat.move("revoke");
    const { current } = seat;
    const agent = this.#changed(name, "revoked", "its token was taken back");
    current?.dismiss("its token was revoked");
    return agent;
  }

  /** Forgets a revoked agent. @throws PnmLabError as `Enrolments.remove` */
  remove(name: string): void {
    this.#enrolments.remove(name);
    this.#history.note(name, "removed", "it was removed from the list");
    this.#seats.get(name)?.[Symbol.dispose]();
    this.#seats.delete(name);
    this.#figures.forget(name);
    this.emit("change", this.list());
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearInterval(this.#sweep);
    this.#refusalNews[Symbol.dispose]();
    this.#history.noteRefusals(this.#refusals.all());
    for (const connection of [...this.#connections]) connection.leave(STOPPING);
    for (const seat of this.#seats.values()) seat[Symbol.dispose]();
  }

  get #resumeMs(): number {
    return this.#options.resumeMs ?? RESUME_MS;
  }

  #connected(connection: AgentConnection, hello: AgentHello, token: string): void {
    const { name } = hello;
    const seat = this.#seats.get(name)!;
    const { isResumed } = seat.connected(connection, hello);
    this.#options.store.save(seat.known!);
    if (this.#enrolments.used(token)) {
      this.#history.note(name, "token-used", "the new token is used; the old one opens nothing any more");
    }
    this.#history.noteRefusals(this.#refusals.all());
    this.#refusals.forget(name, connection.address);
    const reason = isResumed ? "connected again, with its session" : `connected as ${hello.hostName}`;
    this.#history.note(name, isResumed ? "resumed" : "connected", reason, connection.address);
    this.#move(seat, "connect");
    this.#announceAvailability();
  }

  #measured(connection: AgentConnection, roundTripMs: number, clockMs: number | undefined): void {
    const seat = [...this.#seats.values()].find(({ current }) => current === connection);
    if (!seat) return;
    const isFirst = seat.roundTripMs === null;
    seat.roundTripMs = roundTripMs;
    // The answer left the agent half a round trip ago.
    if (clockMs !== undefined) seat.clockSkewMs = clockMs + roundTripMs / 2 - this.#options.now();
    // Later ones are read by whoever asks: an announcement at every beat would say nothing new.
    if (isFirst) this.emit("change", this.list());
  }

  #gone(connection: AgentConnection, name: string, reason: string, isFinal: boolean): void {
    this.#connections.delete(connection);
    const seat = this.#seats.get(name);
    if (seat?.current !== connection) {
      this.#options.log.warn(`agent ${name} from ${connection.address} did not get through: ${reason}`);
      return;
    }
    seat.gone(connection, reason, isFinal);
    this.#history.note(name, "lost", reason, connection.address);
    if (seat.state === "connected") this.#move(seat, "lose");
    this.#announceAvailability();
  }

  #announceAvailability(): void {
    this.emit("availability", this.connected.length > 0);
  }

  #refuse(admission: Extract<Admission, { ok: false }>, address: string): void {
    const { name, code, reason } = admission;
    const nowMs = this.#options.now();
    const { refusal, worthLogging } = this.#refusals.record({ name, address, code, reason }, nowMs);
    const seat = this.#seats.get(name);
    if (seat && seat.state !== "connected" && seat.state !== "revoked") seat.move("refuse");
    if (worthLogging) this.#options.log.warn(refusalSentence(refusal, nowMs));
    this.#refusalNews.push("refusals", undefined);
  }

  #sweepRefusals(): void {
    this.#history.noteRefusals(this.#refusals.all());
    if (!this.#refusals.sweep(this.#options.now())) return;
    const calm = [...this.#seats.values()].filter(
      ({ name, state }) => state === "refused" && !this.#refusals.newest(name),
    );
    for (const seat of calm) {
      this.#move(seat, seat.lost ? "refusalsEndAfterLoss" : "refusalsEndBeforeConnection");
    }
    if (calm.length === 0) this.emit("change", this.list());
  }

  #move(seat: AgentSeat, event: AgentEvent): void {
    seat.move(event);
    const level = seat.state === "connected" ? "info" : "warn";
    this.#options.log[level](this.#sentenceOf(this.#enrolments.find(seat.name)!));
    this.emit("change", this.list());
  }

  /** Tells everybody what was done about an agent. */
  #changed(name: string, event: AgentHistoryEntry["event"], reason: string): Agent {
    this.#options.log.info({ agent: name, event }, `agent ${name}: ${reason}`);
    this.#history.note(name, event, reason);
    this.emit("change", this.list());
    return this.#viewOf(this.#enrolments.find(name)!);
  }

  #addSeat({ name, revokedAt }: Enrolment): AgentSeat {
    const { store, now } = this.#options;
    const known = store.list().find((agent) => agent.name === name);
    const isRevoked = revokedAt !== undefined;
    const seat = new AgentSeat({ name, known, isRevoked, resumeMs: this.#resumeMs, now });
    this.#seats.set(name, seat);
    return seat;
  }

  #seatOf({ name }: Enrolment): AgentSeat {
    return this.#seats.get(name)!;
  }

  #sentenceOf(enrolment: Enrolment): string {
    const { name, state, known, lost } = this.#seatOf(enrolment);
    return agentSentence(
      {
        name,
        state,
        backendStartedAtMs: this.#startedAtMs,
        known: known && { atMs: Date.parse(known.lastConnectedAt), address: known.address },
        lost,
        refusal: this.#refusals.newest(name),
        revokedAtMs: enrolment.revokedAt === undefined ? undefined : Date.parse(enrolment.revokedAt),
      },
      this.#options.now(),
    );
  }

  #viewOf(enrolment: Enrolment): Agent {
    const { current, next } = this.#enrolments.tokensOf(enrolment.name);
    return agentView({
      enrolment,
      seat: this.#seatOf(enrolment),
      sentence: this.#sentenceOf(enrolment),
      refusal: this.#refusals.newest(enrolment.name),
      token: current
        ? {
            issuedAt: current.issuedAt,
            firstUsedAt: current.firstUsedAt,
            nextIssuedAt: next?.issuedAt ?? null,
          }
        : null,
      backend: this.#options.build,
      backendStartedAtMs: this.#startedAtMs,
    });
  }
}
