import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { AuditEntry } from "@pnmlab/protocol";

export interface AuditStore {
  record(entry: AuditEntry): void;
  /** The newest entries, newest first. */
  list(limit: number): AuditEntry[];
  /** Removes entries made before a moment; returns how many there were. */
  removeBefore(moment: Date): number;
}

/** Who changed what, in the database. */
export function createAuditStore(database: DatabaseSync): AuditStore {
  const insert = database.prepare(
    "INSERT INTO audit (id, at, user_name, address, action, details, outcome, error_code) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const list = database.prepare("SELECT * FROM audit ORDER BY at DESC, id DESC LIMIT ?");
  const remove = database.prepare("DELETE FROM audit WHERE at < ?");
  return {
    removeBefore: (moment) => Number(remove.run(moment.toISOString()).changes),
    record: (entry) => {
      insert.run(
        randomUUID(),
        entry.at,
        entry.user,
        entry.address,
        entry.action,
        JSON.stringify(entry.details),
        entry.outcome,
        entry.errorCode,
      );
    },
    list: (limit) =>
      list.all(limit).map((row) => ({
        at: String(row.at),
        user: String(row.user_name),
        address: String(row.address),
        action: String(row.action),
        details: JSON.parse(String(row.details)) as Record<string, unknown>,
        outcome: row.outcome as AuditEntry["outcome"],
        errorCode: row.error_code as string | null,
      })),
  };
}
