import type { DatabaseSync } from "node:sqlite";
import type { PollPlan } from "@pnmlab/protocol";
import { incrementCounter } from "./counters.ts";

export interface PollPlanStore {
  list(): PollPlan[];
  save(plan: PollPlan): void;
  remove(id: string): void;
  /** Takes plans that an earlier version kept elsewhere, the first time that this is called; returns how many. */
  adopt(plans: () => readonly PollPlan[]): number;
}

/** Counter that says that plans were looked for elsewhere. */
const ADOPTED = "poll-plans-adopted";

/** Polling plans, in the database. */
export function createPollPlanStore(database: DatabaseSync): PollPlanStore {
  const list = database.prepare("SELECT document FROM poll_plans ORDER BY created_at, id");
  const save = database.prepare(
    `INSERT INTO poll_plans (id, document, created_at) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  const remove = database.prepare("DELETE FROM poll_plans WHERE id = ?");
  const wasAdopted = database.prepare("SELECT 1 FROM counters WHERE name = ?");
  const keep = (plan: PollPlan) => void save.run(plan.id, JSON.stringify(plan), plan.updatedAt);
  return {
    list: () => list.all().map((row) => JSON.parse(String(row.document)) as PollPlan),
    save: keep,
    remove: (id) => void remove.run(id),
    adopt(plans) {
      if (wasAdopted.get(ADOPTED)) return 0;
      const found = plans();
      database.exec("BEGIN");
      try {
        for (const plan of found) keep(plan);
        incrementCounter(database, ADOPTED);
        database.exec("COMMIT");
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
      return found.length;
    },
  };
}
