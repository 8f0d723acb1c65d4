import type { Priority } from "./exchange.ts";

/** A place among the requests that are on their way; given back by `release`. */
export interface Turn {
  release(): void;
}

export interface TurnRequest {
  /** Name of the device. */
  key: string;
  /** Requests that may be on their way to this device at once. */
  maxOutstanding: number;
  priority: Priority;
  /** Longest wait in milliseconds. */
  maxWaitMs: number;
  signal?: AbortSignal | undefined;
}

export interface SchedulerOptions {
  /** Requests on their way at once, over all devices. */
  maxTotal?: number;
}

type Class = "interactive" | "batch";

interface Waiter {
  isOver: boolean;
  start: () => void;
}

interface Device {
  key: string;
  maxOutstanding: number;
  running: Record<Class, number>;
  waiting: Record<Class, Waiter[]>;
  /** Whether it stands in the ring of the class. */
  isListed: Record<Class, boolean>;
  /** Interactive requests since the last batch one. */
  streak: number;
  /** When the next batch request may go although the streak is short: nobody has asked for a while then. */
  quietAtMs: number;
  wake: NodeJS.Timeout | undefined;
}

interface Running {
  startMs: number;
  priority: Class;
}

/** Interactive turns in a row after which a batch request that waits has its turn. */
const INTERACTIVE_STREAK = 7;
/**
 * How long a device is left to those who have just had an answer of it: who asks one thing after the other would
 * else find a batch request on its way each time.
 */
const QUIET_MS = 2;
/** Share of the places that batch requests leave to interactive ones. */
const INTERACTIVE_SHARE = 0.25;
/** Of the agent's places no more than these: people wait for few requests at a time. */
const MAX_KEPT_PLACES = 4;
/**
 * A request that has not been answered for this long is more likely lost than on its way. It keeps its
 * device's place but no longer one of the agent's: devices that are dead must not hold up those that live.
 */
const PARK_AFTER_MS = 50;
/** Requests that may wait for silent devices at once. */
const MAX_PARKED = 2_048;

/**
 * Gives requests their turns, one request PDU at a time: a walk asks for one turn after the other, so that
 * a single GET never waits for more than one PDU of it. Devices take turns in a ring, interactive
 * requests go before batch ones, and each class keeps a share.
 */
export class Scheduler {
  readonly #maxTotal: number;
  readonly #maxBatch: number;
  readonly #devices = new Map<string, Device>();
  readonly #rings: Record<Class, Device[]> = { interactive: [], batch: [] };
  /** Those that count, in the order of their start. */
  readonly #running = new Set<Running>();
  #parked = 0;
  #runningBatch = 0;
  #waiting = 0;
  #streak = 0;
  #parkTimer: NodeJS.Timeout | undefined;

  constructor({ maxTotal = 64 }: SchedulerOptions = {}) {
    this.#maxTotal = maxTotal;
    const kept = Math.min(MAX_KEPT_PLACES, Math.floor(maxTotal * INTERACTIVE_SHARE));
    this.#maxBatch = Math.max(1, maxTotal - kept);
  }

  /** Requests on their way, and requests that wait for their turn. */
  get load(): { running: number; waiting: number } {
    return { running: this.#running.size + this.#parked, waiting: this.#waiting };
  }

  /**
   * Resolves with a turn, or with undefined where none came within `maxWaitMs`. Rejects with the
   * signal's reason. `urgent` requests do not wait.
   */
  turn(request: TurnRequest): Promise<Turn | undefined> | Turn {
    const { key, maxOutstanding, priority, signal } = request;
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (priority === "urgent") return { release: () => {} };
    const device = this.#deviceOf(key, maxOutstanding);
    if (this.#waiting === 0 && this.#canRun(device, priority)) return this.#begin(device, priority);
    return this.#wait(device, priority, request);
  }

  #wait(device: Device, priority: Class, { maxWaitMs, signal }: TurnRequest): Promise<Turn | undefined> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        waiter.isOver = true;
        this.#waiting -= 1;
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = {
        isOver: false,
        start: () => {
          stop();
          resolve(this.#begin(device, priority));
        },
      };
      const onAbort = () => {
        stop();
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          stop();
          resolve(undefined);
        },
        Math.max(0, maxWaitMs),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting += 1;
      device.waiting[priority].push(waiter);
      this.#list(device, priority);
      this.#pump();
    });
  }

  #deviceOf(key: string, maxOutstanding: number): Device {
    let device = this.#devices.get(key);
    if (!device) {
      device = {
        key,
        maxOutstanding,
        running: { interactive: 0, batch: 0 },
        waiting: { interactive: [], batch: [] },
        isListed: { interactive: false, batch: false },
        streak: 0,
        quietAtMs: 0,
        wake: undefined,
      };
      this.#devices.set(key, device);
    }
    device.maxOutstanding = maxOutstanding;
    return device;
  }

  #canRun(device: Device, priority: Class): boolean {
    return this.#hasPlace(priority) && hasPlaceAt(device, priority);
  }

  #hasPlace(priority: Class): boolean {
    if (this.#running.size >= this.#maxTotal) return false;
    return priority === "interactive" || this.#runningBatch < this.#maxBatch;
  }

  #begin(device: Device, priority: Class): Turn {
    const running: Running = { startMs: performance.now(), priority };
    this.#running.add(running);
    device.running[priority] += 1;
    device.streak = priority === "interactive" ? device.streak + 1 : 0;
    if (priority === "batch") this.#runningBatch += 1;
    let isReleased = false;
    return {
      release: () => {
        if (isReleased) return;
        isReleased = true;
        if (this.#running.delete(running)) {
          if (priority === "batch") this.#runningBatch -= 1;
        } else {
          this.#parked -= 1;
        }
        device.running[priority] -= 1;
        if (priority === "interactive") device.quietAtMs = performance.now() + QUIET_MS;
        this.#freed(device);
      },
    };
  }

  #freed(device: Device): void {
    trim(device.waiting.interactive);
    trim(device.waiting.batch);
    if (this.#waiting === 0) {
      this.#forgetIdle(device);
      return;
    }
    for (const priority of ["interactive", "batch"] as const) this.#list(device, priority);
    this.#forgetIdle(device);
    this.#pump();
  }

  #forgetIdle(device: Device): void {
    const { running, waiting, isListed } = device;
    if (running.interactive + running.batch > 0 || isListed.interactive || isListed.batch) return;
    if (waiting.interactive.length + waiting.batch.length === 0) this.#devices.delete(device.key);
  }

  #list(device: Device, priority: Class): void {
    if (device.isListed[priority] || device.waiting[priority].length === 0) return;
    if (!hasPlaceAt(device, priority)) {
      if (priority === "batch") this.#wakeWhenQuiet(device);
      return;
    }
    device.isListed[priority] = true;
    this.#rings[priority].push(device);
  }

  #wakeWhenQuiet(device: Device): void {
    const inMs = device.quietAtMs - performance.now();
    if (device.wake || inMs <= 0) return;
    device.wake = setTimeout(() => {
      device.wake = undefined;
      this.#list(device, "batch");
      this.#pump();
    }, Math.ceil(inMs));
  }

  #pump(): void {
    while (this.#waiting > 0) {
      const priority = this.#nextClass();
      if (!priority) break;
      const device = this.#rings[priority].shift()!;
      device.isListed[priority] = false;
      const waiter = nextWaiter(device.waiting[priority]);
      if (waiter && !hasPlaceAt(device, priority)) device.waiting[priority].unshift(waiter);
      else if (waiter) {
        this.#streak = priority === "interactive" ? this.#streak + 1 : 0;
        waiter.start();
      }
      this.#list(device, priority);
      this.#forgetIdle(device);
    }
    if (this.#waiting > 0 && this.#running.size > 0) this.#parkLater();
  }

  #nextClass(): Class | undefined {
    const { interactive, batch } = this.#rings;
    const hasBatch = batch.length > 0 && this.#hasPlace("batch");
    if (interactive.length > 0 && this.#hasPlace("interactive")) {
      return hasBatch && this.#streak >= INTERACTIVE_STREAK ? "batch" : "interactive";
    }
    return hasBatch ? "batch" : undefined;
  }

  #parkLater(): void {
    if (this.#parkTimer || this.#parked >= MAX_PARKED) return;
    const [oldest] = this.#running;
    const inMs = Math.max(1, oldest!.startMs + PARK_AFTER_MS - performance.now());
    this.#parkTimer = setTimeout(() => {
      this.#parkTimer = undefined;
      this.#parkSilent();
      this.#pump();
    }, inMs);
    this.#parkTimer.unref();
  }

  #parkSilent(): void {
    const before = performance.now() - PARK_AFTER_MS;
    for (const running of this.#running) {
      if (running.startMs > before || this.#parked >= MAX_PARKED) return;
      this.#running.delete(running);
      if (running.priority === "batch") this.#runningBatch -= 1;
      this.#parked += 1;
    }
  }
}

function hasPlaceAt({ running, maxOutstanding, streak, quietAtMs }: Device, priority: Class): boolean {
  if (running.interactive + running.batch >= maxOutstanding) return false;
  if (priority === "interactive") return true;
  if (streak < INTERACTIVE_STREAK && performance.now() < quietAtMs) return false;
  const share = Math.floor(maxOutstanding * INTERACTIVE_SHARE);
  return running.batch < Math.max(1, maxOutstanding - share);
}

function nextWaiter(waiting: Waiter[]): Waiter | undefined {
  trim(waiting);
  return waiting.shift();
}

/** Drops those in front whose wait has ended. */
function trim(waiting: Waiter[]): void {
  while (waiting[0]?.isOver) waiting.shift();
}
