export interface Migration {
  readonly id: number;
  readonly name: string;
  /** Statements in SQL that SQLite and PostgreSQL both take. */
  readonly statements: readonly string[];
}

/**
 * The schema, as the steps that led to it. A step that has been released is never edited: a change is
 * a new step. Times are ISO 8601 in UTC, so that they sort as text; documents are JSON in text columns.
 */
export const migrations: readonly Migration[] = [
  {
    id: 1,
    name: "sessions, captures, agents, nonces, audit",
    statements: [
      "CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL)",
      `CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        stream_id BIGINT NOT NULL UNIQUE,
        cmts_id TEXT NOT NULL,
        rf_port_if_index BIGINT NOT NULL,
        rf_port_name TEXT NOT NULL,
        desired TEXT NOT NULL,
        requested TEXT NOT NULL,
        created_at TEXT NOT NULL,
        settled INTEGER NOT NULL
      )`,
      `CREATE TABLE captures (
        id TEXT PRIMARY KEY,
        file_name TEXT NOT NULL,
        size_bytes BIGINT NOT NULL,
        sha256 TEXT NOT NULL,
        received_at TEXT NOT NULL,
        modified_at TEXT NOT NULL,
        status TEXT NOT NULL,
        kind TEXT,
        title TEXT NOT NULL,
        refusal TEXT,
        header TEXT NOT NULL,
        notes TEXT NOT NULL,
        UNIQUE (file_name, sha256)
      )`,
      "CREATE INDEX captures_by_time ON captures (received_at, id)",
      `CREATE TABLE agents (
        name TEXT PRIMARY KEY,
        address TEXT NOT NULL,
        last_connected_at TEXT NOT NULL,
        host_name TEXT NOT NULL,
        build TEXT NOT NULL,
        profiles TEXT NOT NULL
      )`,
      "CREATE TABLE used_nonces (nonce TEXT PRIMARY KEY, expires_at TEXT NOT NULL)",
      `CREATE TABLE audit (
        id TEXT PRIMARY KEY,
        at TEXT NOT NULL,
        user_name TEXT NOT NULL,
        address TEXT NOT NULL,
        action TEXT NOT NULL,
        details TEXT NOT NULL,
        outcome TEXT NOT NULL,
        error_code TEXT
      )`,
      "CREATE INDEX audit_by_time ON audit (at, id)",
    ],
  },
  {
    id: 2,
    name: "how far kept capture files are consumed",
    statements: ["CREATE TABLE consumed_files (base_name TEXT PRIMARY KEY, newest_file_name TEXT NOT NULL)"],
  },
  {
    id: 3,
    name: "vendor profiles chosen by hand",
    statements: ["CREATE TABLE cmts_profiles (cmts_id TEXT PRIMARY KEY, profile TEXT NOT NULL)"],
  },
  {
    id: 4,
    name: "enrolled agents, their tokens, their history",
    statements: [
      `CREATE TABLE agent_enrolments (
        name TEXT PRIMARY KEY,
        site TEXT NOT NULL,
        targets TEXT NOT NULL,
        enrolled_at TEXT NOT NULL,
        revoked_at TEXT
      )`,
      `CREATE TABLE agent_tokens (
        hash TEXT PRIMARY KEY,
        agent TEXT NOT NULL,
        state TEXT NOT NULL,
        issued_at TEXT NOT NULL,
        first_used_at TEXT,
        ended_at TEXT
      )`,
      "CREATE INDEX agent_tokens_by_agent ON agent_tokens (agent)",
      `CREATE TABLE agent_history (
        id TEXT PRIMARY KEY,
        agent TEXT NOT NULL,
        expected INTEGER NOT NULL,
        event TEXT NOT NULL,
        at TEXT NOT NULL,
        last_at TEXT NOT NULL,
        count INTEGER NOT NULL,
        address TEXT,
        code TEXT,
        reason TEXT NOT NULL
      )`,
      "CREATE INDEX agent_history_by_time ON agent_history (last_at, id)",
    ],
  },
  {
    id: 5,
    name: "polling plans",
    statements: [
      "CREATE TABLE poll_plans (id TEXT PRIMARY KEY, document TEXT NOT NULL, created_at TEXT NOT NULL)",
    ],
  },
  {
    id: 6,
    name: "sessions that test the way of the files",
    statements: ["ALTER TABLE sessions ADD COLUMN is_probe INTEGER NOT NULL DEFAULT 0"],
  },
  {
    id: 7,
    name: "events of the detectors, their evidence, mutes and settings",
    statements: [
      `CREATE TABLE events (
        id TEXT PRIMARY KEY,
        number INTEGER NOT NULL UNIQUE,
        cmts_id TEXT NOT NULL,
        rf_port INTEGER NOT NULL,
        session_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        first_ms DOUBLE PRECISION NOT NULL,
        last_ms DOUBLE PRECISION NOT NULL,
        document TEXT NOT NULL,
        context TEXT NOT NULL
      )`,
      "CREATE INDEX events_by_port ON events (cmts_id, rf_port, number)",
      "CREATE INDEX events_by_state ON events (state, last_ms)",
      "CREATE INDEX events_by_time ON events (first_ms)",
      `CREATE TABLE event_evidence (
        event_id TEXT PRIMARY KEY REFERENCES events (id) ON DELETE CASCADE,
        frames BLOB NOT NULL
      )`,
      "CREATE TABLE event_mutes (id TEXT PRIMARY KEY, document TEXT NOT NULL)",
      "CREATE TABLE detection_settings (id INTEGER PRIMARY KEY, document TEXT NOT NULL)",
    ],
  },
  {
    id: 8,
    name: "recordings, their schedules, when events are kept",
    statements: [
      "CREATE TABLE recordings (id TEXT PRIMARY KEY, document TEXT NOT NULL, created_at TEXT NOT NULL)",
      "CREATE TABLE recording_schedules (id TEXT PRIMARY KEY, document TEXT NOT NULL, created_at TEXT NOT NULL)",
      "CREATE TABLE recording_trigger (id INTEGER PRIMARY KEY, document TEXT NOT NULL)",
    ],
  },
  {
    id: 9,
    name: "noise of ports by the hour",
    statements: [
      `CREATE TABLE noise_hours (
        cmts_id TEXT NOT NULL,
        rf_port INTEGER NOT NULL,
        hour INTEGER NOT NULL,
        dbmv_per_hz DOUBLE PRECISION NOT NULL,
        samples INTEGER NOT NULL,
        PRIMARY KEY (cmts_id, rf_port, hour)
      )`,
    ],
  },
  {
    id: 10,
    name: "events by kind and by session",
    statements: [
      "CREATE INDEX events_by_kind ON events (kind, number)",
      "CREATE INDEX events_by_session ON events (session_id, number)",
    ],
  },
  {
    id: 11,
    name: "events by the time that they were there, and what their evidence takes",
    statements: [
      "ALTER TABLE events ADD COLUMN longest_ms DOUBLE PRECISION NOT NULL DEFAULT 1e13",
      `UPDATE events SET longest_ms = CASE
        WHEN last_ms - first_ms <= 60000 THEN 60000
        WHEN last_ms - first_ms <= 600000 THEN 600000
        WHEN last_ms - first_ms <= 3600000 THEN 3600000
        WHEN last_ms - first_ms <= 21600000 THEN 21600000
        WHEN last_ms - first_ms <= 86400000 THEN 86400000
        WHEN last_ms - first_ms <= 864000000 THEN 864000000
        ELSE 1e13 END`,
      `CREATE INDEX events_by_port_and_time
        ON events (cmts_id, rf_port, longest_ms, first_ms, last_ms, number)`,
      "CREATE INDEX events_by_length_and_time ON events (longest_ms, first_ms, last_ms, number)",
      "ALTER TABLE events ADD COLUMN is_noted INTEGER NOT NULL DEFAULT 0",
      `UPDATE events SET is_noted = 1 WHERE document NOT LIKE '%"acknowledged":null,"comment":"",%'`,
      "ALTER TABLE events ADD COLUMN evidence_bytes BIGINT NOT NULL DEFAULT 0",
      `UPDATE events SET evidence_bytes =
        COALESCE((SELECT LENGTH(frames) FROM event_evidence WHERE event_id = events.id), 0)`,
      "ALTER TABLE events ADD COLUMN evidence_removed TEXT",
      `CREATE INDEX events_by_evidence ON events (state, is_noted, last_ms, evidence_bytes)
        WHERE evidence_bytes > 0`,
    ],
  },
  {
    id: 12,
    name: "masks that the lab watches",
    statements: [
      `CREATE TABLE lab_masks (
        id TEXT PRIMARY KEY,
        cmts_id TEXT NOT NULL,
        rf_port INTEGER NOT NULL,
        name TEXT NOT NULL,
        document TEXT NOT NULL,
        created_at TEXT NOT NULL,
        UNIQUE (cmts_id, rf_port, name)
      )`,
    ],
  },
  {
    id: 13,
    name: "files that a CMTS names by itself, by session",
    statements: ["ALTER TABLE sessions ADD COLUMN vendor_files TEXT"],
  },
];
