import type { CmtsTarget, Logger } from "@pnmlab/config";
import { KeyedQueue, messageOf, PnmLabError } from "@pnmlab/kit";
import type {
  SnmpComparison,
  SnmpTarget,
  StartUtscSession,
  TftpProbe,
  UtscColumnsAnswer,
  UtscDryRun,
  UtscOptions,
  UtscRequest,
  UtscSession,
} from "@pnmlab/protocol";
import type {
  FileClaim,
  FileClaimer,
  FileCleaner,
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
import { type CapacityHolder, lackOfRoom, requireCapacity, roomOf } from "./capacity.ts";
import type { TftpDestination } from "./destination.ts";
import { dryRunOf } from "./dry-run.ts";
import { newSessionId, OWN_PREFIX, parseOwnFileName } from "./file-name.ts";
import { LeftoverSweep } from "./leftover-sweep.ts";
import { optionsOf } from "./options.ts";
import { findProbeRequest } from "./probe-request.ts";
import { readRunningTests } from "./running-tests.ts";
import { LATE_FILE_MS, LiveSession } from "./session.ts";
import { requireAllowed, type SettledRequest, settleRequest } from "./settle.ts";
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
): UtscService & UtscSetup & UtscProbe & FileClaimer & MarkOwner & TakenFiles {
  const service = new Sessions(options);
  service.resume();
  return service;
}

const PROBE_PATIENCE_MS = 10_000;
/** More files than can wait for their removal. */
const MAX_TAKEN = 10_000;

class Sessions implements UtscService, UtscSetup, UtscProbe, FileClaimer, MarkOwner, TakenFiles {
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
  /** Sessions of probes: they capture once, are shown to nobody and do not outlive this process. */
  readonly #probes = new Set<string>();
  /** Ports on which a probe captures or clears up, by CMTS and ifIndex. */
  readonly #probed = new Set<string>();
  /** Sessions that hold room on their line card and chassis. */
  readonly #withRoom = new Set<string>();
  readonly #closing = new AbortController();
  /** Newest files of sessions whose CMTS names them; only these may be removed beside those of our own names. */
  readonly #takenByVendorName = new Set<string>();

  constructor(options: UtscServiceOptions) {
    this.#options = options;
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
      log,
      destinationQueue: this.#destinations,
      isOwn: (mark) => this.isOwn(mark),
      readsBySnmp: true,
      reportFile: (fileName) => options.reportFile?.(fileName),
      lookAtStorage: options.lookAtStorage,
      isFetched: options.isFetched ?? false,
      takeRoom: (session, settled) => this.#takeRoom(session, settled),
      save: (session) => {
        if (session.settled) this.#withRoom.delete(session.id);
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
    const shown = [...this.#byId.values()].filter(({ id }) => !this.#probes.has(id));
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
        await present.reconfigure(request, settled);
        return present.snapshot();
      }
      if (present !== undefined) await this.#retire(present);
      const others = await this.#othersThatCount(cmtsId, target, settled);
      this.#closing.signal.throwIfAborted();
      // From here to the session's place on its port nothing waits: two starts cannot take the same room.
      this.#requireCapacity(cmtsId, settled, others);
      const stored = this.#newStored(cmtsId, settled.port, request);
      this.#withRoom.add(stored.id);
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
    let shown: LiveSession | undefined;
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
          shown = this.#byPort.get(key);
          this.#requireNoProbe(key);
          this.#requireFree(shown);
          this.#requireCapacity(cmtsId, settled, await this.#othersThatCount(cmtsId, target, settled));
          this.#closing.signal.throwIfAborted();
          this.#probed.add(key);
          return this.#newProbe(cmtsId, target, settled, request!);
        }),
      release: async (session, restore) => {
        try {
          await session.stop();
          if (session.stored.settled) await restore();
        } finally {
          this.#probed.delete(key);
          if (session.stored.settled) this.#giveBack(key, session, shown);
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
    const { room, roomUnknown, wanted, holders } = await this.#roomFor(cmtsId, target, settled);
    return dryRunOf({
      snmp,
      target,
      cmtsId,
      settled,
      destination,
      isOwn,
      session: present?.isLive ? present.snapshot() : undefined,
      lackOfRoom: present?.isLive ? undefined : lackOfRoom(settled.profile, wanted, holders),
      room,
      roomUnknown,
    });
  }

  async single(request: StartUtscSession): Promise<UtscSession> {
    const { id } = await this.start(request);
    const session = this.#byId.get(id)!;
    session.endWithNextFrame();
    return session.snapshot();
  }

  async compareWithSnmp(id: string): Promise<SnmpComparison> {
    const session = this.#byId.get(id);
    if (session === undefined) throw new PnmLabError("SESSION_UNKNOWN", `there is no capture session ${id}`);
    return session.compareWithSnmp();
  }

  columns(id: string): UtscColumnsAnswer | undefined {
    return this.#byId.get(id)?.columns();
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
    if (!this.#probed.has(key)) return;
    throw new PnmLabError(
      "UTSC_PROBE_BUSY",
      `the way of the files is being tested on ${this.#byPort.get(key)?.stored.rfPortName}; try again in some seconds`,
      { retryable: true },
    );
  }

  /** The port of a probe that has cleared up shows again what it showed before. */
  #giveBack(key: string, probe: LiveSession, shown: LiveSession | undefined): void {
    if (shown === undefined) this.#byPort.delete(key);
    else this.#byPort.set(key, shown);
    // Its files are known as such for as long as they may be late.
    setTimeout(() => void this.#forget(probe), LATE_FILE_MS).unref();
  }

  /** @throws PnmLabError `UTSC_SESSION_BUSY` */
  #requireFree(present: LiveSession | undefined): void {
    if (present === undefined || (!present.isLive && present.stored.settled)) return;
    const { id, rfPortName } = present.stored;
    const does = present.isLive ? "captures on" : "is still being cleared from";
    throw new PnmLabError("UTSC_SESSION_BUSY", `session ${id} ${does} ${rfPortName}; it was left alone`);
  }

  #newProbe(cmtsId: string, target: SnmpTarget, settled: SettledRequest, request: UtscRequest): LiveSession {
    const around = {
      ...this.#aroundOf(target),
      readsBySnmp: false,
      // One file is enough: no second run begins.
      publisher: { publishSession: () => {}, publishFrame: () => void session.stop() },
      // A process that starts anew finds it as one to clear up after while that is to be done, never as wanted.
      save: (stored: StoredSession) => {
        if (stored.settled) this.#withRoom.delete(stored.id);
        this.#stored.set(stored.id, stored);
        if (stored.settled) this.#options.store.remove(stored.id);
        else this.#options.store.save({ ...stored, desired: "stopped" });
      },
    };
    const stored = this.#newStored(cmtsId, settled.port, request, around.save);
    this.#probes.add(stored.id);
    this.#withRoom.add(stored.id);
    const session: LiveSession = new LiveSession(around, target, stored, settled);
    this.#byPort.set(portKey(cmtsId, settled.port.ifIndex), session);
    this.#byId.set(session.id, session);
    return session;
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

  /** What room the CMTS has beside the tests of now; the limits bind a port only where it runs nothing yet. */
  async #roomFor(cmtsId: string, target: SnmpTarget, settled: SettledRequest) {
    const { tests, unknown } = await this.#otherTests(cmtsId, target, settled.port);
    const { wanted, holders } = this.#contenders(cmtsId, settled, tests);
    return { room: roomOf(settled.profile, wanted, holders), roomUnknown: unknown, wanted, holders };
  }

  /** @throws PnmLabError `UTSC_CAPACITY_BUSY` */
  async #takeRoom(session: StoredSession, settled: SettledRequest): Promise<void> {
    const { cmtsId, id } = session;
    const target = this.#findTarget(cmtsId);
    if (this.#withRoom.has(id) || settled.profile.capacity === undefined || target === undefined) return;
    const { tests, running } = await this.#otherTests(cmtsId, target, settled.port);
    const goesFirst = (other: StoredSession) =>
      this.#withRoom.has(other.id) || running.has(other.id) || isBefore(other, session);
    this.#requireCapacity(cmtsId, settled, tests, goesFirst);
    this.#withRoom.add(id);
  }

  /** @throws PnmLabError `UTSC_CAPACITY_BUSY` */
  #requireCapacity(
    cmtsId: string,
    settled: SettledRequest,
    others: readonly CapacityHolder[],
    counts?: (session: StoredSession) => boolean,
  ): void {
    const { wanted, holders } = this.#contenders(cmtsId, settled, others, counts);
    requireCapacity(settled.profile, wanted, holders);
  }

  /** The test that is asked for, and everybody else's: sessions of this backend that count, and those given. */
  #contenders(
    cmtsId: string,
    { port, values }: SettledRequest,
    others: readonly CapacityHolder[],
    counts: (session: StoredSession) => boolean = () => true,
  ) {
    const sessions = [...this.#byPort.values()]
      .map(({ stored }) => stored)
      .filter((stored) => stored.cmtsId === cmtsId && stored.rfPortIfIndex !== port.ifIndex)
      .filter((stored) => stored.desired === "running" || !stored.settled)
      .filter(counts)
      .map(({ id, rfPortName, requested }) => ({
        rfPortName,
        repeatPeriodUs: requested.repeatPeriodUs,
        who: `session ${id} on ${rfPortName}`,
      }));
    const wanted = { rfPortName: port.name, repeatPeriodUs: Number(values.repeatPeriodUs ?? 0) };
    return { wanted, holders: [...sessions, ...others] };
  }

  /** What others run on the CMTS, where its capacity is limited. */
  async #othersThatCount(
    cmtsId: string,
    target: SnmpTarget,
    { port, profile }: SettledRequest,
  ): Promise<CapacityHolder[]> {
    return profile.capacity === undefined ? [] : (await this.#otherTests(cmtsId, target, port)).tests;
  }

  /**
   * What others run on the CMTS, and which of our sessions run there; a CMTS that does not tell refuses by
   * itself, so that no start fails by it.
   */
  async #otherTests(
    cmtsId: string,
    target: SnmpTarget,
    port: UtscPort,
  ): Promise<{
    tests: CapacityHolder[];
    running: ReadonlySet<string | undefined>;
    unknown: string | undefined;
  }> {
    const { snmp, log } = this.#around;
    try {
      const all = await readRunningTests(snmp, target);
      const running = new Set(all.map(({ mark }) => mark?.sessionId));
      const foreign = all.filter(
        ({ mark, rfPortIfIndex }) => !this.isOwn(mark) && rfPortIfIndex !== port.ifIndex,
      );
      const tests = await Promise.all(
        foreign.map(async ({ rfPortIfIndex, fileName }) => {
          const { name } = await readUtscPort(snmp, target, rfPortIfIndex);
          const named = fileName === null ? "" : `, whose files are named "${fileName}"`;
          const who = `a test on ${name} that no session of this backend has started${named}`;
          return { rfPortName: name, repeatPeriodUs: undefined, who };
        }),
      );
      return { tests, running, unknown: undefined };
    } catch (error) {
      const unknown = messageOf(error);
      log.warn({ cmtsId }, `what else runs on CMTS ${cmtsId} could not be read: ${unknown}`);
      return { tests: [], running: new Set(), unknown };
    }
  }

  /** A session that has ended makes room for the next on its port, once the CMTS is clear or known not to be. */
  async #retire(session: LiveSession): Promise<void> {
    await session.stop();
    if (!session.stored.settled) return;
    await this.#forget(session);
  }

  async #forget(session: LiveSession): Promise<void> {
    this.#byId.delete(session.id);
    this.#probes.delete(session.id);
    await session.close();
  }

  /** The surroundings of a session: the agent that counts is the one that reaches its CMTS. */
  #aroundOf(target: SnmpTarget): SessionSurroundings {
    return { ...this.#around, snmp: gatewayTo(this.#around.snmp, target) };
  }

  #newStored(
    cmtsId: string,
    port: UtscPort,
    requested: UtscRequest,
    save = this.#around.save,
  ): StoredSession {
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
    save(stored);
    return stored;
  }

  #settle(cmtsId: string, target: SnmpTarget, rfPortIfIndex: number, request: UtscRequest) {
    return settleRequest(
      { ...this.#around, destinationIndex: this.#around.destination.index },
      { cmtsId, target, rfPortIfIndex },
      request,
    );
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

/** Whether a session was made before another. */
function isBefore(a: StoredSession, b: StoredSession): boolean {
  return a.createdAt === b.createdAt ? a.id < b.id : a.createdAt < b.createdAt;
}

function isSameRequest(a: UtscRequest, b: UtscRequest): boolean {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof UtscRequest>;
  return [...fields].every((field) => a[field] === b[field]);
}
