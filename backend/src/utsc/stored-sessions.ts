import type { SessionStore, StoredSession } from "../contracts.ts";

/** Settled sessions that are remembered for each RF port, so that a late file or row of theirs is known as ours. */
export const MAX_SETTLED_PER_PORT = 50;

/** The sessions of this installation as they are stored: all that are not settled, and the newest others. */
export class StoredSessions {
  readonly #store: SessionStore;
  readonly #byId = new Map<string, StoredSession>();

  constructor(store: SessionStore) {
    this.#store = store;
    for (const session of store.list()) this.#byId.set(session.id, session);
    for (const session of [...this.#byId.values()]) this.#forgetOldest(session);
  }

  /** In the order in which they were made. */
  list(): StoredSession[] {
    return [...this.#byId.values()];
  }

  get(id: string): StoredSession | undefined {
    return this.#byId.get(id);
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  nextStreamId(): number {
    return this.#store.nextStreamId();
  }

  /** Remembers it even where it cannot be stored, which throws. */
  save(session: StoredSession): void {
    this.#byId.set(session.id, session);
    if (session.settled) this.#forgetOldest(session);
    // What a process that starts anew has no use for is not kept for it.
    if (session.isProbe && session.settled) this.#store.remove(session.id);
    else this.#store.save(session.isProbe ? { ...session, desired: "stopped" } : session);
  }

  /** Probes by themselves: they push out no session that is shown. */
  #forgetOldest({ cmtsId, rfPortIfIndex, isProbe = false }: StoredSession): void {
    const settled = this.list().filter(
      (session) =>
        session.settled &&
        session.cmtsId === cmtsId &&
        session.rfPortIfIndex === rfPortIfIndex &&
        (session.isProbe ?? false) === isProbe,
    );
    for (const { id } of settled.slice(0, -MAX_SETTLED_PER_PORT)) {
      this.#byId.delete(id);
      this.#store.remove(id);
    }
  }
}
