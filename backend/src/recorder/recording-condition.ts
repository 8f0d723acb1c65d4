import { messageOf } from "@pnmlab/kit";
import { isDiskFull } from "../health/disk-space.ts";
import type { RecorderOptions } from "./recorder-options.ts";

/** How long after a failed write the next one is tried. */
const RETRY_MS = 5000;
/** The disk is left this much for the database and what comes in. */
const LEAST_FREE_BYTES = 64 * 1024 * 1024;

type ConditionOptions = Pick<RecorderOptions, "dataDir" | "maxBytes" | "freeBytes" | "log" | "now">;

/** Whether frames can be recorded now, why not, and how many were not. */
export class RecordingCondition {
  readonly #options: ConditionOptions;
  #writeFailure: string | undefined;
  #noRoom: string | undefined;
  #retryAtMs = 0;
  #missed = 0;

  constructor(options: ConditionOptions) {
    this.#options = options;
  }

  /** Why nothing is recorded now, in one sentence; null where all is well. */
  get failure(): string | null {
    return this.#noRoom ?? this.#writeFailure ?? null;
  }

  /** Why there is no room; undefined where there is. */
  get noRoom(): string | undefined {
    return this.#noRoom;
  }

  /** Whether a write has failed so lately that the next one is not tried yet. */
  get isWaiting(): boolean {
    const waitMs = this.#retryAtMs - this.#options.now();
    // Further away it lies where the clock was set back.
    return waitMs > 0 && waitMs <= RETRY_MS;
  }

  get isHindered(): boolean {
    return this.#noRoom !== undefined || this.isWaiting;
  }

  /** A frame was not recorded. */
  missed(): void {
    this.#missed += 1;
  }

  failed(error: unknown): void {
    const { now, dataDir, log } = this.#options;
    const why = isDiskFull(error) ? `the disk of ${dataDir} is full` : messageOf(error);
    if (this.#writeFailure === undefined) log.warn(`nothing is recorded: ${why}`);
    this.#writeFailure = `nothing is recorded: ${why}; it is tried again every ${RETRY_MS / 1000} s`;
    this.#retryAtMs = now() + RETRY_MS;
  }

  /** The disk has taken a write. */
  written(): void {
    if (this.#writeFailure === undefined) return;
    this.#writeFailure = undefined;
    this.#options.log.info(this.#resumed());
  }

  /** Looks whether the disk and PNMLAB_RECORDINGS_MAX_MB leave room beside what was kept. */
  async look(keptBytes: number): Promise<void> {
    const { maxBytes, freeBytes, dataDir, log } = this.#options;
    const before = this.#noRoom;
    const free = await freeBytes().catch(() => Number.POSITIVE_INFINITY);
    if (free < LEAST_FREE_BYTES) {
      this.#noRoom = `nothing is recorded: the disk of ${dataDir} is full; free some space`;
    } else if (keptBytes >= maxBytes) {
      this.#noRoom = `nothing is recorded: what was kept takes all of the ${Math.round(maxBytes / 1e6)} MB that PNMLAB_RECORDINGS_MAX_MB allows; remove recordings, or allow more`;
    } else {
      this.#noRoom = undefined;
    }
    if (this.#noRoom !== before) log.warn(this.#noRoom ?? this.#resumed());
  }

  #resumed(): string {
    const missed = this.#missed;
    this.#missed = 0;
    return `frames are recorded again; ${missed} were not`;
  }
}
