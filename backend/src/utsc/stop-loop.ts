import { backoffDelayMs, isPnmLabError, PnmLabError } from "@pnmlab/kit";
import type { MeasStatus, SnmpTarget } from "@pnmlab/protocol";
import type { StoredSession } from "../contracts.ts";
import { clearPort } from "./clear-port.ts";
import { filePrefixOf } from "./file-name.ts";
import type { Lease } from "./lease.ts";
import type { SessionSurroundings } from "./surroundings.ts";
import { Waker } from "./waker.ts";

export interface StopLoopOptions {
  around: SessionSurroundings;
  target: SnmpTarget;
  stored: StoredSession;
  cfgIndex: number | undefined;
  unmarkedCfgIndex: number | undefined;
  lease: Lease;
  onStatus(measStatus: MeasStatus | undefined): void;
  onSettled(outcome: "clear" | "foreign"): void;
  onFailure(error: unknown): void;
}

const RETRY = { baseMs: 1000, maxMs: 30_000 };

/**
 * Brings the CMTS and the TFTP directory to where nothing is left of a session, however often it takes: a
 * stop that meets a lost agent or a silent CMTS is carried out when they are back.
 */
export class StopLoop {
  readonly #options: StopLoopOptions;
  readonly #abort = new AbortController();
  readonly #waker = new Waker();
  #attempted = Promise.withResolvers<void>();
  #loop: Promise<void> | undefined;
  #settled = false;

  constructor(options: StopLoopOptions) {
    this.#options = options;
  }

  /** Resolves at the end of an attempt that begins now, whether it settled the session or failed. */
  attempt(): Promise<void> {
    if (this.#settled) return Promise.resolve();
    if (this.#loop === undefined) this.#loop = this.#run();
    else this.wake();
    return this.#attempted.promise;
  }

  /** Tries at once instead of after the pause. */
  wake(): void {
    this.#waker.wake();
  }

  async close(): Promise<void> {
    this.#abort.abort(new PnmLabError("CLOSED", "the backend is closing"));
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    for (let attempt = 0; !signal.aborted && !this.#settled; attempt += 1) {
      try {
        const outcome = await this.#clear(signal);
        this.#settled = true;
        this.#options.onSettled(outcome);
      } catch (error) {
        if (!signal.aborted) this.#options.onFailure(error);
      }
      this.#attempted.resolve();
      this.#attempted = Promise.withResolvers();
      if (!this.#settled) await this.#waker.pause(backoffDelayMs(attempt, RETRY), signal).catch(() => {});
    }
    this.#attempted.resolve();
  }

  async #clear(signal: AbortSignal): Promise<"clear" | "foreign"> {
    const { around, target, stored, cfgIndex, unmarkedCfgIndex, lease, onStatus } = this.#options;
    const { snmp, cleaner } = around;
    if (!snmp.available) throw new PnmLabError("AGENT_UNAVAILABLE", snmp.sentence, { retryable: true });
    const outcome = await clearPort(
      { snmp, target, signal, onStatus },
      { rfPortIfIndex: stored.rfPortIfIndex, sessionId: stored.id, cfgIndex, unmarkedCfgIndex },
    );
    await lease.release().catch((error: unknown) => {
      // Without the agent the lease runs out by itself and aborts a test that has ended.
      if (!isPnmLabError(error)) throw error;
    });
    const trouble = await around.lookAtStorage?.();
    // What cannot be listed is not said to be removed.
    if (trouble !== undefined && !trouble.isReadable) {
      throw new PnmLabError(
        "UTSC_TFTP_DIRECTORY",
        `the CMTS is idle, but files may be left: TFTP directory: ${trouble.found}`,
        { retryable: true },
      );
    }
    for (const fileName of await cleaner.list(filePrefixOf(stored.id))) await cleaner.remove(fileName);
    return outcome;
  }
}
