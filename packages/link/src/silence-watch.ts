/**
 * Calls back once when nothing was heard for a while. Where this process itself stood still, words may
 * wait in the socket while the timer is already due: they are read before silence is believed.
 */
export class SilenceWatch implements Disposable {
  readonly #onSilence: () => void;
  readonly #timer: NodeJS.Timeout;
  #words = 0;
  #stopped = false;

  constructor(silenceMs: number, onSilence: () => void) {
    this.#onSilence = onSilence;
    this.#timer = setTimeout(() => this.#check(), silenceMs);
  }

  heard(): void {
    this.#words += 1;
    if (!this.#stopped) this.#timer.refresh();
  }

  [Symbol.dispose](): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #check(): void {
    const wordsBefore = this.#words;
    // Two rounds: the first may still run before the sockets of this round of the event loop are read.
    setImmediate(() =>
      setImmediate(() => {
        if (this.#stopped || this.#words !== wordsBefore) return;
        this[Symbol.dispose]();
        this.#onSilence();
      }),
    );
  }
}
