import type { DatabaseSync } from "node:sqlite";

/** Adds one to a named counter and returns its new value; a counter begins at 1. */
export function incrementCounter(database: DatabaseSync, name: string): number {
  const row = database
    .prepare(
      "INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value",
    )
    .get(name) as { value: number };
  return row.value;
}
