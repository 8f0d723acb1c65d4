import type { DatabaseSync } from "node:sqlite";

/** An agent that was let in by name, with what it can reach. */
export interface StoredEnrolment {
  name: string;
  site: string;
  targets: string[];
  enrolledAt: string;
  revokedAt: string | null;
}

/**
 * `current` is used; `next` was given to take its place and has not been used; `replaced` and `revoked`
 * are kept, so that who still has one is told why it does not open anything.
 */
export type TokenState = "current" | "next" | "replaced" | "revoked";

/** A token of an agent; the token itself is nowhere. */
export interface StoredToken {
  /** SHA-256, hex. */
  hash: string;
  agent: string;
  state: TokenState;
  issuedAt: string;
  firstUsedAt: string | null;
  endedAt: string | null;
}

export interface EnrolmentStore {
  list(): StoredEnrolment[];
  save(enrolment: StoredEnrolment): void;
  tokens(): StoredToken[];
  saveToken(token: StoredToken): void;
  /** Removes an agent with its tokens. */
  remove(name: string): void;
}

/** Enrolled agents in the database. */
export function createEnrolmentStore(database: DatabaseSync): EnrolmentStore {
  const list = database.prepare("SELECT * FROM agent_enrolments ORDER BY name");
  const save = database.prepare(
    `INSERT INTO agent_enrolments (name, site, targets, enrolled_at, revoked_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET site = excluded.site, targets = excluded.targets,
       enrolled_at = excluded.enrolled_at, revoked_at = excluded.revoked_at`,
  );
  const tokens = database.prepare("SELECT * FROM agent_tokens ORDER BY issued_at, hash");
  const saveToken = database.prepare(
    `INSERT INTO agent_tokens (hash, agent, state, issued_at, first_used_at, ended_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (hash) DO UPDATE SET state = excluded.state, first_used_at = excluded.first_used_at,
       ended_at = excluded.ended_at`,
  );
  const removeTokens = database.prepare("DELETE FROM agent_tokens WHERE agent = ?");
  const remove = database.prepare("DELETE FROM agent_enrolments WHERE name = ?");
  const removeKnown = database.prepare("DELETE FROM agents WHERE name = ?");
  return {
    list: () =>
      list.all().map((row) => ({
        name: String(row.name),
        site: String(row.site),
        targets: JSON.parse(String(row.targets)) as string[],
        enrolledAt: String(row.enrolled_at),
        revokedAt: row.revoked_at as string | null,
      })),
    save: ({ name, site, targets, enrolledAt, revokedAt }) => {
      save.run(name, site, JSON.stringify(targets), enrolledAt, revokedAt);
    },
    tokens: () =>
      tokens.all().map((row) => ({
        hash: String(row.hash),
        agent: String(row.agent),
        state: row.state as TokenState,
        issuedAt: String(row.issued_at),
        firstUsedAt: row.first_used_at as string | null,
        endedAt: row.ended_at as string | null,
      })),
    saveToken: ({ hash, agent, state, issuedAt, firstUsedAt, endedAt }) => {
      saveToken.run(hash, agent, state, issuedAt, firstUsedAt, endedAt);
    },
    remove: (name) => {
      removeTokens.run(name);
      removeKnown.run(name);
      remove.run(name);
    },
  };
}
