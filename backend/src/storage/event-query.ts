import type { SQLInputValue } from "node:sqlite";
import type { PlantEvent } from "@pnmlab/protocol";

export interface EventQuery {
  cmtsId?: string | undefined;
  rfPortIfIndex?: number | undefined;
  sessionId?: string | undefined;
  state?: PlantEvent["state"] | undefined;
  kind?: string | undefined;
  /** Events that were there at some time from `fromMs` to `toMs`. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
  limit: number;
}

/**
 * Classes of how long events lasted, by the longest of each class. Events of one class that were there at a moment began
 * within that time before it: an index by class and beginning finds them without those before and after.
 */
const LENGTHS_MS = [60_000, 600_000, 3_600_000, 21_600_000, 86_400_000, 864_000_000, 1e13] as const;

/** Class of an event, as step 11 of the schema gives it to events that were there before. */
export function lengthClassMs({ firstMs, lastMs }: Pick<PlantEvent, "firstMs" | "lastMs">): number {
  return LENGTHS_MS.find((longestMs) => lastMs - firstMs <= longestMs) ?? LENGTHS_MS.at(-1)!;
}

/** A query for events, the newest first, with the values of its parameters. */
export function eventQuerySql(query: EventQuery): { sql: string; values: SQLInputValue[] } {
  const { fromMs, toMs, limit } = query;
  const conditions = conditionsOf(query);
  if (fromMs === undefined && toMs === undefined) {
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.map(([text]) => text).join(" AND ")}`;
    return {
      sql: `SELECT document, evidence_removed FROM events ${where} ORDER BY number DESC LIMIT ?`,
      values: [...conditions.map(([, value]) => value), limit],
    };
  }
  const window: typeof conditions = [];
  // Before and after all times there are.
  window.push(["first_ms >= ? - lengths.longest_ms", fromMs ?? -1e15]);
  window.push(["first_ms <= ?", toMs ?? 1e15]);
  window.push(["last_ms >= ?", fromMs ?? -1e15]);
  const all = [...conditions, ...window];
  // Documents are read of the events that are given alone.
  const sql = `WITH lengths (longest_ms) AS (VALUES ${LENGTHS_MS.map((ms) => `(${ms}.0)`).join(", ")})
    SELECT document, evidence_removed FROM events WHERE number IN (
      SELECT events.number FROM lengths CROSS JOIN events
      WHERE events.longest_ms = lengths.longest_ms AND ${all.map(([text]) => `events.${text}`).join(" AND ")}
      ORDER BY events.number DESC LIMIT ?
    ) ORDER BY number DESC`;
  return { sql, values: [...all.map(([, value]) => value), limit] };
}

function conditionsOf(query: EventQuery): [string, SQLInputValue][] {
  const conditions: readonly (readonly [string, SQLInputValue | undefined])[] = [
    ["cmts_id = ?", query.cmtsId],
    ["rf_port = ?", query.rfPortIfIndex],
    ["session_id = ?", query.sessionId],
    ["state = ?", query.state],
    ["kind = ?", query.kind],
  ];
  return conditions.flatMap(([text, value]) => (value === undefined ? [] : [[text, value]]));
}
