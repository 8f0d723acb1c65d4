import { KeyedQueue, messageOf, PnmLabError, sleep, transition } from "@pnmlab/kit";
import type { LinkConnection } from "@pnmlab/link";
import type { AgentParams, AgentToBackend, ErrorBody, Varbind } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { auditedSet, type Policy } from "../policy/index.ts";
import { type RequestLimits, type SnmpEndpoint, type SnmpEngine, targetText } from "../snmp/index.ts";
import { type LeaseEvent, type LeaseStateName, leaseTransitions } from "./lease-machine.ts";

export interface LeaseKeeperOptions {
  policy: Policy;
  engine: SnmpEngine;
  log: AgentLog;
}

interface Lease {
  id: string;
  state: LeaseStateName;
  endpoint: SnmpEndpoint;
  abort: readonly Varbind[];
  timer: NodeJS.Timeout;
}

type ExpiryNotice = Extract<AgentToBackend, { type: "lease-expired" }>;

const ABORT_ATTEMPTS = 4;
const ABORT_ATTEMPT_MS = 2_000;
const ABORT_PAUSE_MS = 250;

/**
 * Holds the leases on running tests. A lease that is not renewed in time ends its test: its `abort` is
 * SET on the device, also while the backend is away, which is what leases are for. The backend is told
 * as soon as there is a connection.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #leases = new Map<string, Lease>();
  readonly #aborts = new Set<Promise<void>>();
  /** What concerns one lease happens in the order in which it was asked for. */
  readonly #order = new KeyedQueue({ maxTotal: Number.POSITIVE_INFINITY, maxPerKey: 1 });
  readonly #notices: ExpiryNotice[] = [];
  readonly #giveUp = new AbortController();
  #connection: LinkConnection | undefined;
  #closed = false;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /** Leases that are held or whose test is being ended. */
  get size(): number {
    return this.#leases.size;
  }

  /** Tells the backend at the other end of `connection` what has expired, now and from now on. */
  attach(connection: LinkConnection): void {
    this.#connection = connection;
    connection.signal.addEventListener("abort", () => {
      if (this.#connection === connection) this.#connection = undefined;
    });
    this.#tell();
  }

  /**
   * Starts a lease or prolongs it, `ttlMs` from now. Policy judges the abort here, so that it cannot
   * fail on it when it is needed.
   *
   * @throws PnmLabError `LEASE_EXPIRED` where its test is just being ended; the errors of Policy.
   */
  grant(params: AgentParams<"lease.grant">, { deadlineMs, signal }: RequestLimits): Promise<void> {
    const { leaseId, ttlMs, target, abort } = params;
    return this.#order.run(leaseId, async () => {
      const { policy } = this.#options;
      policy.checkAbort(abort);
      const endpoint = await policy.endpointOf(target, deadlineMs, signal);
      signal?.throwIfAborted();
      if (this.#closed) throw new PnmLabError("AGENT_STOPPING", "the agent is stopping");
      const known = this.#leases.get(leaseId);
      if (known) {
        if (!this.#move(known, "renew")) {
          throw new PnmLabError("LEASE_EXPIRED", `lease ${leaseId} has expired and its test is being ended`);
        }
        clearTimeout(known.timer);
      }
      const timer = setTimeout(() => this.#expire(lease, "its lease has expired"), ttlMs);
      const lease: Lease = { id: leaseId, state: "held", endpoint, abort, timer };
      this.#leases.set(leaseId, lease);
    });
  }

  /** Ends a lease without an abort. An unknown one is no error: it may have expired meanwhile. */
  release(leaseId: string): Promise<void> {
    return this.#order.run(leaseId, async () => {
      const lease = this.#leases.get(leaseId);
      if (!lease || !this.#move(lease, "release")) return;
      clearTimeout(lease.timer);
      this.#leases.delete(leaseId);
    });
  }

  /** Ends every test that is still held; gives up on devices that do not answer within `budgetMs`. */
  async close(budgetMs: number): Promise<void> {
    this.#closed = true;
    this.#order.close();
    const timer = setTimeout(
      () => this.#giveUp.abort(new PnmLabError("AGENT_STOPPING", "the agent had to stop")),
      budgetMs,
    );
    for (const lease of this.#leases.values()) this.#expire(lease, "the agent stops");
    await Promise.all(this.#aborts);
    clearTimeout(timer);
  }

  #expire(lease: Lease, why: string): void {
    if (!this.#move(lease, "expire")) return;
    clearTimeout(lease.timer);
    this.#options.log.warn(
      { leaseId: lease.id, target: targetText(lease.endpoint) },
      `the test on ${targetText(lease.endpoint)} is ended: ${why}`,
    );
    const abort = this.#abort(lease).finally(() => this.#aborts.delete(abort));
    this.#aborts.add(abort);
  }

  async #abort(lease: Lease): Promise<void> {
    const error = await this.#setAbort(lease);
    this.#move(lease, "settled");
    this.#leases.delete(lease.id);
    if (error) {
      const target = targetText(lease.endpoint);
      this.#options.log.error({ leaseId: lease.id, error }, `the test on ${target} could not be ended`);
    }
    this.#notices.push({
      type: "lease-expired",
      leaseId: lease.id,
      atMs: Date.now(),
      aborted: !error,
      ...(error && { error }),
    });
    this.#tell();
  }

  /**
   * Repeats the SET where it fails: to end a test twice does no harm. Goes past the queues of the
   * backend's requests, for it must not wait behind a device that is slow to answer those.
   */
  async #setAbort({ id, endpoint, abort }: Lease): Promise<ErrorBody | undefined> {
    const { engine, log } = this.#options;
    const { signal } = this.#giveUp;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await auditedSet(engine, log, { leaseId: id }, endpoint, abort, {
          deadlineMs: ABORT_ATTEMPT_MS,
          signal,
          priority: "urgent",
        });
        return undefined;
      } catch (error) {
        if (attempt === ABORT_ATTEMPTS || signal.aborted) return bodyOf(error);
      }
      try {
        await sleep(ABORT_PAUSE_MS * attempt, signal);
      } catch (error) {
        return bodyOf(error);
      }
    }
  }

  #tell(): void {
    while (this.#notices.length > 0 && this.#connection?.send(this.#notices[0]!)) this.#notices.shift();
  }

  #move(lease: Lease, event: LeaseEvent): boolean {
    const next = transition(leaseTransitions, lease.state, event);
    if (next) lease.state = next;
    return next !== undefined;
  }
}

function bodyOf(error: unknown): ErrorBody {
  return error instanceof PnmLabError
    ? error.toBody()
    : { code: "AGENT_INTERNAL", message: messageOf(error) };
}
