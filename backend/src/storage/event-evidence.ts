import type { DatabaseSync } from "node:sqlite";
import { transaction } from "./database.ts";

/** What evidence has to give way. */
interface EvidenceBound {
  /** Room that the evidence of all events may take. */
  maxBytes: number;
  /** Evidence of events that ended later stays: they may still return. */
  endedBeforeMs: number;
  /** What is said of evidence that has given way. */
  why: string;
}

/** Frames that prove events. What they take is stored with the event, so that nothing reads them to add it up. */
export interface EvidenceStore {
  /** Frames that prove an event, one after the other as `GET /api/events/{id}/evidence` sends them. */
  saveEvidence(id: string, frames: Uint8Array): void;
  evidence(id: string): Uint8Array<ArrayBuffer> | undefined;
  /** Room that the evidence of all events takes. */
  evidenceBytes(): number;
  /**
   * Removes evidence of cleared events until the rest is within the bound, the oldest first and what people have noted
   * last, of `most` events at a time. The events stay, and say why. Returns of how many it was removed.
   */
  removeEvidence(bound: EvidenceBound, most: number): number;
}

/** Evidence, in the database. */
export function createEvidenceStore(database: DatabaseSync): EvidenceStore {
  const save = database.prepare(
    `INSERT INTO event_evidence (event_id, frames) VALUES (?, ?)
     ON CONFLICT (event_id) DO UPDATE SET frames = excluded.frames`,
  );
  const note = database.prepare("UPDATE events SET evidence_bytes = ?, evidence_removed = ? WHERE id = ?");
  const find = database.prepare("SELECT frames FROM event_evidence WHERE event_id = ?");
  const remove = database.prepare("DELETE FROM event_evidence WHERE event_id = ?");
  const total = database.prepare(
    "SELECT COALESCE(SUM(evidence_bytes), 0) AS bytes FROM events WHERE evidence_bytes > 0",
  );
  const oldest = database.prepare(
    `SELECT id, evidence_bytes FROM events
     WHERE evidence_bytes > 0 AND state = 'cleared' AND is_noted = ? AND last_ms < ?
     ORDER BY last_ms LIMIT ?`,
  );
  const evidenceBytes = () => Number(total.get()!.bytes);
  return {
    saveEvidence: (id, frames) =>
      transaction(database, () => {
        save.run(id, frames);
        note.run(frames.length, null, id);
      }),
    evidence: (id) => find.get(id)?.frames as Uint8Array<ArrayBuffer> | undefined,
    evidenceBytes,
    removeEvidence: ({ maxBytes, endedBeforeMs, why }, most) =>
      transaction(database, () => {
        let excessBytes = evidenceBytes() - maxBytes;
        let removed = 0;
        for (const isNoted of [0, 1]) {
          if (excessBytes <= 0) break;
          for (const { id, evidence_bytes } of oldest.all(isNoted, endedBeforeMs, most - removed)) {
            if (excessBytes <= 0) break;
            remove.run(id!);
            note.run(0, why, id!);
            excessBytes -= Number(evidence_bytes);
            removed += 1;
          }
        }
        return removed;
      }),
  };
}
