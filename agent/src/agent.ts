import { hostname } from "node:os";
import type { AgentPermission, TargetLimit } from "@pnmlab/config";
import {
  type AgentLink,
  connectAgentLink,
  type DialOptions,
  type LinkState,
  type LinkTimings,
} from "@pnmlab/link";
import { AGENT_METHODS, type BuildInfo, type PollStatus, type SettingsFingerprints } from "@pnmlab/protocol";
import { FiguresTeller, figuresOf } from "./figures/index.ts";
import { type LoopDelay, LoopDelayMeter } from "./health/loop-delay.ts";
import { createMethods, JobRunner } from "./jobs/index.ts";
import { LeaseKeeper } from "./leases/index.ts";
import type { AgentLog } from "./log.ts";
import { Policy } from "./policy/index.ts";
import {
  Outbox,
  type OutboxOptions,
  type PollClock,
  Polling,
  type PollTimings,
  pollSnmp,
} from "./polling/index.ts";
import { type SnmpCounts, SnmpEngine, type SnmpProfile } from "./snmp/index.ts";
import { versionRemark } from "./version-remark.ts";

export interface AgentOptions {
  /** `ws://` or `wss://` URL of the backend. */
  backendUrl: string;
  name: string;
  /** The token, or who reads it anew at each connection. */
  token: string | (() => string);
  /** TLS and proxy of the way to the backend. */
  way?: DialOptions;
  profiles: readonly SnmpProfile[];
  /** Networks that may be addressed, such as `10.20.0.0/16`. */
  targets: readonly string[];
  /** OIDs below which a SET is allowed. */
  setSubtrees: readonly string[];
  /** What it may be asked to do at all: `read`, `capture` and `set` where not given. */
  permissions?: readonly AgentPermission[];
  /** SNMP requests that may be on their way at once; 64 where not given. */
  maxOutstanding?: number;
  /** The same for one device, by network; 1, or what its profile says, where not given. */
  targetLimits?: readonly TargetLimit[];
  build: BuildInfo;
  /** By which the backend finds settings that differ from its own. */
  settings?: SettingsFingerprints;
  log: AgentLog;
  /** Where and how it polls; without it, it does not. The clock is another one where a test needs it. */
  polling?: Omit<OutboxOptions, "log"> & { timings?: Partial<PollTimings>; clock?: PollClock };
  /** Timers of the link, where a test needs other ones. */
  linkTimings?: Partial<LinkTimings>;
}

export interface AgentState {
  link: LinkState;
  /** Requests that run or wait for their turn. */
  jobs: number;
  /** Tests that this agent would end if the backend went away. */
  leases: number;
  /** SNMP sockets that are open. */
  snmpSessions: number;
  /** SNMP requests on their way and waiting now, and those since the start. */
  snmp: SnmpCounts & { running: number; waiting: number };
  /** What its own settings have refused since the start, by code. */
  refused: Readonly<Record<string, number>>;
  /** Undefined where it does not poll. */
  polling: PollStatus | undefined;
  loopDelay: LoopDelay;
  uptimeMs: number;
}

/** Requests on their way at once, where the settings do not say. */
const MAX_OUTSTANDING = 64;

/** Time for ending tests when the agent stops; with what comes after it, within the 10 s of a stop. */
const LEASE_CLOSE_MS = 6_000;

/**
 * Starts an agent: it dials the backend and serves it until it is closed.
 *
 * @throws PnmLabError `CONFIG_INVALID` where `targets` or `setSubtrees` cannot be read.
 */
export function startAgent(options: AgentOptions): Agent {
  return new Agent(options);
}

/** A running agent; made by `startAgent`. */
export class Agent implements AsyncDisposable {
  readonly #policy: Policy;
  readonly #engine: SnmpEngine;
  readonly #leases: LeaseKeeper;
  readonly #methods: ReturnType<typeof createMethods>;
  readonly #jobs: JobRunner;
  readonly #outbox: Outbox | undefined;
  readonly #polling: Polling | undefined;
  readonly #link: AgentLink;
  readonly #loop: LoopDelayMeter;
  readonly #figures: FiguresTeller;
  readonly #startedMs = performance.now();
  #closing: Promise<void> | undefined;

  constructor(options: AgentOptions) {
    const { log, maxOutstanding = MAX_OUTSTANDING } = options;
    const policy = new Policy(options);
    this.#policy = policy;
    this.#engine = new SnmpEngine({ maxTotal: maxOutstanding });
    this.#leases = new LeaseKeeper({ policy, engine: this.#engine, log });
    if (options.polling) {
      const { timings, clock, ...outbox } = options.polling;
      this.#outbox = new Outbox({ ...outbox, log });
      this.#polling = new Polling({
        outbox: this.#outbox,
        snmp: pollSnmp(policy, this.#engine),
        log,
        ...(timings && { timings }),
        ...(clock && { clock }),
      });
    }
    this.#methods = createMethods({
      policy,
      engine: this.#engine,
      leases: this.#leases,
      polling: this.#polling,
      log,
    });
    this.#jobs = new JobRunner(this.#methods, log);
    this.#loop = new LoopDelayMeter();
    this.#figures = new FiguresTeller({
      figures: () => figuresOf(this.state, Date.now()),
      policy: { ...policy.facts, maxOutstanding },
    });
    this.#link = connectAgentLink({
      backendUrl: options.backendUrl,
      name: options.name,
      token: options.token,
      ...(options.way && { way: options.way }),
      hello: () => ({
        build: options.build,
        hostName: hostname(),
        clockMs: Date.now(),
        methods: Object.keys(AGENT_METHODS).filter(
          (method) => this.#polling !== undefined || !method.startsWith("polling."),
        ),
        profiles: policy.profileNames,
        ...(options.settings && { settings: options.settings }),
      }),
      serve: (connection) => {
        const remark = versionRemark(options.build, connection.backend);
        if (remark) log.info({ build: options.build, backend: connection.backend }, remark);
        // Before any request is served: a backend must hear that a lease expired before it renews it.
        this.#leases.attach(connection);
        this.#polling?.attach(connection);
        this.#figures.attach(connection);
        return this.#jobs.serve(connection);
      },
      log,
      ...(options.linkTimings && { timings: options.linkTimings }),
    });
  }

  get state(): AgentState {
    return {
      link: this.#link.state,
      jobs: this.#jobs.size,
      leases: this.#leases.size,
      snmpSessions: this.#engine.openSessions,
      snmp: { ...this.#engine.load, ...this.#engine.counts },
      refused: this.#policy.refused,
      polling: this.#polling?.status,
      loopDelay: this.#loop.delay,
      uptimeMs: performance.now() - this.#startedMs,
    };
  }

  /** Resolves when the backend has welcomed the agent; rejects with `LINK_CLOSED` when it is closed first. */
  untilConnected(): Promise<void> {
    return this.#link.untilConnected();
  }

  /**
   * Uses other profiles from now on; the backend hears their names when the agent signs in the next time.
   * Returns the names of those that are new, changed or gone.
   */
  useProfiles(profiles: readonly SnmpProfile[]): string[] {
    return this.#policy.useProfiles(profiles);
  }

  /** Refuses new requests, ends every test that it holds a lease on, and goes; takes at most 10 s. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#jobs.close();
    await this.#polling?.close();
    // While the link still stands, so that the backend hears what was ended.
    await this.#leases.close(LEASE_CLOSE_MS);
    this.#methods[Symbol.dispose]();
    this.#engine[Symbol.dispose]();
    this.#figures[Symbol.dispose]();
    await this.#link.close();
    this.#loop[Symbol.dispose]();
    this.#outbox?.[Symbol.dispose]();
  }
}
