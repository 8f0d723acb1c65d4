import type { DatabaseSync } from "node:sqlite";
import type { LabMask } from "@pnmlab/protocol";

/** A mask as it is stored; how it stands is known while the program runs. */
export type StoredMask = Omit<LabMask, "watch">;

export interface LabMaskStore {
  /** By port, in the order in which they were made. */
  list(): StoredMask[];
  save(mask: StoredMask): void;
  remove(id: string): void;
}

/** Masks that the lab watches, in the database. */
export function createLabMaskStore(database: DatabaseSync): LabMaskStore {
  const list = database.prepare("SELECT document FROM lab_masks ORDER BY cmts_id, rf_port, created_at, id");
  const save = database.prepare(
    `INSERT INTO lab_masks (id, cmts_id, rf_port, name, document, created_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, document = excluded.document`,
  );
  const remove = database.prepare("DELETE FROM lab_masks WHERE id = ?");
  return {
    list: () => list.all().map((row) => JSON.parse(String(row.document)) as StoredMask),
    save: (mask) => {
      const { id, cmtsId, rfPortIfIndex, name, updatedAt } = mask;
      save.run(id, cmtsId, rfPortIfIndex, name, JSON.stringify(mask), updatedAt);
    },
    remove: (id) => void remove.run(id),
  };
}
