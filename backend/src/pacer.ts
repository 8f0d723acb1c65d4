export interface PacerOptions<Value> {
  /** Least time between two values of one key, in milliseconds. */
  everyMs: number;
  publish: (value: Value) => void;
}

/**
 * Lets the first value of each key through at once and after it at most one in `everyMs`: the newest. What
 * was told last is always the newest there is, at most `everyMs` late.
 */
export class Pacer<Value> implements Disposable {
  readonly #options: PacerOptions<Value>;
  /** Keys that were published within `everyMs`, each with what has come since. */
  readonly #waiting = new Map<string, { newest: { value: Value } | undefined; timer: NodeJS.Timeout }>();

  constructor(options: PacerOptions<Value>) {
    this.#options = options;
  }

  push(key: string, value: Value): void {
    const entry = this.#waiting.get(key);
    if (entry) entry.newest = { value };
    else this.#publish(key, value);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #publish(key: string, value: Value): void {
    const { everyMs, publish } = this.#options;
    this.#waiting.set(key, { newest: undefined, timer: setTimeout(() => this.#due(key), everyMs) });
    publish(value);
  }

  #due(key: string): void {
    const newest = this.#waiting.get(key)?.newest;
    this.#waiting.delete(key);
    if (newest) this.#publish(key, newest.value);
  }
}
