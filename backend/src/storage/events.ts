import type { DatabaseSync } from "node:sqlite";
import type { ChangeDetection, EventHistogram, Mute, PlantEvent } from "@pnmlab/protocol";
import { incrementCounter } from "./counters.ts";
import { createEvidenceStore, type EvidenceStore } from "./event-evidence.ts";
import { type EventQuery, eventQuerySql, lengthClassMs } from "./event-query.ts";

/** What the detectors prove events by, mutes, and what is set of the detectors (all in `pnmlab.db`). */
export interface EventStore extends EvidenceStore {
  /** Next running number, from 1. */
  nextNumber(): number;
  /** Stores an event as it stands now; `context` is stored with the first. */
  save(event: PlantEvent, context?: string): void;
  get(id: string): PlantEvent | undefined;
  /** What the event was judged with, as it was given to `save`. */
  context(id: string): string | undefined;
  /** Newest first. */
  list(query: EventQuery): PlantEvent[];
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
       (id, number, cmts_id, rf_port, session_id, kind, state, first_ms, last_ms, longest_ms, is_noted, document, context)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, last_ms = excluded.last_ms,
       longest_ms = excluded.longest_ms, is_noted = excluded.is_noted, session_id = excluded.session_id,
       document = excluded.document`,
  );
  const get = database.prepare("SELECT document, evidence_removed FROM events WHERE id = ?");
  const context = database.prepare("SELECT context FROM events WHERE id = ?");
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
        lengthClassMs(event),
        event.comment === "" && event.acknowledged === null ? 0 : 1,
        JSON.stringify(event),
        given ?? "",
      );
    },
    get: (id) => eventOf(get.get(id)),
    context: (id) => context.get(id)?.context as string | undefined,
    list: (query) => {
      const { sql, values } = eventQuerySql(query);
      return database
        .prepare(sql)
        .all(...values)
        .map((row) => eventOf(row)!);
    },
    ...createEvidenceStore(database),
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

/** What became of the evidence is stored beside the document: who stores an event again need not know it. */
function eventOf(row: Record<string, unknown> | undefined): PlantEvent | undefined {
  const event = documentOf<PlantEvent>(row);
  if (row === undefined || event === undefined) return undefined;
  const removed = row.evidence_removed === null ? null : String(row.evidence_removed);
  return { ...event, evidence: { ...event.evidence, removed } };
}

function documentOf<Document>(row: Record<string, unknown> | undefined): Document | undefined {
  return row === undefined ? undefined : (JSON.parse(String(row.document)) as Document);
}
