import type { DatabaseSync } from "node:sqlite";

export interface NonceStore {
  /**
   * Marks a nonce as used until it expires by itself.
   *
   * @returns whether this was its first use.
   */
  use(nonce: string, expiresAt: Date, now: Date): boolean;
}

/** Nonces of consumed sign-in links, in the database, so that a restart does not revive a link. */
export function createNonceStore(database: DatabaseSync): NonceStore {
  const forget = database.prepare("DELETE FROM used_nonces WHERE expires_at < ?");
  const use = database.prepare(
    "INSERT INTO used_nonces (nonce, expires_at) VALUES (?, ?) ON CONFLICT (nonce) DO NOTHING",
  );
  return {
    use: (nonce, expiresAt, now) => {
      forget.run(now.toISOString());
      return Number(use.run(nonce, expiresAt.toISOString()).changes) === 1;
    },
  };
}
