/** A pause that ends early when something happens. */
export class Waker {
  #wake: (() => void) | undefined;
  #woken = false;

  /** Ends the pause that runs, or the next one as soon as it begins. */
  wake(): void {
    if (this.#wake === undefined) this.#woken = true;
    else this.#wake();
  }

  /** Resolves after `delayMs` with false, or with true when woken; rejects with the signal's reason when it aborts. */
  pause(delayMs: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      if (this.#woken) {
        this.#woken = false;
        resolve(true);
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
      const finish = (isWoken: boolean) => {
        end();
        resolve(isWoken);
      };
      const timer = setTimeout(finish, delayMs, false);
      this.#wake = () => finish(true);
      signal.addEventListener("abort", onAbort, { once: true });
    });
  }
}
