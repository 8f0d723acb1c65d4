import type { DatabaseSync } from "node:sqlite";
import type { Capture, CaptureDetail } from "@pnmlab/protocol";

/** A capture with its header table, and the modification time of the file it came from. */
export interface StoredCapture extends CaptureDetail {
  modifiedAt: string;
}

export interface CaptureStore {
  /** Stores a capture; one of the same name and hash keeps its row and takes the newer modification time. */
  save(capture: StoredCapture): void;
  get(id: string): StoredCapture | undefined;
  /** Newest first, below the capture `before` where it is given; undefined where `before` is unknown. */
  page(limit: number, before?: string): Capture[] | undefined;
  knows(fileName: string, sizeBytes: number, modifiedAt: Date): boolean;
}

interface Row {
  id: string;
  file_name: string;
  size_bytes: number;
  sha256: string;
  received_at: string;
  modified_at: string;
  status: Capture["status"];
  kind: string | null;
  title: string;
  refusal: string | null;
  header: string;
  notes: string;
}

const LIST_COLUMNS = "id, file_name, size_bytes, sha256, received_at, status, kind, title, refusal";

/** Captures in the database; their bytes are files, see `captures/capture-files.ts`. */
export function createCaptureStore(database: DatabaseSync): CaptureStore {
  const save = database.prepare(
    `INSERT INTO captures (id, file_name, size_bytes, sha256, received_at, modified_at, status, kind, title, refusal, header, notes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (file_name, sha256) DO UPDATE SET modified_at = excluded.modified_at`,
  );
  const get = database.prepare("SELECT * FROM captures WHERE id = ?");
  const first = database.prepare(
    `SELECT ${LIST_COLUMNS} FROM captures ORDER BY received_at DESC, id DESC LIMIT ?`,
  );
  const next = database.prepare(
    `SELECT ${LIST_COLUMNS} FROM captures WHERE received_at < ? OR (received_at = ? AND id < ?)
     ORDER BY received_at DESC, id DESC LIMIT ?`,
  );
  const known = database.prepare(
    "SELECT 1 AS hit FROM captures WHERE file_name = ? AND size_bytes = ? AND modified_at = ?",
  );
  const store: CaptureStore = {
    save: (capture) => {
      save.run(
        capture.id,
        capture.fileName,
        capture.sizeBytes,
        capture.sha256,
        capture.receivedAt,
        capture.modifiedAt,
        capture.status,
        capture.kind,
        capture.title,
        capture.refusal === null ? null : JSON.stringify(capture.refusal),
        JSON.stringify(capture.header),
        JSON.stringify(capture.notes),
      );
    },
    get: (id) => {
      const row = get.get(id) as unknown as Row | undefined;
      return (
        row && {
          ...fromRow(row),
          header: JSON.parse(row.header) as CaptureDetail["header"],
          notes: JSON.parse(row.notes) as string[],
          modifiedAt: row.modified_at,
        }
      );
    },
    page: (limit, before) => {
      if (before === undefined) return (first.all(limit) as unknown as Row[]).map(fromRow);
      const mark = store.get(before);
      return (
        mark && (next.all(mark.receivedAt, mark.receivedAt, before, limit) as unknown as Row[]).map(fromRow)
      );
    },
    knows: (fileName, sizeBytes, modifiedAt) =>
      known.get(fileName, sizeBytes, modifiedAt.toISOString()) !== undefined,
  };
  return store;
}

/** The fields of list, detail and live message alike. */
function fromRow(row: Row): Capture {
  return {
    id: row.id,
    fileName: row.file_name,
    sizeBytes: row.size_bytes,
    sha256: row.sha256,
    receivedAt: row.received_at,
    status: row.status,
    kind: row.kind,
    title: row.title,
    refusal: row.refusal === null ? null : (JSON.parse(row.refusal) as Capture["refusal"]),
  };
}
