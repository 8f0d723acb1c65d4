import { RepeatCounter } from "@pnmlab/link";
import type { AgentRefusalCode } from "@pnmlab/protocol";

export interface Refusal {
  name: string;
  address: string;
  code: AgentRefusalCode;
  /** A few words for the sentence, for example `token mismatch`. */
  reason: string;
  count: number;
  firstAtMs: number;
  lastAtMs: number;
}

/** Refusals end when nothing was refused for this long; above the longest pause between an agent's attempts. */
const QUIET_MS = 120_000;

/** Strangers can make refusals without a token; more pairs of name and address than this are not kept. */
const MAX_PAIRS = 64;

interface Entry {
  refusal: Refusal;
  counter: RepeatCounter;
}

/** Counts refused attempts of agents by name and address. */
export class RefusalBook {
  /** Least recently refused first. */
  readonly #entries = new Map<string, Entry>();

  record(
    attempt: Pick<Refusal, "name" | "address" | "code" | "reason">,
    nowMs: number,
  ): { refusal: Refusal; worthLogging: boolean } {
    const key = keyOf(attempt.name, attempt.address);
    const counter = this.#entries.get(key)?.counter ?? new RepeatCounter();
    // A new reason is a new story: its count and its beginning are its own.
    const { count, sinceMs, worthLogging } = counter.note(`${attempt.code} ${attempt.reason}`, nowMs);
    const refusal: Refusal = { ...attempt, count, firstAtMs: sinceMs, lastAtMs: nowMs };
    this.#entries.delete(key);
    this.#entries.set(key, { refusal, counter });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_PAIRS && oldest !== undefined) this.#entries.delete(oldest);
    return { refusal, worthLogging };
  }

  /** The newest refusal under a name. */
  newest(name: string): Refusal | undefined {
    return [...this.#entries.values()].findLast(({ refusal }) => refusal.name === name)?.refusal;
  }

  all(): Refusal[] {
    return [...this.#entries.values()].map(({ refusal }) => refusal);
  }

  names(): string[] {
    return [...new Set([...this.#entries.values()].map(({ refusal }) => refusal.name))];
  }

  /** Forgets what came from an address that is now let in. */
  forget(name: string, address: string): void {
    this.#entries.delete(keyOf(name, address));
  }

  /** Forgets refusals that have ended; returns whether there were any. */
  sweep(nowMs: number): boolean {
    const before = this.#entries.size;
    for (const [key, { refusal }] of this.#entries) {
      if (nowMs - refusal.lastAtMs >= QUIET_MS) this.#entries.delete(key);
    }
    return this.#entries.size < before;
  }
}

function keyOf(name: string, address: string): string {
  return `${name} ${address}`;
}
