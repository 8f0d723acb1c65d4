/** Three beats fit into the silence below, so that one lost beat does not end a good connection. */
export const HEARTBEAT_MS = 600;

/** Silence after which an agent counts as lost; with the way to the browser, the page knows within 2 s. */
export const SILENCE_MS = 1800;

export interface HeartbeatOptions {
  /** Asks the other side for a word. */
  beat: () => void;
  /** Nothing was heard for `SILENCE_MS`. Called once. */
  onSilent: () => void;
}

/** Watches that the other side of a connection keeps talking; any word counts, not only the answer to a beat. */
export class Heartbeat implements Disposable {
  readonly #options: HeartbeatOptions;
  readonly #beats: NodeJS.Timeout;
  readonly #silence: NodeJS.Timeout;
  #words = 0;
  #stopped = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#beats = setInterval(() => options.beat(), HEARTBEAT_MS);
    this.#silence = setTimeout(() => this.#check(), SILENCE_MS);
    options.beat();
  }

  heard(): void {
    this.#words += 1;
    this.#silence.refresh();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    clearInterval(this.#beats);
    clearTimeout(this.#silence);
  }

  /**
   * Where this process itself stood still, words may wait in the socket while the timer is already due:
   * they are read before silence is believed.
   */
  #check(): void {
    const wordsBefore = this.#words;
    setImmediate(() => {
      setImmediate(() => {
        if (this.#stopped || this.#words !== wordsBefore) return;
        this[Symbol.dispose]();
        this.#options.onSilent();
      });
    });
  }
}
