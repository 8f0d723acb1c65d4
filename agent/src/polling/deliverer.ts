import type { LinkConnection } from "@pnmlab/link";
import type { PollDelivery, PollReading } from "@pnmlab/protocol";
import type { PollClock } from "./clock.ts";
import type { Outbox, QueuedReading } from "./outbox.ts";

/** The part of a connection that delivery needs. */
export type DeliveryConnection = Pick<LinkConnection, "send" | "signal">;

export interface DelivererOptions {
  outbox: Outbox;
  clock: PollClock;
  /** A reading that is older when it goes out is late. */
  lateAfterMs: number;
}

/** A batch that is not acknowledged by then goes out again. */
const ACK_MS = 30_000;

/** What a batch holds at most: the backend stores it in one go, and others wait meanwhile. */
const BATCH_READINGS = 200;
const BATCH_BYTES = 128 * 1024;

/** Hands the outbox to the backend in order, one batch at a time. */
export class Deliverer {
  readonly #options: DelivererOptions;
  #connection: DeliveryConnection | undefined;
  /** Last of the batch that is under way. */
  #underWayTo: number | undefined;
  #cancelTimeout: (() => void) | undefined;
  #lastDeliveredAtMs: number | null = null;
  #isClosed = false;

  constructor(options: DelivererOptions) {
    this.#options = options;
  }

  get lastDeliveredAtMs(): number | null {
    return this.#lastDeliveredAtMs;
  }

  /** Delivers to this connection from now on; what was under way on another one goes out again. */
  attach(connection: DeliveryConnection): void {
    this.#connection = connection;
    this.#settled();
    connection.signal.addEventListener("abort", () => {
      if (this.#connection !== connection) return;
      this.#connection = undefined;
      this.#settled();
    });
    this.flush();
  }

  /** Sends the next batch where none is under way; the others follow as they are acknowledged. */
  flush(): void {
    const connection = this.#connection;
    if (!connection || this.#underWayTo !== undefined) return;
    const { outbox, clock } = this.#options;
    const batch = withinBytes(outbox.take(BATCH_READINGS));
    if (batch.length === 0) return;
    const fromSequence = batch[0]!.sequence;
    const toSequence = batch.at(-1)!.sequence;
    const nowMs = clock.nowMs();
    const readings = batch.map((reading) => this.#delivery(reading, nowMs));
    const message = {
      type: "poll-results",
      outboxId: outbox.id,
      fromSequence,
      toSequence,
      readings,
    } as const;
    if (!connection.send(message)) return;
    this.#underWayTo = toSequence;
    this.#cancelTimeout = clock.after(ACK_MS, () => {
      this.#settled();
      this.flush();
    });
  }

  /** The backend has stored everything up to `upTo`. */
  acknowledged(outboxId: string, upTo: number): void {
    const { outbox, clock } = this.#options;
    // After the end, what was delivered is delivered again to nobody: the backend knows it.
    if (this.#isClosed || outboxId !== outbox.id) return;
    outbox.acknowledge(upTo);
    this.#lastDeliveredAtMs = clock.nowMs();
    if (this.#underWayTo !== undefined && upTo < this.#underWayTo) return;
    this.#settled();
    this.flush();
  }

  /** Sends and takes nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#connection = undefined;
    this.#settled();
  }

  #delivery({ sequence, atMs, body }: QueuedReading, nowMs: number): PollDelivery {
    const reading = JSON.parse(body) as PollReading;
    return { ...reading, sequence, late: nowMs - atMs > this.#options.lateAfterMs };
  }

  #settled(): void {
    this.#cancelTimeout?.();
    this.#underWayTo = undefined;
  }
}

function withinBytes(readings: readonly QueuedReading[]): QueuedReading[] {
  let bytes = 0;
  const end = readings.findIndex(({ body }, index) => {
    bytes += body.length;
    return index > 0 && bytes > BATCH_BYTES;
  });
  return end < 0 ? [...readings] : readings.slice(0, end);
}
