import { PnmLabError } from "@pnmlab/kit";
import { CommunitySession } from "./community-session.ts";
import type { SnmpAccess, SnmpEndpoint, SnmpProfile } from "./endpoint.ts";
import type { SnmpSession } from "./session.ts";
import { UserSession } from "./user-session.ts";

export interface SessionPoolOptions {
  /** A session that was not used for this long is closed, in milliseconds. */
  idleMs?: number;
  /** Sessions that are kept at most while they are idle; each holds a socket. */
  maxSessions?: number;
}

interface Entry {
  session: SnmpSession;
  /** Whose credentials it has; another object of the same name has other ones. */
  profile: SnmpProfile;
  users: number;
  idleTimer: NodeJS.Timeout | undefined;
}

/** One session per device, profile and community, opened when it is needed and closed when it is not. */
export class SessionPool {
  readonly #idleMs: number;
  readonly #maxSessions: number;
  /** In order of use: the one that was used longest ago comes first. */
  readonly #entries = new Map<string, Entry>();
  /** Of earlier credentials, with requests on their way. */
  readonly #retired = new Set<Entry>();
  #closed = false;

  constructor({ idleMs = 60_000, maxSessions = 2_048 }: SessionPoolOptions = {}) {
    this.#idleMs = idleMs;
    this.#maxSessions = maxSessions;
  }

  /** Open sessions. */
  get size(): number {
    return this.#entries.size;
  }

  /** Lends the session of `endpoint` to `job` for as long as it runs. */
  async use<T>(
    endpoint: SnmpEndpoint,
    access: SnmpAccess,
    job: (session: SnmpSession) => Promise<T>,
  ): Promise<T> {
    if (this.#closed) throw new PnmLabError("AGENT_STOPPING", "the agent is stopping");
    const { address, port, profile } = endpoint;
    // A v3 user reads and writes; a session of its own would discover the engine once more.
    const key = [address, port, profile.name, profile.version === "v3" ? "user" : access].join("|");
    const entry = this.#take(key, endpoint, access);
    try {
      return await job(entry.session);
    } finally {
      entry.users -= 1;
      if (this.#retired.has(entry)) {
        if (entry.users === 0) this.#retire(entry);
      } else if (entry.users === 0 && !this.#closed) {
        entry.idleTimer = setTimeout(() => this.#drop(key, entry), this.#idleMs).unref();
      }
    }
  }

  /** Closes every session; what waits on one ends as a transport failure. */
  close(): void {
    this.#closed = true;
    for (const [key, entry] of [...this.#entries]) this.#drop(key, entry);
    for (const { session } of this.#retired) session.close();
  }

  #take(key: string, endpoint: SnmpEndpoint, access: SnmpAccess): Entry {
    const { profile } = endpoint;
    const known = this.#entries.get(key);
    const isCurrent = known?.profile === profile;
    if (known && !isCurrent) {
      this.#entries.delete(key);
      this.#retire(known);
    }
    const entry = (isCurrent && known) || {
      session: openSession(endpoint, access),
      profile,
      users: 0,
      idleTimer: undefined,
    };
    clearTimeout(entry.idleTimer);
    entry.users += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maxSessions) this.#dropLongestIdle();
    return entry;
  }

  /** Closes a session whose credentials are others now, when nobody waits for an answer on it any more. */
  #retire(entry: Entry): void {
    clearTimeout(entry.idleTimer);
    if (entry.users > 0) {
      this.#retired.add(entry);
      return;
    }
    this.#retired.delete(entry);
    entry.session.close();
  }

  #dropLongestIdle(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.users > 0) continue;
      this.#drop(key, entry);
      return;
    }
  }

  #drop(key: string, entry: Entry): void {
    clearTimeout(entry.idleTimer);
    this.#entries.delete(key);
    entry.session.close();
  }
}

function openSession(endpoint: SnmpEndpoint, access: SnmpAccess): SnmpSession {
  const { profile } = endpoint;
  if (profile.version === "v3") return new UserSession(endpoint, profile);
  const community = access === "write" ? profile.writeCommunity : profile.readCommunity;
  return new CommunitySession(endpoint, profile.version, community ?? "");
}
