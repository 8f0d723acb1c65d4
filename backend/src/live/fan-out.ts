import type { Logger } from "@pnmlab/config";
import { messageOf } from "@pnmlab/kit";
import type { SpectrumFrame, UtscSession } from "@pnmlab/protocol";
import type { LivePublisher } from "../contracts.ts";

/**
 * Gives what sessions publish to several takers, in their order. A taker that throws is named in the log and
 * keeps nothing from the others, nor from the session. The frames are shared: no taker may change one.
 */
export class FanOutPublisher implements LivePublisher {
  readonly #takers: readonly LivePublisher[];
  readonly #log: Logger;

  constructor(takers: readonly LivePublisher[], log: Logger) {
    this.#takers = takers;
    this.#log = log;
  }

  publishSession(session: UtscSession): void {
    this.#each((taker) => taker.publishSession(session));
  }

  publishFrame(sessionId: string, frame: SpectrumFrame): void {
    this.#each((taker) => taker.publishFrame(sessionId, frame));
  }

  #each(give: (taker: LivePublisher) => void): void {
    for (const taker of this.#takers) {
      try {
        give(taker);
      } catch (error) {
        this.#log.error({ err: error }, `what a session published was not taken: ${messageOf(error)}`);
      }
    }
  }
}
