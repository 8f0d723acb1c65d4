import type { Migration } from "./migrations.ts";

/**
 * The schema of what polling has read: a file of its own, for it grows and shrinks and is written all the
 * time. Plans were in it once; they are in the main database now, and `poll_plans` is as it was left.
 */
export const pollingMigrations: readonly Migration[] = [
  {
    id: 1,
    name: "plans, series, samples, deliveries, events, devices",
    statements: [
      "CREATE TABLE poll_plans (id TEXT PRIMARY KEY, document TEXT NOT NULL, created_at TEXT NOT NULL)",
      `CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        device TEXT NOT NULL,
        metric TEXT NOT NULL,
        instance TEXT NOT NULL,
        unit TEXT NOT NULL,
        interval_s BIGINT NOT NULL,
        is_raised INTEGER NOT NULL,
        UNIQUE (device, metric, instance)
      )`,
      `CREATE TABLE samples (
        series_id BIGINT NOT NULL,
        at_ms BIGINT NOT NULL,
        value DOUBLE PRECISION NOT NULL,
        late INTEGER NOT NULL,
        PRIMARY KEY (series_id, at_ms)
      )`,
      `CREATE TABLE deliveries (
        agent TEXT NOT NULL,
        outbox_id TEXT NOT NULL,
        newest BIGINT NOT NULL,
        PRIMARY KEY (agent, outbox_id)
      )`,
      `CREATE TABLE poll_events (
        at_ms BIGINT NOT NULL,
        series_id BIGINT NOT NULL,
        state TEXT NOT NULL,
        value DOUBLE PRECISION NOT NULL,
        direction TEXT NOT NULL,
        threshold DOUBLE PRECISION NOT NULL,
        hysteresis DOUBLE PRECISION NOT NULL,
        late INTEGER NOT NULL
      )`,
      "CREATE INDEX poll_events_by_time ON poll_events (at_ms)",
      `CREATE TABLE polled_devices (
        plan_id TEXT NOT NULL,
        device TEXT NOT NULL,
        at_ms BIGINT NOT NULL,
        error TEXT,
        PRIMARY KEY (plan_id, device)
      )`,
    ],
  },
];
