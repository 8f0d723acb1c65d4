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

/** A session that is lent. */
export interface Entry {
  readonly session: SnmpSession;
  /** Whose credentials it has; another object of the same name has other ones. */
  profile: SnmpProfile;
  users: number;
  /** When the last request on it ended. */
  idleSinceMs: number;
}

/** One session per device, profile and community, opened when it is needed and closed when it is not. */
export class SessionPool {
  readonly #idleMs: number;
  readonly #maxSessions: number;
  /** In order of use: the one that was used longest ago comes first. */
  readonly #entries = new Map<string, Entry>();
  /** Of earlier credentials, with requests on their way. */
  readonly #retired = new Set<Entry>();
  /** One for all: a timer for each would be set and stopped with every request. */
  #idleTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ idleMs = 60_000, maxSessions = 2_048 }: SessionPoolOptions = {}) {
    this.#idleMs = idleMs;
    this.#maxSessions = maxSessions;
  }

  /** Open sessions. */
  get size(): number {
    return this.#entries.size;
  }

  /** Lends the session of `endpoint` until it is given back. @throws PnmLabError `AGENT_STOPPING` */
  borrow(endpoint: SnmpEndpoint, access: SnmpAccess): Entry {
    if (this.#closed) throw new PnmLabError("AGENT_STOPPING", "the agent is stopping");
    const { address, port, profile } = endpoint;
    // A v3 user reads and writes; a session of its own would discover the engine once more.
    const key = `${address}|${port}|${profile.name}|${profile.version === "v3" ? "user" : access}`;
    return this.#take(key, endpoint, access);
  }

  giveBack(entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (this.#retired.has(entry)) this.#retire(entry);
    entry.idleSinceMs = performance.now();
    if (!this.#closed) this.#idleTimer ??= setTimeout(() => this.#dropIdle(), this.#idleMs).unref();
  }

  /** Closes every session; what waits on one ends as a transport failure. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#idleTimer);
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
      idleSinceMs: 0,
    };
    entry.users += 1;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maxSessions) this.#dropLongestIdle();
    return entry;
  }

  /** Closes a session whose credentials are others now, when nobody waits for an answer on it any more. */
  #retire(entry: Entry): void {
    if (entry.users > 0) {
      this.#retired.add(entry);
      return;
    }
    this.#retired.delete(entry);
    entry.session.close();
  }

  #dropIdle(): void {
    this.#idleTimer = undefined;
    const nowMs = performance.now();
    let oldestMs: number | undefined;
    for (const [key, entry] of this.#entries) {
      if (entry.users > 0) continue;
      if (nowMs - entry.idleSinceMs >= this.#idleMs - 1) this.#drop(key, entry);
      else oldestMs = Math.min(oldestMs ?? Number.POSITIVE_INFINITY, entry.idleSinceMs);
    }
    if (oldestMs === undefined) return;
    this.#idleTimer = setTimeout(() => this.#dropIdle(), oldestMs + this.#idleMs - nowMs).unref();
  }

  #dropLongestIdle(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.users > 0) continue;
      this.#drop(key, entry);
      return;
    }
  }

  #drop(key: string, entry: Entry): void {
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
