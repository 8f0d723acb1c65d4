/** A pause that ends early when something happens. */
export class Waker {
  #wake: (() => void) | undefined;
  #woken = false;

  /** Ends the pause that runs, or the next one as soon as it begins. */
  wake(): void {
    if (this.#wake === undefined) this.#woken = true;
    else this.#wake();
  }

  /** Resolves after `delayMs` or when woken; rejects with the signal's reason when it aborts. */
  pause(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      if (this.#woken) {
        this.#woken = false;
        resolve();
        return;
      }
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        this.#wake = undefined;
      };
      const onAbort = () => {
        end();
        reject(signal.reason as Error);
      };
      const wake = () => {
        end();
        resolve();
      };
      const timer = setTimeout(wake, delayMs);
      this.#wake = wake;
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
