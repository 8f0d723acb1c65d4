import { messageOf } from "@pnmlab/kit";
import { type AgentParams, type PollPlans, type PollStatus, pollPlansParamsSchema } from "@pnmlab/protocol";
import type { AgentLog } from "../log.ts";
import { every, type PollClock, systemClock } from "./clock.ts";
import { Deliverer, type DeliveryConnection } from "./deliverer.ts";
import type { Outbox } from "./outbox.ts";
import { type PollSnmp, readDevice } from "./reader.ts";
import { nextAfter, Schedule, type Turn } from "./schedule.ts";

/** How often polling does what, in milliseconds. */
export interface PollTimings {
  planRefreshMs: number;
  flushMs: number;
  heartbeatMs: number;
  cleanUpMs: number;
  checkMs: number;
}

const DEFAULT_POLL_TIMINGS: PollTimings = {
  planRefreshMs: 300_000,
  flushMs: 30_000,
  heartbeatMs: 60_000,
  cleanUpMs: 3_600_000,
  checkMs: 5_000,
};

export interface PollingOptions {
  outbox: Outbox;
  snmp: PollSnmp;
  log: AgentLog;
  timings?: Partial<PollTimings>;
  clock?: PollClock;
}

/** Devices that are read at once: those that do not answer must not hold up the others. */
const MAX_READING = 256;

/** Longest time for one device; never longer than its interval. */
const MAX_DEVICE_MS = 20_000;

/** The first readings of a device are delivered after this time, not only at the next flush. */
const HURRIED_READINGS = 2;
const HURRY_MS = 1_000;

const STORED_PLANS = "plans";

/**
 * Reads devices by the plans of the backend, whether or not it is there, and delivers what they answer.
 * The plans of last time are taken up again after a restart.
 */
export class Polling implements AsyncDisposable {
  readonly #options: PollingOptions;
  readonly #clock: PollClock;
  readonly #timings: PollTimings;
  readonly #schedule = new Schedule();
  readonly #deliverer: Deliverer;
  readonly #stop = new AbortController();
  readonly #endTimers: (() => void)[] = [];
  readonly #starts = new Set<() => void>();
  readonly #reading = new Set<Promise<void>>();
  readonly #waiting: Turn[] = [];
  readonly #startedMs: number;
  #isHurrying = false;
  #revision = "";
  #plans = 0;
  #skipped = 0;
  #lastCleanUpAtMs: number | null = null;
  #connection: DeliveryConnection | undefined;

  constructor(options: PollingOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#timings = { ...DEFAULT_POLL_TIMINGS, ...options.timings };
    this.#startedMs = this.#clock.monotonicMs();
    const { planRefreshMs, flushMs, heartbeatMs, cleanUpMs, checkMs } = this.#timings;
    this.#deliverer = new Deliverer({
      outbox: options.outbox,
      clock: this.#clock,
      lateAfterMs: 2 * flushMs,
    });
    this.#recall();
    const timers: [number, () => void][] = [
      [checkMs, () => this.#check()],
      [flushMs, () => this.#deliverer.flush()],
      [heartbeatMs, () => this.#tellStatus()],
      [planRefreshMs, () => this.#askForPlans()],
      [cleanUpMs, () => this.#cleanUp()],
    ];
    for (const [everyMs, call] of timers) this.#endTimers.push(every(this.#clock, everyMs, call));
    this.#cleanUp();
    this.#check();
  }

  get status(): PollStatus {
    const { outbox } = this.#options;
    return {
      plans: this.#plans,
      devices: this.#schedule.size,
      reading: this.#reading.size,
      waiting: this.#waiting.length,
      skipped: this.#skipped,
      ...outbox.state,
      lastCleanUpAtMs: this.#lastCleanUpAtMs,
      lastDeliveredAtMs: this.#deliverer.lastDeliveredAtMs,
      uptimeMs: Math.round(this.#clock.monotonicMs() - this.#startedMs),
      rssBytes: process.memoryUsage.rss(),
    };
  }

  /** The backend at the other end of `connection` gets what waits, now and from now on. */
  attach(connection: DeliveryConnection): void {
    this.#connection = connection;
    connection.signal.addEventListener("abort", () => {
      if (this.#connection === connection) this.#connection = undefined;
    });
    this.#askForPlans();
    this.#tellStatus();
    this.#deliverer.attach(connection);
  }

  /** Polls by these plans from now on, also after a restart. */
  setPlans(plans: AgentParams<"polling.plans">): void {
    const taken = pollPlansParamsSchema.parse(plans);
    if (taken.revision === this.#revision) return;
    this.#apply(taken);
    this.#options.outbox.keepFact(STORED_PLANS, JSON.stringify(taken));
    this.#options.log.info(
      { revision: taken.revision },
      `polling by ${taken.plans.length} plans, ${this.#schedule.size} devices`,
    );
    this.#check();
  }

  acknowledged({ outboxId, upTo }: AgentParams<"polling.ack">): void {
    this.#deliverer.acknowledged(outboxId, upTo);
  }

  /** Ends what runs, writes what has been read, and hands over what it can. */
  async close(): Promise<void> {
    for (const end of this.#endTimers.splice(0)) end();
    for (const cancel of this.#starts) cancel();
    this.#waiting.length = 0;
    this.#stop.abort(new Error("the agent stops"));
    await Promise.all(this.#reading);
    this.#options.outbox.flush();
    this.#deliverer.flush();
    this.#deliverer.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #recall(): void {
    const stored = this.#options.outbox.fact(STORED_PLANS);
    if (stored === undefined) return;
    try {
      this.#apply(pollPlansParamsSchema.parse(JSON.parse(stored)));
    } catch (error) {
      this.#options.log.warn(
        {},
        `the stored plans cannot be read and are asked for anew: ${messageOf(error)}`,
      );
    }
  }

  #apply({ revision, plans }: PollPlans): void {
    this.#revision = revision;
    this.#plans = plans.length;
    this.#schedule.replace(plans, this.#clock.monotonicMs());
  }

  /** Sets off the turns that come before the next check, each at its own time. */
  #check(): void {
    // What could not be written before, where there was no room.
    this.#options.outbox.flush();
    const nowMs = this.#clock.monotonicMs();
    const due = this.#schedule.dueBefore(nowMs + this.#timings.checkMs, () => {
      this.#skipped += 1;
    });
    for (const turn of due) {
      const delayMs = turn.dueMs - nowMs;
      turn.dueMs = nextAfter(turn, nowMs);
      turn.state = "timed";
      if (delayMs <= 0) {
        this.#begin(turn);
        continue;
      }
      const cancel = this.#clock.after(delayMs, () => {
        this.#starts.delete(cancel);
        this.#begin(turn);
      });
      this.#starts.add(cancel);
    }
  }

  #begin(turn: Turn): void {
    if (!this.#schedule.has(turn) || this.#stop.signal.aborted) return;
    if (this.#reading.size >= MAX_READING) {
      turn.state = "waiting";
      this.#waiting.push(turn);
      return;
    }
    turn.state = "reading";
    const reading = this.#read(turn).finally(() => {
      turn.state = "idle";
      this.#reading.delete(reading);
      this.#beginWaiting();
    });
    this.#reading.add(reading);
  }

  /** Turns of plans that have ended meanwhile take no place: those behind them would wait for ever. */
  #beginWaiting(): void {
    while (this.#reading.size < MAX_READING) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#begin(next);
    }
  }

  async #read(turn: Turn): Promise<void> {
    const { plan, device } = turn;
    const { outbox, snmp } = this.#options;
    const { signal } = this.#stop;
    const limits = { deadlineMs: Math.min(MAX_DEVICE_MS, plan.intervalMs), signal };
    const atMs = this.#clock.nowMs();
    try {
      const result = await readDevice(turn, snmp, () => this.#clock.monotonicMs(), limits);
      if (!this.#schedule.has(turn)) return;
      this.#hurry(turn);
      outbox.append({ planId: plan.id, planVersion: plan.version, device: device.label, atMs, ...result });
    } catch (error) {
      if (!signal.aborted) this.#options.log.error({ err: error }, `${device.label} could not be polled`);
    }
  }

  /** Whoever has made a plan waits for its first readings, and for the first rates. */
  #hurry(turn: Turn): void {
    if (turn.readings >= HURRIED_READINGS) return;
    turn.readings += 1;
    if (this.#isHurrying) return;
    this.#isHurrying = true;
    const cancel = this.#clock.after(HURRY_MS, () => {
      this.#starts.delete(cancel);
      this.#isHurrying = false;
      this.#deliverer.flush();
    });
    this.#starts.add(cancel);
  }

  #askForPlans(): void {
    this.#connection?.send({ type: "poll-refresh", revision: this.#revision });
  }

  #tellStatus(): void {
    this.#connection?.send({ type: "poll-status", ...this.status });
  }

  #cleanUp(): void {
    this.#options.outbox.cleanUp(this.#clock.nowMs());
    this.#lastCleanUpAtMs = this.#clock.nowMs();
  }
}
