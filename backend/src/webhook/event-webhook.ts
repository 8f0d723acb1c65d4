import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "@pnmlab/config";
import { backoffDelayMs, isPnmLabError, sleep } from "@pnmlab/kit";
import {
  type EventNotice,
  type EventSeverity,
  type PlantEvent,
  severitySchema,
  type WebhookState,
} from "@pnmlab/protocol";
import { noticeOf } from "./notice.ts";
import { type Posted, postJson } from "./post.ts";

export interface WebhookLimits {
  /** Notices that wait at most; beyond them the oldest are given up. */
  mostWaiting: number;
  /** Attempts for one notice. */
  attempts: number;
  timeoutMs: number;
  backoff: { baseMs: number; maxMs: number };
}

/** A receiver that is away for three minutes misses nothing that fits the queue. */
const LIMITS: WebhookLimits = {
  mostWaiting: 1000,
  attempts: 10,
  timeoutMs: 10_000,
  backoff: { baseMs: 1000, maxMs: 120_000 },
};

export interface EventWebhookOptions {
  /** Where to, read anew for each attempt; a secret. @throws PnmLabError `WEBHOOK_URL_INVALID` */
  url: () => URL;
  leastSeverity: EventSeverity;
  /** Events that are raised as the backend starts: what is of them was told before. */
  raised: readonly PlantEvent[];
  /** Address of the page; empty where nobody said. */
  publicUrl: string;
  userAgent: string;
  log: Logger;
  now: () => number;
  limits?: Partial<WebhookLimits>;
}

/**
 * Tells another program when events are raised and cleared: one notice at a time in their order, tried again with
 * growing pauses. Taking an event costs no more than a place in a bounded queue.
 */
export class EventWebhook implements AsyncDisposable {
  readonly #options: EventWebhookOptions;
  readonly #limits: WebhookLimits;
  /** Ids of events that are raised and were told. */
  readonly #told: Set<string>;
  readonly #waiting: EventNotice[] = [];
  readonly #stop = new AbortController();
  #working: Promise<void> | undefined;
  #delivered = 0;
  #retries = 0;
  #givenUp = 0;
  #lastDeliveredAtMs: number | undefined;
  #failure: { atMs: number; reason: string } | undefined;
  #isTried = false;

  constructor(options: EventWebhookOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#told = new Set(options.raised.filter((event) => this.#isWanted(event)).map(({ id }) => id));
    this.#lookAtAddress();
  }

  /** Takes an event as it stands; only its raising and its clearing are told. Returns at once and never throws. */
  take(event: PlantEvent): void {
    const { id, state } = event;
    if (state === "raised") {
      // One that has grown to the severity that is asked for, or is no longer muted, is news now.
      if (this.#told.has(id) || !this.#isWanted(event)) return;
      this.#told.add(id);
      this.#push("raised", event);
    } else if (this.#told.delete(id)) this.#push("cleared", event);
  }

  state(): WebhookState {
    const { leastSeverity } = this.#options;
    this.#lookAtAddress();
    const failure = this.#failure;
    return {
      isOn: true,
      leastSeverity,
      delivered: this.#delivered,
      waiting: this.#waiting.length,
      retries: this.#retries,
      givenUp: this.#givenUp,
      lastDeliveredAt: textOf(this.#lastDeliveredAtMs),
      failure: failure ? { at: textOf(failure.atMs)!, reason: failure.reason } : null,
      sentence: this.#sentence(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the backend is stopping"));
    await this.#working;
    const left = this.#waiting.length;
    if (left > 0)
      this.#options.log.warn(`the backend stops before the event webhook has taken ${notices(left)}`);
  }

  #isWanted({ severity, muted }: PlantEvent): boolean {
    const order = severitySchema.options;
    return !muted && order.indexOf(severity) >= order.indexOf(this.#options.leastSeverity);
  }

  #push(change: EventNotice["change"], event: PlantEvent): void {
    if (this.#stop.signal.aborted) return;
    const { now, publicUrl, log } = this.#options;
    this.#waiting.push(noticeOf(change, event, { atMs: now(), publicUrl }));
    if (this.#waiting.length > this.#limits.mostWaiting) {
      this.#waiting.shift();
      if (this.#givenUp === 0) log.warn("the event webhook is too slow: its oldest notices are given up");
      this.#givenUp += 1;
    }
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async #work(): Promise<void> {
    // Whoever told of the event goes on first.
    await nextTurn();
    for (;;) {
      const notice = this.#waiting[0];
      if (notice === undefined || this.#stop.signal.aborted) return;
      const isDone = await this.#deliver(notice);
      if (this.#stop.signal.aborted) return;
      // It may have been given up meanwhile, because too many wait.
      if (this.#waiting[0] === notice) {
        this.#waiting.shift();
        if (!isDone) this.#givenUp += 1;
      }
    }
  }

  /** Whether it was taken in the end. */
  async #deliver(notice: EventNotice): Promise<boolean> {
    const { attempts, backoff } = this.#limits;
    const { log, now } = this.#options;
    const body = JSON.stringify(notice);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      if (attempt > 0) {
        this.#retries += 1;
        await sleep(backoffDelayMs(attempt - 1, backoff), this.#stop.signal).catch(() => undefined);
        if (this.#stop.signal.aborted || this.#waiting[0] !== notice) return false;
      }
      const posted = await this.#post(body);
      if (this.#stop.signal.aborted) return false;
      if (posted.ok) {
        this.#delivered += 1;
        this.#lastDeliveredAtMs = now();
        if (this.#failure) log.info("the event webhook takes notices again");
        this.#failure = undefined;
        return true;
      }
      if (!this.#failure) log.warn(`the event webhook ${posted.reason}`);
      this.#failure = { atMs: now(), reason: posted.reason };
      if (posted.isFinal) break;
    }
    log.warn(
      `the notice of event ${notice.event.number} (${notice.change}) is given up: the event webhook ${this.#failure!.reason}`,
    );
    return false;
  }

  /** Until the first attempt tells more: a wrong address is known before an event is lost by it. */
  #lookAtAddress(): void {
    if (this.#isTried) return;
    const { url, log, now } = this.#options;
    let reason: string | undefined;
    try {
      url();
    } catch (error) {
      reason = reasonOf(error);
    }
    if (reason === this.#failure?.reason) return;
    if (reason !== undefined) log.warn(`the event webhook ${reason}`);
    this.#failure = reason === undefined ? undefined : { atMs: now(), reason };
  }

  async #post(body: string): Promise<Posted> {
    const { url, userAgent } = this.#options;
    this.#isTried = true;
    try {
      const { timeoutMs } = this.#limits;
      return await postJson(url(), body, { timeoutMs, signal: this.#stop.signal, userAgent });
    } catch (error) {
      return { ok: false, reason: reasonOf(error), isFinal: false };
    }
  }

  #sentence(): string {
    const waiting = this.#waiting.length;
    const past = [
      `${this.#delivered} taken`,
      `${waiting} waiting`,
      `${this.#retries} tried again`,
      `${this.#givenUp} given up`,
    ].join(", ");
    const counts = `notices of events since the start: ${past}`;
    if (this.#failure === undefined) {
      const isProven = this.#lastDeliveredAtMs !== undefined;
      return `${isProven ? "the event webhook works" : "the event webhook has taken no notice yet"}; ${counts}`;
    }
    const { reason, atMs } = this.#failure;
    return `the event webhook ${reason} at ${textOf(atMs)}; ${counts}`;
  }
}

/** Other errors may hold the address. */
function reasonOf(error: unknown): string {
  return isPnmLabError(error, "WEBHOOK_URL_INVALID") ? error.message : "could not be asked";
}

function textOf(atMs: number): string;
function textOf(atMs: number | undefined): string | null;
function textOf(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}

function notices(count: number): string {
  return `${count} ${count === 1 ? "notice" : "notices"}`;
}
