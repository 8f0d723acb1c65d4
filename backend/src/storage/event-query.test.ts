import type { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../_test/support.ts";
import { databasePath, openDatabase } from "./database.ts";
import { type EventQuery, eventQuerySql, lengthClassMs } from "./event-query.ts";
import { createEventStore } from "./events.ts";
import { migrations } from "./migrations.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const OLD_MS = Date.UTC(2026, 0, 1);
const NOW_MS = OLD_MS + 80 * DAY_MS;

async function openEvents() {
  const database = openDatabase(databasePath(await temporaryFolder()));
  onTestFinished(() => database.close());
  return database;
}

/** How the database goes about a query. */
function planOf(database: DatabaseSync, query: EventQuery): string[] {
  const { sql, values } = eventQuerySql(query);
  return database
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(...values)
    .map(({ detail }) => String(detail));
}

const window = { fromMs: OLD_MS, toMs: OLD_MS + 10 * MINUTE_MS, limit: 200 };

test.each<[string, EventQuery]>([
  ["of one port", { ...window, cmtsId: "lab-cmts-1", rfPortIfIndex: 5 }],
  ["of one kind on one port", { ...window, cmtsId: "lab-cmts-1", rfPortIfIndex: 5, kind: "hum" }],
  ["of all ports", window],
  ["of one CMTS", { ...window, cmtsId: "lab-cmts-1" }],
  ["of one session that are raised", { ...window, sessionId: "s-1", state: "raised" }],
  ["from a moment on", { fromMs: OLD_MS, cmtsId: "lab-cmts-1", rfPortIfIndex: 5, limit: 200 }],
  ["up to a moment", { toMs: OLD_MS, limit: 200 }],
])("events of a window of time, %s, are looked up by their time in an index", async (_, query) => {
  const plan = planOf(await openEvents(), query);
  // The classes of lengths are a list of seven numbers.
  expect(plan.filter((step) => /^SCAN (?!lengths|\d+ CONSTANT)/.test(step))).toEqual([]);
  const search = plan.find((step) => step.includes("longest_ms=?"));
  expect(search).toMatch(/USING (COVERING )?INDEX events_by_(port|length)_and_time/);
  expect(search).toContain("first_ms>? AND first_ms<?");
  expect(search?.includes("rf_port=?")).toBe(query.rfPortIfIndex !== undefined);
});

test("events of a window are those that were there at some time in it, long ones too, the newest first", async () => {
  const database = await openEvents();
  const add = database.prepare(
    `INSERT INTO events (id, number, cmts_id, rf_port, session_id, kind, state, first_ms, last_ms, longest_ms, document, context)
     VALUES (?, ?, 'lab-cmts-1', 5, 's-1', 'hum', 'cleared', ?, ?, ?, ?, '')`,
  );
  const EVENTS = 5000;
  const spacingMs = (NOW_MS - OLD_MS) / EVENTS;
  database.exec("BEGIN");
  for (let number = 1; number <= EVENTS; number += 1) {
    const firstMs = OLD_MS + (number - 1) * spacingMs;
    const lastMs = firstMs + (number % 100 === 0 ? 30 * DAY_MS : MINUTE_MS);
    const document = JSON.stringify({
      id: `e-${number}`,
      firstMs,
      lastMs,
      evidence: {},
      filler: "x".repeat(1500),
    });
    add.run(`e-${number}`, number, firstMs, lastMs, lengthClassMs({ firstMs, lastMs }), document);
  }
  database.exec("COMMIT");
  const { list } = createEventStore(database);
  const port = { cmtsId: "lab-cmts-1", rfPortIfIndex: 5, limit: 200 };
  const fromMs = OLD_MS + 5 * DAY_MS;
  const old = { ...port, fromMs, toMs: fromMs + 10 * MINUTE_MS };
  const found = list(old);
  const expected = Array.from({ length: EVENTS }, (__, k) => k + 1).filter((number) => {
    const firstMs = OLD_MS + (number - 1) * spacingMs;
    return firstMs <= old.toMs && firstMs + (number % 100 === 0 ? 30 * DAY_MS : MINUTE_MS) >= old.fromMs;
  });
  expect(found.map(({ id }) => id)).toEqual(expected.toReversed().map((number) => `e-${number}`));
  expect(found.length).toBeGreaterThan(2);
  expect(list({ ...old, limit: 2 })).toEqual(found.slice(0, 2));
});

test("events that were stored before are found by their time, and what their evidence takes is known", async () => {
  const path = databasePath(await temporaryFolder());
  const before = openDatabase(
    path,
    migrations.filter(({ id }) => id <= 10),
  );
  const add = before.prepare(
    `INSERT INTO events (id, number, cmts_id, rf_port, session_id, kind, state, first_ms, last_ms, document, context)
     VALUES (?, ?, 'lab-cmts-1', 5, 's-1', 'hum', 'cleared', ?, ?, ?, '')`,
  );
  const lengthsMs = [0, MINUTE_MS, 5 * MINUTE_MS, 2 * 3_600_000, 20 * 3_600_000, 3 * DAY_MS, 30 * DAY_MS];
  for (const [k, lengthMs] of lengthsMs.entries()) {
    const firstMs = NOW_MS - lengthMs;
    const notes = { acknowledged: null, comment: k === 1 ? "leg 3" : "", muted: false };
    const event = { id: `e-${k}`, firstMs, lastMs: NOW_MS, evidence: { frames: [1] }, ...notes };
    add.run(event.id, k + 1, firstMs, NOW_MS, JSON.stringify(event));
  }
  before.exec("INSERT INTO event_evidence (event_id, frames) VALUES ('e-0', x'0102030405'), ('e-1', x'06')");
  before.close();
  const database = openDatabase(path);
  onTestFinished(() => database.close());
  const events = createEventStore(database);
  const found = events.list({ fromMs: NOW_MS, toMs: NOW_MS + 1, limit: 10 });
  expect(found.map(({ id }) => id)).toEqual(["e-6", "e-5", "e-4", "e-3", "e-2", "e-1", "e-0"]);
  expect(found[0]!.evidence).toMatchObject({ frames: [1], removed: null });
  const stored = database.prepare("SELECT first_ms, last_ms, longest_ms FROM events").all();
  for (const { first_ms, last_ms, longest_ms } of stored) {
    expect(longest_ms).toBe(lengthClassMs({ firstMs: Number(first_ms), lastMs: Number(last_ms) }));
  }
  expect(events.evidenceBytes()).toBe(6);
  const bound = { maxBytes: 1, endedBeforeMs: NOW_MS + 1, why: "gone" };
  expect(events.removeEvidence(bound, 10)).toBe(1);
  expect(events.evidence("e-1")).toHaveLength(1);
});
