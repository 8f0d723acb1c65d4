import { isPnmLabError } from "@pnmlab/kit";
import type { SnmpOperation } from "./errors.ts";

/** How many requests there were and what became of them, since the start. */
export interface SnmpCounts {
  /** By operation. */
  readonly requests: Readonly<Record<string, number>>;
  /** By code of the error; those that were cancelled are `cancelled`. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Counts requests of an engine. */
export class SnmpCounters {
  readonly #requests: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};

  get counts(): SnmpCounts {
    return { requests: { ...this.#requests }, errors: { ...this.#errors } };
  }

  began(operation: SnmpOperation): void {
    this.#requests[operation] = (this.#requests[operation] ?? 0) + 1;
  }

  failed(error: unknown): void {
    const code = isPnmLabError(error) ? error.code : "cancelled";
    this.#errors[code] = (this.#errors[code] ?? 0) + 1;
  }
}
