/** At most four updates a second of what merely counts on. */
const MIN_INTERVAL_MS = 250;

/**
 * Publishes snapshots: at once where something happened, else at most four times a second, and never the
 * same one twice in a row.
 */
export class PublishThrottle {
  readonly #publish: () => void;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(publish: () => void) {
    this.#publish = publish;
  }

  now(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastAtMs = performance.now();
    this.#publish();
  }

  soon(): void {
    if (this.#timer !== undefined) return;
    const waitMs = this.#lastAtMs + MIN_INTERVAL_MS - performance.now();
    if (waitMs <= 0) this.now();
    else this.#timer = setTimeout(() => this.now(), waitMs);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
