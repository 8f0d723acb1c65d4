import type { DatabaseSync } from "node:sqlite";
import type { AgentHistoryEntry } from "@pnmlab/protocol";

export interface AgentHistoryStore {
  /** Writes an entry, or its later state under the same `id`. */
  save(id: string, entry: AgentHistoryEntry, isExpected: boolean): void;
  /** The newest entries, of all agents or of one, newest first. */
  list(limit: number, agent?: string): AgentHistoryEntry[];
  /** Keeps the newest `count` entries of expected agents, or of those that nobody expects. */
  prune(count: number, isExpected: boolean): void;
}

/** What happened to agents, in the database. */
export function createAgentHistoryStore(database: DatabaseSync): AgentHistoryStore {
  const save = database.prepare(
    `INSERT INTO agent_history (id, agent, expected, event, at, last_at, count, address, code, reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET last_at = excluded.last_at, count = excluded.count`,
  );
  const all = database.prepare("SELECT * FROM agent_history ORDER BY last_at DESC, id DESC LIMIT ?");
  const ofOne = database.prepare(
    "SELECT * FROM agent_history WHERE agent = ? ORDER BY last_at DESC, id DESC LIMIT ?",
  );
  const prune = database.prepare(
    `DELETE FROM agent_history WHERE expected = ? AND id NOT IN
       (SELECT id FROM agent_history WHERE expected = ? ORDER BY last_at DESC, id DESC LIMIT ?)`,
  );
  return {
    save: (id, { agent, event, at, lastAt, count, address, code, reason }, isExpected) => {
      save.run(id, agent, isExpected ? 1 : 0, event, at, lastAt, count, address, code, reason);
    },
    list: (limit, agent) =>
      (agent === undefined ? all.all(limit) : ofOne.all(agent, limit)).map((row) => ({
        agent: String(row.agent),
        event: row.event as AgentHistoryEntry["event"],
        at: String(row.at),
        lastAt: String(row.last_at),
        count: Number(row.count),
        address: row.address as string | null,
        code: row.code as string | null,
        reason: String(row.reason),
      })),
    prune: (count, isExpected) => {
      const expected = isExpected ? 1 : 0;
      prune.run(expected, expected, count);
    },
  };
}
