import type { DatabaseSync } from "node:sqlite";
import type { Recording, RecordingSchedule, RecordingTrigger } from "@pnmlab/protocol";

/** A recording as it is stored: the frames are files, see `recorder/segment-folder.ts`. */
export interface StoredRecording extends Recording {
  /** What was asked for, Unix milliseconds of captures. */
  fromMs: number;
  /** Where it ends, or is to end while it is open. */
  toMs: number;
}

/** A schedule with the run that is under way. */
export interface StoredSchedule extends RecordingSchedule {
  createdAt: string;
  /** When the next run begins, Unix milliseconds; null where there is none. */
  nextMs: number | null;
  run: StoredRun | null;
}

export interface StoredRun {
  recordingId: string;
  sessionId: string;
  /** Whether the capture runs for its sake and is to be stopped with it. */
  startedCapture: boolean;
  endsAtMs: number;
  /** What is to be told beside the outcome, for example that it began late; may be empty. */
  remark: string;
}

interface DocumentStore<Document> {
  list(): Document[];
  get(id: string): Document | undefined;
  save(document: Document): void;
  remove(id: string): void;
}

export interface RecordingStore {
  readonly recordings: DocumentStore<StoredRecording>;
  readonly schedules: DocumentStore<StoredSchedule>;
  /** When events are kept; undefined where nobody has said. */
  trigger(): RecordingTrigger | undefined;
  setTrigger(trigger: RecordingTrigger): void;
}

/** Recordings and schedules, in the database. */
export function createRecordingStore(database: DatabaseSync): RecordingStore {
  const getTrigger = database.prepare("SELECT document FROM recording_trigger WHERE id = 1");
  const saveTrigger = database.prepare(
    `INSERT INTO recording_trigger (id, document) VALUES (1, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  return {
    recordings: documentStore<StoredRecording>(database, "recordings"),
    schedules: documentStore<StoredSchedule>(database, "recording_schedules"),
    trigger: () => {
      const row = getTrigger.get();
      return row && (JSON.parse(String(row.document)) as RecordingTrigger);
    },
    setTrigger: (trigger) => void saveTrigger.run(JSON.stringify(trigger)),
  };
}

/** Documents of a table, the newest first. */
function documentStore<Document extends { id: string; createdAt: string }>(
  database: DatabaseSync,
  table: "recordings" | "recording_schedules",
): DocumentStore<Document> {
  const list = database.prepare(`SELECT document FROM ${table} ORDER BY created_at DESC, id DESC`);
  const get = database.prepare(`SELECT document FROM ${table} WHERE id = ?`);
  const save = database.prepare(
    `INSERT INTO ${table} (id, document, created_at) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  const remove = database.prepare(`DELETE FROM ${table} WHERE id = ?`);
  const read = (row: Record<string, unknown>) => JSON.parse(String(row.document)) as Document;
  return {
    list: () => list.all().map(read),
    get: (id) => {
      const row = get.get(id);
      return row && read(row);
    },
    save: (document) => void save.run(document.id, JSON.stringify(document), document.createdAt),
    remove: (id) => void remove.run(id),
  };
}
