import type { RoundTripFigures } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";

type Work = "statusPoll" | "configuration";

/**
 * Counts the SNMP requests of a session's work and the time that their answers take, without any of its own. The
 * pieces of work follow each other.
 */
export class RoundTrips {
  readonly #newest = new Map<Work, RoundTripFigures>();
  #requests = 0;
  #durationMs = 0;

  /** What the newest piece of this work took; undefined before the first. */
  newest(work: Work): RoundTripFigures | undefined {
    return this.#newest.get(work);
  }

  /** `gateway`, with its requests counted. */
  counting(gateway: SnmpGateway): SnmpGateway {
    return {
      get: (...args) => this.#timed(() => gateway.get(...args)),
      set: (...args) => this.#timed(() => gateway.set(...args)),
      walk: (...args) => this.#timed(() => gateway.walk(...args)),
      reach: (target) => gateway.reach(target),
      get available() {
        return gateway.available;
      },
      get sentence() {
        return gateway.sentence;
      },
      onAvailabilityChange: (listener) => gateway.onAvailabilityChange(listener),
    };
  }

  /** Runs a piece of work and notes what it took, be it done or not. */
  async of<T>(work: Work, run: () => Promise<T>): Promise<T> {
    this.#requests = 0;
    this.#durationMs = 0;
    try {
      return await run();
    } finally {
      this.#newest.set(work, {
        requests: this.#requests,
        durationMs: this.#durationMs,
        at: new Date().toISOString(),
      });
    }
  }

  async #timed<T>(request: () => Promise<T>): Promise<T> {
    const startMs = performance.now();
    try {
      return await request();
    } finally {
      this.#requests += 1;
      this.#durationMs += performance.now() - startMs;
    }
  }
}
