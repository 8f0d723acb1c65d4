import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { ChangeDetection, EventHistogram, Mute, PlantEvent } from "@pnmlab/protocol";
import { incrementCounter } from "./counters.ts";

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

/** What the detectors prove events by, mutes, and what is set of the detectors (all in `pnmlab.db`). */
export interface EventStore {
  /** Next running number, from 1. */
  nextNumber(): number;
  /** Stores an event as it stands now; `context` is stored with the first. */
  save(event: PlantEvent, context?: string): void;
  get(id: string): PlantEvent | undefined;
  /** What the event was judged with, as it was given to `save`. */
  context(id: string): string | undefined;
  /** Newest first. */
  list(query: EventQuery): PlantEvent[];
  /** Frames that prove an event, one after the other as `GET /api/events/{id}/evidence` sends them. */
  saveEvidence(id: string, frames: Uint8Array): void;
  evidence(id: string): Uint8Array<ArrayBuffer> | undefined;
  /** Events by the hour in which they began, for whole hours up to the one that holds `nowMs`. */
  histogram(hours: number, nowMs: number): EventHistogram;
  /** Removes cleared events that ended before a moment, and the oldest beyond `most`; returns how many. */
  prune(beforeMs: number, most: number): number;
  mutes(): Mute[];
  addMute(mute: Mute): void;
  removeMute(id: string): void;
  /** What differs from the defaults. */
  settings(): ChangeDetection;
  saveSettings(settings: ChangeDetection): void;
}

const HOUR_MS = 3_600_000;

/** Events, mutes and settings of the detectors, in the database. */
export function createEventStore(database: DatabaseSync): EventStore {
  const save = database.prepare(
    `INSERT INTO events
       (id, number, cmts_id, rf_port, session_id, kind, state, first_ms, last_ms, document, context)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state,
       last_ms = excluded.last_ms, session_id = excluded.session_id, document = excluded.document`,
  );
  const get = database.prepare("SELECT document FROM events WHERE id = ?");
  const context = database.prepare("SELECT context FROM events WHERE id = ?");
  const saveEvidence = database.prepare(
    `INSERT INTO event_evidence (event_id, frames) VALUES (?, ?)
     ON CONFLICT (event_id) DO UPDATE SET frames = excluded.frames`,
  );
  const evidence = database.prepare("SELECT frames FROM event_evidence WHERE event_id = ?");
  const byHour = database.prepare(
    `SELECT CAST(first_ms / ${HOUR_MS} AS INTEGER) AS hour, kind, COUNT(*) AS events
     FROM events WHERE first_ms >= ? GROUP BY hour, kind`,
  );
  const removeOld = database.prepare("DELETE FROM events WHERE state = 'cleared' AND last_ms < ?");
  const removeMost = database.prepare(
    "DELETE FROM events WHERE number <= (SELECT number FROM events ORDER BY number DESC LIMIT 1 OFFSET ?)",
  );
  const mutes = database.prepare("SELECT document FROM event_mutes ORDER BY id");
  const addMute = database.prepare("INSERT INTO event_mutes (id, document) VALUES (?, ?)");
  const removeMute = database.prepare("DELETE FROM event_mutes WHERE id = ?");
  const settings = database.prepare("SELECT document FROM detection_settings WHERE id = 1");
  const saveSettings = database.prepare(
    `INSERT INTO detection_settings (id, document) VALUES (1, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  return {
    nextNumber: () => incrementCounter(database, "event-number"),
    save: (event, given) => {
      save.run(
        event.id,
        event.number,
        event.cmtsId,
        event.rfPortIfIndex,
        event.sessionId,
        event.kind,
        event.state,
        event.firstMs,
        event.lastMs,
        JSON.stringify(event),
        given ?? "",
      );
    },
    get: (id) => documentOf<PlantEvent>(get.get(id)),
    context: (id) => context.get(id)?.context as string | undefined,
    list: (query) => {
      const { where, values } = conditionsOf(query);
      return database
        .prepare(`SELECT document FROM events${where} ORDER BY number DESC LIMIT ?`)
        .all(...values, query.limit)
        .map((row) => documentOf<PlantEvent>(row)!);
    },
    saveEvidence: (id, frames) => void saveEvidence.run(id, frames),
    evidence: (id) => evidence.get(id)?.frames as Uint8Array<ArrayBuffer> | undefined,
    histogram: (hours, nowMs) => {
      const newest = Math.floor(nowMs / HOUR_MS);
      const oldest = newest - hours + 1;
      const counts = new Map<number, Record<string, number>>();
      for (const row of byHour.all(oldest * HOUR_MS)) {
        const hour = Number(row.hour);
        counts.set(hour, { ...counts.get(hour), [String(row.kind)]: Number(row.events) });
      }
      return {
        hours: Array.from({ length: hours }, (_, k) => ({
          fromMs: (oldest + k) * HOUR_MS,
          counts: counts.get(oldest + k) ?? {},
        })),
      };
    },
    prune: (beforeMs, most) => Number(removeOld.run(beforeMs).changes) + Number(removeMost.run(most).changes),
    mutes: () => mutes.all().map((row) => documentOf<Mute>(row)!),
    addMute: (mute) => void addMute.run(mute.id, JSON.stringify(mute)),
    removeMute: (id) => void removeMute.run(id),
    settings: () => documentOf<ChangeDetection>(settings.get()) ?? {},
    saveSettings: (changed) => void saveSettings.run(JSON.stringify(changed)),
  };
}

function documentOf<Document>(row: Record<string, unknown> | undefined): Document | undefined {
  return row === undefined ? undefined : (JSON.parse(String(row.document)) as Document);
}

function conditionsOf(query: EventQuery): { where: string; values: SQLInputValue[] } {
  const conditions: readonly (readonly [string, SQLInputValue | undefined])[] = [
    ["cmts_id = ?", query.cmtsId],
    ["rf_port = ?", query.rfPortIfIndex],
    ["session_id = ?", query.sessionId],
    ["state = ?", query.state],
    ["kind = ?", query.kind],
    ["last_ms >= ?", query.fromMs],
    ["first_ms <= ?", query.toMs],
  ];
  const given = conditions.filter((condition) => condition[1] !== undefined);
  return {
    where: given.length === 0 ? "" : ` WHERE ${given.map(([text]) => text).join(" AND ")}`,
    values: given.map(([, value]) => value!),
  };
}
