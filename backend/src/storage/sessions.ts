import type { DatabaseSync } from "node:sqlite";
import type { UtscRequest } from "@pnmlab/protocol";
import type { SessionStore, StoredSession, VendorFiles } from "../contracts.ts";
import { incrementCounter } from "./counters.ts";

interface Row {
  id: string;
  stream_id: number;
  cmts_id: string;
  rf_port_if_index: number;
  rf_port_name: string;
  desired: "running" | "stopped";
  requested: string;
  created_at: string;
  settled: number;
  is_probe: number;
  vendor_files: string | null;
}

/** UTSC sessions in the database. */
export function createSessionStore(database: DatabaseSync): SessionStore {
  const list = database.prepare("SELECT * FROM sessions ORDER BY created_at, id");
  const save = database.prepare(
    `INSERT INTO sessions (id, stream_id, cmts_id, rf_port_if_index, rf_port_name, desired, requested, created_at, settled, is_probe, vendor_files)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET rf_port_name = excluded.rf_port_name, desired = excluded.desired,
       requested = excluded.requested, settled = excluded.settled, vendor_files = excluded.vendor_files`,
  );
  const remove = database.prepare("DELETE FROM sessions WHERE id = ?");
  return {
    list: () => (list.all() as unknown as Row[]).map(fromRow),
    save: (session) => {
      save.run(
        session.id,
        session.streamId,
        session.cmtsId,
        session.rfPortIfIndex,
        session.rfPortName,
        session.desired,
        JSON.stringify(session.requested),
        session.createdAt,
        session.settled ? 1 : 0,
        session.isProbe ? 1 : 0,
        session.vendorFiles ? JSON.stringify(session.vendorFiles) : null,
      );
    },
    remove: (id) => void remove.run(id),
    nextStreamId: () => incrementCounter(database, "stream"),
  };
}

function fromRow(row: Row): StoredSession {
  return {
    id: row.id,
    streamId: row.stream_id,
    cmtsId: row.cmts_id,
    rfPortIfIndex: row.rf_port_if_index,
    rfPortName: row.rf_port_name,
    desired: row.desired,
    requested: JSON.parse(row.requested) as UtscRequest,
    createdAt: row.created_at,
    settled: row.settled === 1,
    ...(row.is_probe === 1 ? { isProbe: true } : {}),
    ...(row.vendor_files === null ? {} : { vendorFiles: JSON.parse(row.vendor_files) as VendorFiles }),
  };
}
