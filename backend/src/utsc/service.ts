import type { CmtsTarget, Logger } from "@pnmlab/config";
import type { UtscSampleHabits } from "@pnmlab/docsis-mib";
import { KeyedQueue, PnmLabError } from "@pnmlab/kit";
import type {
  SnmpComparison,
  SnmpTarget,
  SpectrumFrame,
  StartUtscSession,
  TftpProbe,
  UtscColumnsAnswer,
  UtscDryRun,
  UtscOptions,
  UtscRequest,
  UtscSession,
} from "@pnmlab/protocol";
import type { FrameOrigin } from "@pnmlab/recording";
import type {
  FileClaim,
  FileClaimer,
  FileCleaner,
  FrameFacts,
  FrameOriginSource,
  LeaseGateway,
  LivePublisher,
  MarkOwner,
  ModemFinder,
  SessionStore,
  SnmpGateway,
  StorageLook,
  StoredSession,
  TakenFiles,
  UtscProbe,
  UtscProfileSource,
  UtscService,
  UtscSetup,
} from "../contracts.ts";
import { gatewayTo } from "../snmp/target-gateway.ts";
import { readUtscPort, type UtscPort } from "./capability.ts";
import type { TftpDestination } from "./destination.ts";
import { dryRunOf } from "./dry-run.ts";
import { newSessionId, OWN_PREFIX, parseOwnFileName } from "./file-name.ts";
import { KEPT_FRAMES } from "./frame-provenance.ts";
import { LeftoverSweep } from "./leftover-sweep.ts";
import { optionsOf } from "./options.ts";
import { findProbeRequest } from "./probe-request.ts";
import { RoomKeeper } from "./room-keeper.ts";
import { LATE_FILE_MS, LiveSession } from "./session.ts";
import { refusingPast, requireAllowed, type SettledRequest, settleRequest } from "./settle.ts";
import { StoredSessions } from "./stored-sessions.ts";
import type { SessionSurroundings } from "./surroundings.ts";
import { runTftpProbe } from "./tftp-probe.ts";
import { parseVendorFileName } from "./vendor-file-name.ts";

export interface UtscServiceOptions {
  cmts: readonly CmtsTarget[];
  snmp: SnmpGateway;
  profiles: UtscProfileSource;
  modems: ModemFinder;
  leases: LeaseGateway;
  store: SessionStore;
  publisher: LivePublisher;
  cleaner: FileCleaner;
  /** The TFTP server as the CMTSs reach it. */
  destination: TftpDestination;
  /** How long the agent lets a test run without word from here, in milliseconds. */
  leaseMs: number;
  /** How samples are read where the vendor profile is not to decide, by CMTS. */
  samples?: ReadonlyMap<string, Partial<UtscSampleHabits>>;
  /** How long a test of the files' way waits for its capture, and for its file; 10,000 ms unless given. */
  probePatienceMs?: number;
  /** Told of the name that a CMTS gives its newest file, where it names its files by itself. */
  reportFile?: (fileName: string) => void;
  /** Whether files are fetched by the names that their CMTS tells; false unless given. */
  isFetched?: boolean;
  /** Whether files can come into the TFTP directory. */
  lookAtStorage?: StorageLook;
  log: Logger;
}

/**
 * Live UTSC sessions, one for each RF port. Sessions that were wanted when the process ended before run on;
 * stops that were not finished are finished.
 */
export function createUtscService(
  options: UtscServiceOptions,
): UtscService & UtscSetup & UtscProbe & FrameOriginSource & FileClaimer & MarkOwner & TakenFiles {
  const service = new Sessions(options);
  service.resume();
  return service;
}

const PROBE_PATIENCE_MS = 10_000;
/** More files than can wait for their removal. */
const MAX_TAKEN = 10_000;

class Sessions
  implements UtscService, UtscSetup, UtscProbe, FrameOriginSource, FileClaimer, MarkOwner, TakenFiles
{
  readonly #options: UtscServiceOptions;
  readonly #around: SessionSurroundings;
  /** The newest session of each port, by CMTS and ifIndex. */
  readonly #byPort = new Map<string, LiveSession>();
  readonly #byId = new Map<string, LiveSession>();
  readonly #stored: StoredSessions;
  /** Starts of one port wait for each other. */
  readonly #starts = new KeyedQueue({ maxTotal: 64, maxPerKey: 1 });
  readonly #destinations = new KeyedQueue({ maxTotal: 64, maxPerKey: 1 });
  readonly #sweep: LeftoverSweep;
  /** Names of the ports on which a probe captures or clears up, by CMTS and ifIndex. */
  readonly #probed = new Map<string, string>();
  readonly #room: RoomKeeper;
  readonly #closing = new AbortController();
  /** Newest files of sessions whose CMTS names them; only these may be removed beside those of our own names. */
  readonly #takenByVendorName = new Set<string>();

  constructor(options: UtscServiceOptions) {
    this.#options = options;
    this.#stored = new StoredSessions(options.store);
    const { snmp, profiles, modems, leases, cleaner, publisher, destination, leaseMs, log } = options;
    this.#around = {
      snmp,
      profiles,
      modems,
      leases,
      cleaner,
      publisher,
      destination,
      leaseMs,
      samplesOf: (cmtsId) => options.samples?.get(cmtsId) ?? {},
      log,
      destinationQueue: this.#destinations,
      isOwn: (mark) => this.isOwn(mark),
      readsBySnmp: true,
      reportFile: (fileName) => options.reportFile?.(fileName),
      lookAtStorage: options.lookAtStorage,
      isFetched: options.isFetched ?? false,
      takeRoom: (session, settled) => this.#room.take(session, this.#requireTarget(session.cmtsId), settled),
      save: (session) => {
        if (session.settled) this.#room.release(session.id);
        this.#stored.save(session);
      },
    };
    this.#room = new RoomKeeper({
      snmp,
      log,
      sessions: () => [...this.#byId.values()].map(({ stored }) => stored),
      isOwn: (mark) => this.isOwn(mark),
    });
    this.#sweep = new LeftoverSweep({ cleaner, log, ownerOf: (fileName) => this.#ownerOf(fileName) });
  }

  /** Takes up the stored sessions; the newest of each port stays in view, older ones only finish. */
  resume(): void {
    for (const stored of this.#stored.list()) {
      const target = this.#findTarget(stored.cmtsId);
      if (target === undefined) {
        this.#options.log.warn({ sessionId: stored.id }, `CMTS ${stored.cmtsId} is no longer configured`);
        continue;
      }
      if (stored.isProbe) {
        const probe = new LiveSession(
          this.#aroundOfProbe(target, () => this.#forgetLater(probe)),
          target,
          stored,
        );
        this.#byId.set(stored.id, probe);
        continue;
      }
      const key = portKey(stored.cmtsId, stored.rfPortIfIndex);
      const older = this.#byPort.get(key);
      if (older?.stored.settled === true) void this.#forget(older);
      const session = new LiveSession(this.#aroundOf(target), target, stored);
      this.#byPort.set(key, session);
      this.#byId.set(stored.id, session);
    }
    for (const session of this.#byId.values()) session.resume();
    this.#sweep.start();
  }

  isOwn(mark: { sessionId: string } | undefined): boolean {
    return this.#stored.get(mark?.sessionId ?? "")?.settled === false;
  }

  wasOwn(mark: { sessionId: string } | undefined): boolean {
    return this.#stored.has(mark?.sessionId ?? "");
  }

  list(): UtscSession[] {
    const shown = [...this.#byId.values()].filter(({ stored }) => !stored.isProbe);
    return shown.map((session) => session.snapshot());
  }

  get(id: string): UtscSession | undefined {
    return this.#byId.get(id)?.snapshot();
  }

  start({ cmtsId, rfPortIfIndex, ...request }: StartUtscSession): Promise<UtscSession> {
    const key = portKey(cmtsId, rfPortIfIndex);
    return this.#starts.run(key, async () => {
      const target = this.#requireTarget(cmtsId);
      const present = this.#byPort.get(key);
      this.#requireNoProbe(key);
      if (present?.isLive && isSameRequest(present.stored.requested, request)) {
        present.runOn();
        return present.snapshot();
      }
      const settled = await this.#settle(cmtsId, target, rfPortIfIndex, request);
      this.#closing.signal.throwIfAborted();
      requireAllowed(settled);
      if (present?.isLive) {
        const others = await this.#room.othersThatCount(cmtsId, target, settled);
        this.#closing.signal.throwIfAborted();
        this.#room.require(cmtsId, settled, others, present.stored);
        if (present.isLive) this.#room.hold(present.id, settled);
        await present.reconfigure(request, settled);
        return present.snapshot();
      }
      if (present !== undefined) await this.#retire(present);
      const others = await this.#room.othersThatCount(cmtsId, target, settled);
      this.#closing.signal.throwIfAborted();
      // From here to the session's place on its port nothing waits: two starts cannot take the same room.
      this.#room.require(cmtsId, settled, others);
      const stored = this.#newStored(cmtsId, settled.port, request);
      this.#room.hold(stored.id, settled);
      const session = new LiveSession(this.#aroundOf(target), target, stored, settled);
      this.#byPort.set(key, session);
      this.#byId.set(session.id, session);
      session.start();
      return session.snapshot();
    });
  }

  /** Makes one capture whose file has to arrive, clears up, and says where the file's way is broken. */
  async probe(cmtsId: string, rfPortIfIndex: number): Promise<TftpProbe> {
    const target = this.#requireTarget(cmtsId);
    const key = portKey(cmtsId, rfPortIfIndex);
    let request: UtscRequest | undefined;
    return runTftpProbe({
      cmtsId,
      rfPortIfIndex,
      target,
      snmp: this.#aroundOf(target).snmp,
      cleaner: this.#around.cleaner,
      destination: this.#around.destination,
      signal: this.#closing.signal,
      patienceMs: this.#options.probePatienceMs ?? PROBE_PATIENCE_MS,
      settle: async () => {
        const wish = (wanted: UtscRequest) => this.#settle(cmtsId, target, rfPortIfIndex, wanted);
        const found = await findProbeRequest(wish);
        request = found.request;
        return found.settled;
      },
      open: (settled) =>
        this.#starts.run(key, async () => {
          requireAllowed(settled);
          const shown = this.#byPort.get(key);
          this.#requireNoProbe(key);
          this.#requireFree(shown);
          const others = await this.#room.othersThatCount(cmtsId, target, settled);
          this.#closing.signal.throwIfAborted();
          this.#room.require(cmtsId, settled, others);
          this.#probed.set(key, settled.port.name);
          return this.#newProbe(cmtsId, target, settled, request!, shown);
        }),
      release: async (session, restore) => {
        try {
          await session.stop();
          if (session.stored.settled) await restore();
        } finally {
          this.#probed.delete(key);
        }
      },
    });
  }

  async options(cmtsId: string, rfPortIfIndex: number, profileId?: string): Promise<UtscOptions> {
    const target = this.#requireTarget(cmtsId);
    const { snmp, profiles } = this.#around;
    const [port, chosen] = await Promise.all([
      readUtscPort(snmp, target, rfPortIfIndex),
      profileId === undefined ? profiles.of(cmtsId, target) : profiles.as(profileId, cmtsId, target),
    ]);
    return optionsOf(cmtsId, port, chosen, this.#around.destination.index);
  }

  async dryRun({ cmtsId, rfPortIfIndex, ...request }: StartUtscSession): Promise<UtscDryRun> {
    const target = this.#requireTarget(cmtsId);
    const settled = await this.#settle(cmtsId, target, rfPortIfIndex, request);
    const present = this.#byPort.get(portKey(cmtsId, rfPortIfIndex));
    const { snmp, destination, isOwn } = this.#around;
    const session = present?.isLive ? present : undefined;
    const found = await this.#room.look(cmtsId, target, settled, session?.stored);
    return dryRunOf({
      snmp,
      target,
      cmtsId,
      settled,
      destination,
      isOwn,
      session: session?.snapshot(),
      ...found,
    });
  }

  async single(request: StartUtscSession): Promise<UtscSession> {
    const { id } = await this.start(request);
    const session = this.#byId.get(id)!;
    session.endWithNextFrame();
    return session.snapshot();
  }

  async compareWithSnmp(id: string, signal: AbortSignal): Promise<SnmpComparison> {
    const session = this.#byId.get(id);
    if (session === undefined) throw new PnmLabError("SESSION_UNKNOWN", `there is no capture session ${id}`);
    return session.compareWithSnmp(AbortSignal.any([signal, this.#closing.signal]));
  }

  columns(id: string): UtscColumnsAnswer | undefined {
    return this.#byId.get(id)?.columns();
  }

  frame(id: string, sequence: number): FrameFacts {
    const session = this.#byId.get(id);
    if (session === undefined) throw new PnmLabError("SESSION_UNKNOWN", `there is no capture session ${id}`);
    const facts = session.frame(sequence);
    if (facts !== undefined) return facts;
    const { framesReceived } = session.progress;
    throw new PnmLabError(
      "UTSC_FRAME_UNKNOWN",
      sequence > framesReceived
        ? `session ${id} has no frame ${sequence}: the newest is ${framesReceived}`
        : `where frame ${sequence} came from is no longer known: it is kept for the newest ${KEPT_FRAMES} frames that came since the backend started`,
    );
  }

  origin(id: string, frame: SpectrumFrame): FrameOrigin | undefined {
    return this.#byId.get(id)?.origin(frame);
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
    if (!fileName.startsWith(OWN_PREFIX)) return this.#claimByVendorName(fileName);
    const name = parseOwnFileName(fileName);
    const session = name && this.#byId.get(name.sessionId);
    if (session !== undefined) return session.claim(name!.generation);
    // A late file of a settled session goes; one of another installation is none of our business.
    return { removeAfter: this.#ownerOf(fileName) !== undefined, take: () => {} };
  }

  hasTaken(fileName: string): boolean {
    return this.#takenByVendorName.has(fileName);
  }

  async close(): Promise<void> {
    this.#closing.abort(new PnmLabError("CLOSED", "the backend is closing"));
    this.#starts.close();
    await this.#sweep.close();
    await Promise.all([...this.#byId.values()].map((session) => session.close()));
    this.#destinations.close();
  }

  /** @throws PnmLabError `UTSC_PROBE_BUSY` */
  #requireNoProbe(key: string): void {
    const rfPortName = this.#probed.get(key);
    if (rfPortName === undefined) return;
    throw new PnmLabError(
      "UTSC_PROBE_BUSY",
      `the way of the files is being tested on ${rfPortName}; try again in some seconds`,
      { retryable: true },
    );
  }

  /** The port of a probe that has cleared up, be it late, shows again what it showed before. */
  #giveBack(key: string, probe: LiveSession, shown: LiveSession | undefined): void {
    if (this.#byPort.get(key) === probe) {
      if (shown === undefined) this.#byPort.delete(key);
      else this.#byPort.set(key, shown);
    }
    this.#forgetLater(probe);
  }

  /** Files of a probe are known as such for as long as they may be late. */
  #forgetLater(probe: LiveSession): void {
    setTimeout(() => void this.#forget(probe), LATE_FILE_MS).unref();
  }

  /** @throws PnmLabError `UTSC_SESSION_BUSY` */
  #requireFree(present: LiveSession | undefined): void {
    if (present === undefined || (!present.isLive && present.stored.settled)) return;
    const { id, rfPortName } = present.stored;
    const does = present.isLive ? "captures on" : "is still being cleared from";
    throw new PnmLabError("UTSC_SESSION_BUSY", `session ${id} ${does} ${rfPortName}; it was left alone`);
  }

  #newProbe(
    cmtsId: string,
    target: SnmpTarget,
    settled: SettledRequest,
    request: UtscRequest,
    shown: LiveSession | undefined,
  ): LiveSession {
    const key = portKey(cmtsId, settled.port.ifIndex);
    const around = {
      ...this.#aroundOfProbe(target, () => this.#giveBack(key, session, shown)),
      // One file is enough: no second run begins.
      publisher: { publishSession: () => {}, publishFrame: () => void session.stop() },
    };
    const stored = this.#newStored(cmtsId, settled.port, request, true);
    this.#room.hold(stored.id, settled);
    const session: LiveSession = new LiveSession(around, target, stored, settled);
    this.#byPort.set(key, session);
    this.#byId.set(session.id, session);
    return session;
  }

  /** A process that starts anew finds a probe as one to clear up after, never as wanted or shown. */
  #aroundOfProbe(target: SnmpTarget, onSettled: () => void): SessionSurroundings {
    return {
      ...this.#aroundOf(target),
      readsBySnmp: false,
      publisher: { publishSession: () => {}, publishFrame: () => {} },
      save: (stored) => {
        if (stored.settled) onSettled();
        this.#around.save(stored);
      },
    };
  }

  /**
   * A file that its CMTS has named by itself is known by the CMTS and the RF port in its name, and by its time:
   * one session has the port, and what is older than its configuration is somebody else's.
   */
  #claimByVendorName(fileName: string): FileClaim | undefined {
    const name = parseVendorFileName(fileName);
    if (name === undefined) return undefined;
    // One that has ended waits for late files, and must not take those of the one behind it.
    for (const session of [...this.#byId.values()].reverse()) {
      const claim = session.claimByVendorName(name, () => this.#noteTaken(fileName));
      if (claim !== undefined) return claim;
    }
    return undefined;
  }

  #noteTaken(fileName: string): void {
    this.#takenByVendorName.add(fileName);
    if (this.#takenByVendorName.size <= MAX_TAKEN) return;
    const [oldest] = this.#takenByVendorName;
    this.#takenByVendorName.delete(oldest!);
  }

  /** A session that has ended makes room for the next on its port, once the CMTS is clear or known not to be. */
  async #retire(session: LiveSession): Promise<void> {
    await session.stop();
    if (!session.stored.settled) return;
    await this.#forget(session);
  }

  async #forget(session: LiveSession): Promise<void> {
    this.#byId.delete(session.id);
    await session.close();
  }

  /** The surroundings of a session: the agent that counts is the one that reaches its CMTS. */
  #aroundOf(target: SnmpTarget): SessionSurroundings {
    return { ...this.#around, snmp: gatewayTo(this.#around.snmp, target) };
  }

  #newStored(cmtsId: string, port: UtscPort, requested: UtscRequest, isProbe = false): StoredSession {
    const stored: StoredSession = {
      id: newSessionId(),
      streamId: this.#stored.nextStreamId(),
      cmtsId,
      rfPortIfIndex: port.ifIndex,
      rfPortName: port.name,
      desired: "running",
      requested,
      createdAt: new Date().toISOString(),
      settled: false,
      ...(isProbe ? { isProbe } : {}),
    };
    this.#around.save(stored);
    return stored;
  }

  async #settle(cmtsId: string, target: SnmpTarget, rfPortIfIndex: number, request: UtscRequest) {
    const settled = await settleRequest(
      { ...this.#around, destinationIndex: this.#around.destination.index },
      { cmtsId, target, rfPortIfIndex },
      request,
    );
    return refusingPast(settled);
  }

  #requireTarget(cmtsId: string): SnmpTarget {
    const target = this.#findTarget(cmtsId);
    if (target !== undefined) return target;
    const known = this.#options.cmts.map(({ id }) => id).join(", ") || "none";
    throw new PnmLabError("UTSC_CMTS_UNKNOWN", `there is no CMTS ${cmtsId}; configured are ${known}`);
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
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof UtscRequest>;
  return [...fields].every((field) => a[field] === b[field]);
}
