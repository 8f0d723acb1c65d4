import type { SnmpTarget, Varbind } from "@pnmlab/protocol";
import type { LeaseGateway } from "../contracts.ts";

/**
 * The lease on a running test: granted before the test starts and renewed at a third of its time, so that
 * the agent ends the test when this program or the link has died.
 */
export class Lease {
  readonly #leases: LeaseGateway;
  readonly #leaseId: string;
  readonly #ttlMs: number;
  readonly #target: SnmpTarget;
  #abort: Varbind[] | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(leases: LeaseGateway, leaseId: string, ttlMs: number, target: SnmpTarget) {
    this.#leases = leases;
    this.#leaseId = leaseId;
    this.#ttlMs = ttlMs;
    this.#target = target;
  }

  get id(): string {
    return this.#leaseId;
  }

  async grant(abort: Varbind[]): Promise<void> {
    this.#abort = abort;
    await this.#renew();
    this.#timer ??= setInterval(() => {
      // A lost agent shows in the control loop; it is granted anew when the agent is back.
      this.#renew().catch(() => {});
    }, this.#ttlMs / 3);
  }

  async release(): Promise<void> {
    this.close();
    if (this.#abort === undefined) return;
    this.#abort = undefined;
    await this.#leases.release(this.#leaseId);
  }

  /** Ends the renewals and leaves the lease to run out. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    await this.#leases.grant({
      leaseId: this.#leaseId,
      ttlMs: this.#ttlMs,
      target: this.#target,
      abort: this.#abort!,
    });
  }
}
