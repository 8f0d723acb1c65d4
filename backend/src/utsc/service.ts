import type { CmtsTarget, Logger } from "@pnmlab/config";
import { KeyedQueue, PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, StartUtscSession, UtscRequest, UtscSession } from "@pnmlab/protocol";
import type {
  FileClaim,
  FileClaimer,
  FileCleaner,
  LeaseGateway,
  LivePublisher,
  SessionStore,
  SnmpGateway,
  StoredSession,
  UtscService,
} from "../contracts.ts";
import { checkRequest, readUtscPort, type UtscPort } from "./capability.ts";
import type { TftpDestination } from "./destination.ts";
import { newSessionId, OWN_PREFIX, parseOwnFileName } from "./file-name.ts";
import { LeftoverSweep } from "./leftover-sweep.ts";
import { LiveSession } from "./session.ts";
import type { SessionSurroundings } from "./surroundings.ts";

export interface UtscServiceOptions {
  cmts: readonly CmtsTarget[];
  snmp: SnmpGateway;
  leases: LeaseGateway;
  store: SessionStore;
  publisher: LivePublisher;
  cleaner: FileCleaner;
  /** The TFTP server as the CMTSs reach it. */
  destination: TftpDestination;
  /** How long the agent lets a test run without word from here, in milliseconds. */
  leaseMs: number;
  log: Logger;
}

/**
 * Live UTSC sessions, one for each RF port. Sessions that were wanted when the process ended before run on;
 * stops that were not finished are finished.
 */
export function createUtscService(options: UtscServiceOptions): UtscService & FileClaimer {
  const service = new Sessions(options);
  service.resume();
  return service;
}

class Sessions implements UtscService, FileClaimer {
  readonly #options: UtscServiceOptions;
  readonly #around: SessionSurroundings;
  /** The newest session of each port, by CMTS and ifIndex. */
  readonly #byPort = new Map<string, LiveSession>();
  readonly #byId = new Map<string, LiveSession>();
  /** Every session ever stored, by id. */
  readonly #stored = new Map<string, StoredSession>();
  /** Starts of one port wait for each other. */
  readonly #starts = new KeyedQueue({ maxTotal: 64, maxPerKey: 1 });
  readonly #destinations = new KeyedQueue({ maxTotal: 64, maxPerKey: 1 });
  readonly #sweep: LeftoverSweep;

  constructor(options: UtscServiceOptions) {
    this.#options = options;
    const { snmp, leases, cleaner, publisher, destination, leaseMs, log } = options;
    this.#around = {
      snmp,
      leases,
      cleaner,
      publisher,
      destination,
      leaseMs,
      log,
      destinationQueue: this.#destinations,
      isOwn: (fileName) => {
        const owner = this.#stored.get(parseOwnFileName(fileName ?? "")?.sessionId ?? "");
        return owner !== undefined && !owner.settled;
      },
      save: (session) => {
        this.#stored.set(session.id, session);
        options.store.save(session);
      },
    };
    this.#sweep = new LeftoverSweep({ cleaner, log, ownerOf: (fileName) => this.#ownerOf(fileName) });
  }

  /** Takes up the stored sessions; the newest of each port stays in view, older ones only finish. */
  resume(): void {
    for (const stored of this.#options.store.list()) {
      this.#stored.set(stored.id, stored);
      const target = this.#findTarget(stored.cmtsId);
      if (target === undefined) {
        this.#options.log.warn({ sessionId: stored.id }, `CMTS ${stored.cmtsId} is no longer configured`);
        continue;
      }
      const key = portKey(stored.cmtsId, stored.rfPortIfIndex);
      const older = this.#byPort.get(key);
      if (older?.stored.settled === true) this.#byId.delete(older.id);
      const session = new LiveSession(this.#around, target, stored);
      this.#byPort.set(key, session);
      this.#byId.set(stored.id, session);
    }
    for (const session of this.#byId.values()) session.resume();
    this.#sweep.start();
  }

  list(): UtscSession[] {
    return [...this.#byId.values()].map((session) => session.snapshot());
  }

  get(id: string): UtscSession | undefined {
    return this.#byId.get(id)?.snapshot();
  }

  start({ cmtsId, rfPortIfIndex, ...request }: StartUtscSession): Promise<UtscSession> {
    const key = portKey(cmtsId, rfPortIfIndex);
    return this.#starts.run(key, async () => {
      const target = this.#findTarget(cmtsId);
      if (target === undefined) {
        const known = this.#options.cmts.map(({ id }) => id).join(", ") || "none";
        throw new PnmLabError("UTSC_CMTS_UNKNOWN", `there is no CMTS ${cmtsId}; configured are ${known}`);
      }
      const present = this.#byPort.get(key);
      if (present?.isLive && isSameRequest(present.stored.requested, request)) return present.snapshot();
      const port = await readUtscPort(this.#options.snmp, target, rfPortIfIndex);
      const window = checkRequest(request, port);
      if (present?.isLive) {
        await present.reconfigure(request, window);
        return present.snapshot();
      }
      if (present !== undefined) await this.#retire(present);
      const session = new LiveSession(this.#around, target, this.#newStored(cmtsId, port, request), window);
      this.#byPort.set(key, session);
      this.#byId.set(session.id, session);
      session.start();
      return session.snapshot();
    });
  }

  async stop(id: string): Promise<UtscSession> {
    const session = this.#byId.get(id);
    if (session === undefined) {
      throw new PnmLabError("SESSION_UNKNOWN", `there is no capture session ${id}`);
    }
    await session.stop();
    return session.snapshot();
  }

  /** Files are ours by the name that the session wrote into the row, and nobody's else. */
  claim(fileName: string): FileClaim | undefined {
    if (!fileName.startsWith(OWN_PREFIX)) return undefined;
    const name = parseOwnFileName(fileName);
    const session = name && this.#byId.get(name.sessionId);
    if (session !== undefined) return session.claim(name!.generation);
    // A late file of a settled session goes; one of another installation is none of our business.
    return { removeAfter: this.#ownerOf(fileName) !== undefined, take: () => {} };
  }

  async close(): Promise<void> {
    this.#starts.close();
    await this.#sweep.close();
    await Promise.all([...this.#byId.values()].map((session) => session.close()));
    this.#destinations.close();
  }

  /** A session that has ended makes room for the next on its port, once the CMTS is clear or known not to be. */
  async #retire(session: LiveSession): Promise<void> {
    await session.stop();
    if (!session.stored.settled) return;
    this.#byId.delete(session.id);
    await session.close();
  }

  #newStored(cmtsId: string, port: UtscPort, requested: UtscRequest): StoredSession {
    const stored: StoredSession = {
      id: newSessionId(),
      streamId: this.#options.store.nextStreamId(),
      cmtsId,
      rfPortIfIndex: port.ifIndex,
      rfPortName: port.name,
      desired: "running",
      requested,
      createdAt: new Date().toISOString(),
      settled: false,
    };
    this.#around.save(stored);
    return stored;
  }

  #findTarget(cmtsId: string): SnmpTarget | undefined {
    const cmts = this.#options.cmts.find(({ id }) => id === cmtsId);
    return cmts && { host: cmts.host, port: cmts.port, profile: cmts.profile };
  }

  #ownerOf(fileName: string): StoredSession | undefined {
    return this.#stored.get(parseOwnFileName(fileName)?.sessionId ?? "");
  }
}

function portKey(cmtsId: string, rfPortIfIndex: number): string {
  return `${cmtsId}/${rfPortIfIndex}`;
}

function isSameRequest(a: UtscRequest, b: UtscRequest): boolean {
  return (
    a.centerFrequencyHz === b.centerFrequencyHz &&
    a.spanHz === b.spanHz &&
    a.bins === b.bins &&
    a.repeatPeriodUs === b.repeatPeriodUs &&
    a.outputFormat === b.outputFormat &&
    a.window === b.window
  );
}
