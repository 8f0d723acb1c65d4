import type { DatabaseSync } from "node:sqlite";
import type { PollPlan } from "@pnmlab/protocol";

export interface PollPlanStore {
  list(): PollPlan[];
  save(plan: PollPlan): void;
  remove(id: string): void;
}

/** Polling plans, in the database. */
export function createPollPlanStore(database: DatabaseSync): PollPlanStore {
  const list = database.prepare("SELECT document FROM poll_plans ORDER BY created_at, id");
  const save = database.prepare(
    `INSERT INTO poll_plans (id, document, created_at) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  const remove = database.prepare("DELETE FROM poll_plans WHERE id = ?");
  return {
    list: () => list.all().map((row) => JSON.parse(String(row.document)) as PollPlan),
    save: (plan) => void save.run(plan.id, JSON.stringify(plan), plan.updatedAt),
    remove: (id) => void remove.run(id),
  };
}
