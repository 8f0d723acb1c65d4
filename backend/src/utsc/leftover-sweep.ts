import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { FileCleaner, StoredSession } from "../contracts.ts";
import { OWN_PREFIX } from "./file-name.ts";

const SWEEP_MS = 10 * 60_000;

export interface LeftoverSweepOptions {
  cleaner: FileCleaner;
  log: Logger;
  ownerOf(fileName: string): StoredSession | undefined;
}

/**
 * Removes files that a crash has left. Those of a settled session go at once. Those of a session that is
 * not in our store could belong to another installation with the same TFTP directory, which consumes its
 * own within seconds: they go when they have lain there from one sweep to the next.
 */
export class LeftoverSweep {
  readonly #options: LeftoverSweepOptions;
  #strange: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeftoverSweepOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.sweep();
    this.#timer = setInterval(() => {
      this.#running = this.sweep();
    }, SWEEP_MS);
  }

  async sweep(): Promise<void> {
    const { cleaner, log, ownerOf } = this.#options;
    try {
      const strange = new Set<string>();
      for (const fileName of await cleaner.list(OWN_PREFIX)) {
        const owner = ownerOf(fileName);
        const isLeft = owner === undefined ? this.#strange.has(fileName) : owner.settled;
        if (isLeft) await cleaner.remove(fileName);
        else if (owner === undefined) strange.add(fileName);
      }
      this.#strange = strange;
    } catch (error) {
      log.warn(`leftover capture files could not be listed: ${messageOf(error)}`);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
