import { randomUUID } from "node:crypto";
import type { Logger } from "@pnmlab/config";
import type { AgentHistoryEntry } from "@pnmlab/protocol";
import type { AgentHistoryStore } from "../storage/index.ts";
import type { Refusal } from "./refusals.ts";

/** Entries that are kept of expected agents; months of an ordinary life. */
const KEPT = 2_000;
/** Of callers that nobody expects: they can make as many as they like. */
const KEPT_OF_STRANGERS = 200;

export interface AgentHistoryOptions {
  store: AgentHistoryStore;
  isExpected: (name: string) => boolean;
  log: Logger;
  now: () => number;
}

/** What happened to agents: connections, losses, refusals, and what was done about their tokens. */
export class AgentHistoryBook {
  readonly #options: AgentHistoryOptions;
  readonly #written = new WeakSet<Refusal>();

  constructor(options: AgentHistoryOptions) {
    this.#options = options;
  }

  note(
    agent: string,
    event: AgentHistoryEntry["event"],
    reason: string,
    address: string | null = null,
  ): void {
    const at = new Date(this.#options.now()).toISOString();
    this.#save(randomUUID(), { agent, event, at, lastAt: at, count: 1, address, code: null, reason });
    this.#prune();
  }

  /** Writes the refusals that have changed; called now and then, because anybody can be refused often. */
  noteRefusals(refusals: readonly Refusal[]): void {
    const news = refusals.filter((refusal) => !this.#written.has(refusal));
    for (const refusal of news) {
      const { name, address, code, reason, count, firstAtMs, lastAtMs } = refusal;
      this.#save(`${firstAtMs} ${name} ${address} ${code}`, {
        agent: name,
        event: "refused",
        at: new Date(firstAtMs).toISOString(),
        lastAt: new Date(lastAtMs).toISOString(),
        count,
        address,
        code,
        reason,
      });
      this.#written.add(refusal);
    }
    if (news.length > 0) this.#prune();
  }

  list(limit: number, agent?: string): AgentHistoryEntry[] {
    return this.#options.store.list(limit, agent);
  }

  #prune(): void {
    try {
      this.#options.store.prune(KEPT, true);
      this.#options.store.prune(KEPT_OF_STRANGERS, false);
    } catch (error) {
      this.#options.log.error({ err: error }, "the history of agents could not be shortened");
    }
  }

  /** A disk that is full costs the entry, never the agent's connection. */
  #save(id: string, entry: AgentHistoryEntry): void {
    try {
      this.#options.store.save(id, entry, this.#options.isExpected(entry.agent));
    } catch (error) {
      this.#options.log.error({ err: error }, "the history of agents could not be written");
    }
  }
}
