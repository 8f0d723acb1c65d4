import { messageOf, PnmLabError } from "@pnmlab/kit";
import type {
  Failure,
  SnmpComparison,
  SnmpTarget,
  SpectrumFrame,
  UtscColumnsAnswer,
  UtscObserved,
  UtscRequest,
  UtscSession,
  UtscSessionState,
} from "@pnmlab/protocol";
import type { FrameOrigin } from "@pnmlab/recording";
import type { FileClaim, FrameFacts, IncomingFile, StoredSession } from "../contracts.ts";
import { clearUnmarked } from "./clear-port.ts";
import { columnTruths } from "./column-truth.ts";
import { compareWithSnmp } from "./compare-with-snmp.ts";
import { ControlLoop } from "./control-loop.ts";
import { failureOf } from "./failure.ts";
import { FrameIntake } from "./frame-intake.ts";
import { HeldFiles } from "./held-files.ts";
import { Lease } from "./lease.ts";
import { MissingFiles, type MissingFilesCause } from "./missing-files.ts";
import { stallAfterMs } from "./poll-schedule.ts";
import { RoundTrips } from "./round-trips.ts";
import { type Facts, SessionFace } from "./session-face.ts";
import type { SettledRequest } from "./settle.ts";
import { SnmpFallback, type SnmpResult } from "./snmp-result.ts";
import { isAboutMissingFiles, isFileMissing, stallFailure } from "./stall.ts";
import { StopLoop } from "./stop-loop.ts";
import type { SessionSurroundings } from "./surroundings.ts";
import type { ControlledRow } from "./test-control.ts";
import { baseOf, isFileOf, type VendorFileName } from "./vendor-file-name.ts";

/** A refusal stays in view this long after the file it is about. */
const FILE_FAILURE_MS = 10_000;
const TICK_MS = 500;
const RECENT_FRAMES = 8;
/** Files that a CMTS names by itself are known as this session's for so long after its end. */
export const LATE_FILE_MS = 10_000;
/** File systems tell times in steps of up to 2 s. */
const FILE_TIME_TOLERANCE_MS = 2000;

/** What a session's own neighbours see of it beyond its snapshot. */
export interface SessionProgress extends Pick<Facts, "step" | "accepted" | "measStatus"> {
  state: UtscSessionState;
  failure: Failure | null;
  /** docsPnmCmtsUtscCfgIndex of its row; undefined before there is one. */
  cfgIndex: number | undefined;
  framesReceived: number;
  observed: UtscObserved | undefined;
}

/**
 * One capture session: desired state on one side, a CMTS on the other. Owns its control loop (configure,
 * start, watch, re-arm), its stop loop, its lease and its frames.
 */
export class LiveSession {
  readonly #around: SessionSurroundings;
  readonly #target: SnmpTarget;
  readonly #intake: FrameIntake;
  readonly #face: SessionFace;
  readonly #lease: Lease;
  readonly #fallback: SnmpFallback;
  readonly #missing: MissingFiles;
  readonly #roundTrips = new RoundTrips();
  #cause: MissingFilesCause | undefined;
  #newestFileName: string | undefined;
  /** The newest frames that came in files, the oldest first. */
  readonly #recent: SpectrumFrame[] = [];
  readonly #held = new HeldFiles();
  #stored: StoredSession;
  #settled: SettledRequest | undefined;
  #control: ControlLoop | undefined;
  #stop: StopLoop | undefined;
  /** Ends with the next frame. */
  #isSingle = false;
  #isClosed = false;
  #lastGeneration = 0;
  #stoppedAtMs = 0;
  /** Whether the row that an earlier process wrote is still this session's; undefined where this process knows. */
  #rowIsOurs: PromiseWithResolvers<boolean> | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #offAvailability: () => void;

  constructor(
    around: SessionSurroundings,
    target: SnmpTarget,
    stored: StoredSession,
    settled?: SettledRequest,
  ) {
    this.#around = around;
    this.#target = target;
    this.#stored = stored;
    this.#settled = settled;
    this.#lastGeneration = stored.vendorFiles?.generation ?? 0;
    this.#intake = new FrameIntake(stored.streamId, () => this.#takeHeld());
    const { available, sentence } = around.snmp;
    const { isFetched } = around;
    const agentSentence = available ? undefined : sentence;
    this.#face = new SessionFace(stored, this.#intake, around.publisher, { agentSentence, isFetched });
    this.#lease = new Lease(around.leases, `utsc-${stored.id}`, around.leaseMs, target);
    this.#fallback = new SnmpFallback({
      snmp: around.snmp,
      target,
      wantedRow: () => this.#rowWithoutFiles(),
      sinceMs: () => this.#control?.configuredAtMs ?? 0,
      onResult: (result) => this.#takeResult(result),
      onFailure: (message) => around.log.warn({ sessionId: stored.id }, message),
    });
    this.#missing = new MissingFiles({
      snmp: around.snmp,
      target,
      lookAtStorage: around.lookAtStorage,
      isMissed: (fileName) => this.#isMissed(fileName),
      needsNames: () => isFetched && this.#control?.settled?.profile.fileNaming === "configured",
      onFound: (cause) => this.#noteCause(cause),
      onFailure: (message) => around.log.debug({ sessionId: stored.id }, message),
    });
    this.#offAvailability = around.snmp.onAvailabilityChange(() => this.#noteAgent());
  }

  get id(): string {
    return this.#stored.id;
  }

  get stored(): StoredSession {
    return this.#stored;
  }

  snapshot(): UtscSession {
    return this.#face.snapshot();
  }

  /** How far the session has come, as it is now. */
  get progress(): SessionProgress {
    const { step, accepted, measStatus, failure } = this.#face.facts;
    return {
      state: this.#face.state,
      step,
      accepted,
      measStatus,
      failure: failure ?? null,
      cfgIndex: this.#control?.cfgIndex,
      framesReceived: this.#intake.framesReceived,
      observed: this.#intake.observed,
    };
  }

  /** Each column as asked, written, accepted and observed. */
  columns(): UtscColumnsAnswer {
    const accepted = this.#face.facts.accepted;
    const settled = this.#control?.settled ?? this.#settled;
    const { requested } = this.#stored;
    return {
      columns: columnTruths({
        requested,
        written: settled?.values ?? {},
        accepted,
        observed: this.#intake.observed,
        notes: this.#control?.notes ?? [],
      }),
      readAt: accepted?.readAt ?? null,
    };
  }

  /** What the session knows of one of its newest frames; undefined where it is not kept. */
  frame(sequence: number): FrameFacts | undefined {
    const origin = this.#intake.origins.of(sequence);
    return (
      origin && {
        sessionId: this.id,
        ...origin,
        target: this.#target,
        statusPoll: this.#roundTrips.newest("statusPoll") ?? null,
        configuration: this.#roundTrips.newest("configuration") ?? null,
      }
    );
  }

  /** Where one of its newest frames comes from, to be recorded with it. */
  origin(frame: SpectrumFrame): FrameOrigin | undefined {
    return this.#intake.origins.recorded(frame);
  }

  /** Whether a new start on this port goes on with this session. */
  get isLive(): boolean {
    return this.#stored.desired === "running";
  }

  /** Configures and runs; returns at once. */
  start(): void {
    this.#face.apply("configure", { step: "reading" });
    this.#launch(false);
  }

  /** Takes up what was wanted before this process began: runs on, or finishes a stop. */
  resume(): void {
    if (this.#stored.desired === "running") {
      if (this.#stored.vendorFiles !== undefined) this.#rowIsOurs = Promise.withResolvers();
      this.#launch(false);
    } else if (!this.#stored.settled) void this.stop();
  }

  /**
   * Runs with other parameters under the same id; the frames go on behind a gap.
   *
   * @throws PnmLabError `UTSC_STOP_CONFLICT` where it has ended meanwhile
   */
  async reconfigure(request: UtscRequest, settled: SettledRequest): Promise<void> {
    await this.#endControl();
    if (!this.isLive || this.#isClosed) {
      const message = `session ${this.id} on ${this.#stored.rfPortName} ended while its parameters were changed`;
      throw new PnmLabError("UTSC_STOP_CONFLICT", message, { retryable: true });
    }
    this.#isSingle = false;
    this.#settled = settled;
    this.#save({ ...this.#stored, requested: request });
    this.#intake.forgetEarlier();
    this.#intake.reset();
    this.#face.apply("configure", {
      step: "reading",
      accepted: undefined,
      failure: undefined,
      remedy: undefined,
    });
    this.#launch(true);
  }

  /** One more capture, then it ends. A process that starts anew meanwhile finds it as one to end. */
  endWithNextFrame(): void {
    if (!this.isLive) return;
    this.#isSingle = true;
    this.#save(this.#stored);
  }

  /** Goes on after the next frame, also where it was to end with it. */
  runOn(): void {
    if (!this.#isSingle) return;
    this.#isSingle = false;
    this.#save(this.#stored);
  }

  /**
   * Ends the session on the CMTS. Resolves when it is settled, or when this attempt has failed: then the
   * session says why and goes on trying by itself.
   */
  async stop(): Promise<void> {
    if (this.#stored.settled) return;
    this.#stoppedAtMs = Date.now();
    if (this.#stored.desired !== "stopped") this.#save({ ...this.#stored, desired: "stopped" });
    this.#face.apply("stop", { failure: undefined, remedy: undefined });
    await this.#clear();
  }

  #endSingle(): void {
    if (this.isLive) this.#face.note({ endedBySingle: true });
    void this.stop();
  }

  /** Leaves a marked row as it is: the lease or the next start of the backend takes care of it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#offAvailability();
    clearInterval(this.#ticker);
    this.#missing.close();
    this.#fallback.close();
    this.#face.close();
    await Promise.all([this.#control?.close(), this.#stop?.close()]);
    // A lease that was being granted begins its renewals with the answer.
    this.#lease.close();
    const { rfPortIfIndex, settled } = this.#stored;
    if (settled) return;
    const unmarkedCfgIndex = this.#control?.unmarkedCfgIndex;
    const device = { snmp: this.#around.snmp, target: this.#target };
    await clearUnmarked(device, { rfPortIfIndex, sessionId: this.id, unmarkedCfgIndex }).catch(
      (error: unknown) => this.#around.log.warn({ sessionId: this.id }, messageOf(error)),
    );
  }

  /** A claim on one of this session's files. */
  claim(generation: number): FileClaim {
    const expectedLengthBytes = this.#isCurrent(generation) ? this.#intake.fileSizeBytes : undefined;
    return {
      removeAfter: true,
      ...(expectedLengthBytes === undefined ? {} : { expectedLengthBytes }),
      take: (file) => {
        if (!this.isLive) return;
        if (this.#intake.canDecode(generation)) this.#take(file, generation);
        else if (this.#intake.isReady) this.#intake.drop();
        else this.#intake.drop(this.#held.add({ generation, file }));
      },
    };
  }

  /** A claim on a file that the CMTS has named by itself; undefined where it is of another CMTS or port. */
  claimByVendorName({ ccapId, rfPortIfIndex }: VendorFileName, onTaken: () => void): FileClaim | undefined {
    const { vendorFiles: known, rfPortIfIndex: ownIfIndex } = this.#stored;
    if (known === undefined || rfPortIfIndex !== ownIfIndex || ccapId !== known.ccapId) return undefined;
    if (this.#control === undefined) return undefined;
    if (!this.isLive && Date.now() - this.#stoppedAtMs > LATE_FILE_MS) return undefined;
    const claim = this.claim(known.generation);
    const isOurs = this.#rowIsOurs?.promise;
    let isOfThis = true;
    return {
      ...claim,
      isOurs,
      get removeAfter() {
        return isOfThis;
      },
      take: (file) => {
        isOfThis = file.modifiedAt.getTime() >= known.sinceMs - FILE_TIME_TOLERANCE_MS;
        if (!isOfThis) {
          throw new PnmLabError("UTSC_FILE_OLDER", `${file.fileName} is older than this capture`);
        }
        if (isOurs === undefined) onTaken();
        else void isOurs.then((isSo) => isSo && onTaken());
        claim.take(file);
      },
    };
  }

  /** Files that came before the port was looked at are this session's where it still has its row. */
  #decideRow(isOurs: boolean): void {
    if (this.#rowIsOurs === undefined) return;
    if (!isOurs) this.#held.takeAll();
    this.#rowIsOurs.resolve(isOurs);
    this.#rowIsOurs = undefined;
  }

  /** Whether files of this generation are what the row now makes. */
  #isCurrent(generation: number): boolean {
    return (
      this.#stored.desired === "running" && this.#control?.generation === generation && this.#intake.isReady
    );
  }

  /** The row has been read: what came before that can be decoded, or is of a row that is no more. */
  #takeHeld(): void {
    for (const { generation, file } of this.#held.takeAll()) {
      if (!this.isLive) return;
      if (!this.#intake.canDecode(generation)) {
        this.#intake.drop();
        continue;
      }
      try {
        this.#take(file, generation);
      } catch {
        // It was counted, and the session says why.
      }
    }
  }

  #launch(fromScratch: boolean): void {
    const control = new ControlLoop({
      around: this.#around,
      target: this.#target,
      stored: this.#stored,
      settled: this.#settled,
      lastGeneration: this.#lastGeneration,
      fromScratch,
      intake: this.#intake,
      face: this.#face,
      lease: this.#lease,
      roundTrips: this.#roundTrips,
      onLook: (hasRow) => this.#decideRow(hasRow),
      onRow: (generation, settled) => this.#noteVendorFiles(generation, settled),
      onOver: () => void this.stop(),
    });
    this.#control = control;
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS);
    void control.run().then((error) => {
      if (error !== undefined && this.#control === control) this.#fail(error);
    });
  }

  #take(file: IncomingFile & { seenAtMs: number }, generation: number): void {
    const { seenAtMs } = file;
    // A late file of the row before tells nothing of the present one.
    const isCurrent = this.#isCurrent(generation);
    try {
      for (const frame of this.#intake.take(file, seenAtMs, generation)) {
        this.#around.publisher.publishFrame(this.id, frame);
        this.#recent.push(frame);
        if (this.#recent.length > RECENT_FRAMES) this.#recent.shift();
      }
    } catch (error) {
      if (isCurrent) this.#control?.fileArrived(false);
      const failure = failureOf(error);
      this.#around.log.warn({ sessionId: this.id, code: failure.code }, failure.message);
      this.#face.note({ failure });
      throw error;
    }
    if (isCurrent) this.#noteFile(file);
    else this.#face.note({ lastFileAt: new Date(seenAtMs) });
    if (this.#isSingle) this.#endSingle();
  }

  #noteFile({ fileName, seenAtMs }: IncomingFile & { seenAtMs: number }): void {
    this.#newestFileName = baseOf(fileName);
    this.#cause = undefined;
    this.#missing.forget();
    this.#control?.fileArrived(true);
    const { failure } = this.#face.facts;
    const isMended = failure !== undefined && isAboutMissingFiles(failure);
    this.#face.apply("frame", {
      lastFileAt: new Date(seenAtMs),
      bySnmp: false,
      remedy: undefined,
      failure: isMended ? undefined : failure,
    });
  }

  /**
   * The newest capture of the result table beside the first file that comes after it.
   *
   * @throws PnmLabError `UTSC_RESULT_NOT_FOUND` where the table holds none; as `readResult` does; the reason of
   *   the signal
   */
  compareWithSnmp(signal: AbortSignal): Promise<SnmpComparison> {
    const cfgIndex = this.#intake.isReady ? this.#control?.cfgIndex : undefined;
    const { rfPortIfIndex } = this.#stored;
    return compareWithSnmp({
      stored: this.#stored,
      row: cfgIndex === undefined ? undefined : { rfPortIfIndex, cfgIndex },
      snmp: this.#around.snmp,
      target: this.#target,
      intake: this.#intake,
      recent: this.#recent,
      isLive: () => this.isLive,
      signal,
    });
  }

  /** The row whose result table stands in for files that stay away. */
  #rowWithoutFiles(): ControlledRow | undefined {
    const { bySnmp, failure } = this.#face.facts;
    const cfgIndex = this.#control?.cfgIndex;
    const isMissed =
      bySnmp || (this.#face.state === "stalled" && failure !== undefined && isFileMissing(failure));
    if (!isMissed || cfgIndex === undefined || !this.isLive || !this.#intake.isReady) return undefined;
    if (!this.#around.readsBySnmp || !this.#around.snmp.available) return undefined;
    return { rfPortIfIndex: this.#stored.rfPortIfIndex, cfgIndex };
  }

  #takeResult(result: SnmpResult): void {
    const seenAtMs = Date.now();
    try {
      this.#around.publisher.publishFrame(this.id, this.#intake.takeResult(result, seenAtMs));
    } catch (error) {
      this.#around.log.warn({ sessionId: this.id }, messageOf(error));
      return;
    }
    this.#control?.fileArrived(true);
    this.#face.apply("frame", { bySnmp: true, lastResultAt: new Date(seenAtMs), remedy: undefined });
    if (this.#isSingle) this.#endSingle();
  }

  /** What no event tells: that nothing has come for too long, and that an old refusal is history. */
  #tick(): void {
    const face = this.#face;
    const { facts } = face;
    const { failure, lastFileAt, lastResultAt } = facts;
    const lastFrameAtMs = Math.max(lastFileAt?.getTime() ?? 0, lastResultAt?.getTime() ?? 0);
    const waitingSinceMs = Math.max(lastFrameAtMs, this.#control?.configuredAtMs ?? 0);
    const silentMs = Date.now() - waitingSinceMs;
    const patienceMs = Math.max(stallAfterMs(this.#intake.filePeriodMs), this.#control?.patienceMs ?? 0);
    if (waitingSinceMs > 0 && silentMs > patienceMs) {
      face.apply("silence", { failure: failure ?? this.#stallFailure() });
    }
    if (this.isLive && face.facts.failure !== undefined && isFileMissing(face.facts.failure)) {
      void this.#missing.look();
    }
    if (failure?.rung === "file" && Date.now() - Date.parse(failure.at) > FILE_FAILURE_MS) {
      face.note({ failure: undefined });
    }
    void this.#fallback.look();
    face.publishSoon();
  }

  #stallFailure(): Failure {
    const { destination } = this.#around;
    return stallFailure(this.#face.facts, destination, this.#control?.notes ?? [], this.#cause);
  }

  /** Why files stay away has become known, or known to have changed. */
  #noteCause(cause: MissingFilesCause | undefined): void {
    const { failure } = this.#face.facts;
    this.#cause = cause;
    if (!this.isLive || failure === undefined || !isFileMissing(failure)) return;
    const { at, ...found } = this.#stallFailure();
    // A cause that stays the same has been the cause since it was found.
    const since = failure.code === found.code ? failure.at : at;
    this.#face.note({ failure: { ...found, at: since } });
  }

  /** Whether a file on the CMTS is of this session and newer than what has come. */
  #isMissed(fileName: string): boolean {
    const { rfPortIfIndex } = this.#stored;
    const sysName = this.#control?.settled?.chosen.sysName;
    const isOurs = isFileOf(fileName, { sessionId: this.id, rfPortIfIndex, sysName });
    return isOurs && (this.#newestFileName === undefined || baseOf(fileName) > this.#newestFileName);
  }

  #noteAgent(): void {
    const { available, sentence } = this.#around.snmp;
    this.#face.note({ agentSentence: available ? undefined : sentence });
    this.#control?.agentChanged();
    this.#stop?.wake();
  }

  #fail(error: unknown): void {
    const failure = failureOf(error);
    this.#around.log.error({ sessionId: this.id, code: failure.code }, failure.message);
    this.#save({ ...this.#stored, desired: "stopped" });
    this.#face.apply("fail", { failure, remedy: undefined });
    void this.#clear();
  }

  /** Clears the CMTS and the directory; the first attempt is awaited, the rest goes on by itself. */
  async #clear(): Promise<void> {
    await this.#endControl();
    clearInterval(this.#ticker);
    this.#ticker = undefined;
    this.#decideRow(false);
    this.#held.takeAll();
    if (this.#isClosed) return;
    this.#stop ??= new StopLoop({
      around: this.#around,
      target: this.#target,
      stored: this.#stored,
      cfgIndex: this.#control?.cfgIndex,
      unmarkedCfgIndex: this.#control?.unmarkedCfgIndex,
      lease: this.#lease,
      onStatus: (measStatus) => this.#face.note({ measStatus }),
      onSettled: (outcome) => {
        this.#save({ ...this.#stored, settled: true });
        this.#face.apply("settled", { failure: undefined, leftToOther: outcome === "foreign" });
        // Nobody reads it any more.
        this.#face.note({ measStatus: undefined });
      },
      onFailure: (error) => {
        const failure = failureOf(error);
        this.#around.log.warn({ sessionId: this.id, code: failure.code }, failure.message);
        if (this.#face.state === "stopping") this.#face.note({ failure });
      },
    });
    await this.#stop.attempt();
  }

  /** A row that is gone on with makes files since it was written, not since it was read again. */
  #noteVendorFiles(generation: number, { profile, chosen }: SettledRequest): void {
    const ccapId = chosen.sysName;
    const known = this.#stored.vendorFiles;
    if (profile.fileNaming !== "vendor" || ccapId === undefined) return;
    if (known?.generation === generation && known.ccapId === ccapId) return;
    this.#save({ ...this.#stored, vendorFiles: { ccapId, generation, sinceMs: Date.now() } });
  }

  async #endControl(): Promise<void> {
    await this.#control?.close();
    this.#lastGeneration = Math.max(this.#lastGeneration, this.#control?.generation ?? 0);
  }

  /** What cannot be stored is carried out all the same: a full disk leaves no test running. */
  #save(stored: StoredSession): void {
    this.#stored = stored;
    try {
      this.#around.save(this.#isSingle ? { ...stored, desired: "stopped" } : stored);
    } catch (error) {
      this.#around.log.error({ sessionId: this.id }, `the session could not be stored: ${messageOf(error)}`);
    }
    this.#face.setStored(stored);
  }
}
