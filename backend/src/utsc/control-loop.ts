import { generic } from "@pnmlab/docsis-mib";
import { backoffDelayMs, isPnmLabError, PnmLabError, sleep } from "@pnmlab/kit";
import type { MeasStatus, SnmpTarget, UtscAccepted } from "@pnmlab/protocol";
import type { StoredSession } from "../contracts.ts";
import type { CaptureContext } from "./capture-frame.ts";
import { type Configuration, configureRow, destinationIndexOf } from "./configure.ts";
import type { Device } from "./device.ts";
import { consequenceOf, failureOf } from "./failure.ts";
import type { FrameIntake } from "./frame-intake.ts";
import type { Lease } from "./lease.ts";
import { isSquelch, rowSays, rowStillSays } from "./plan.ts";
import {
  filesPerRun,
  hasEnded,
  isSilent,
  POLL_MS,
  pollDelayMs,
  type RunView,
  TROUBLE,
  triggerPatienceMs,
} from "./poll-schedule.ts";
import type { RoundTrips } from "./round-trips.ts";
import { acceptedOf, readRows, type UtscRow, type UtscRowState } from "./row.ts";
import type { SessionFace } from "./session-face.ts";
import { requireAllowed, type SettledRequest, settleRequest } from "./settle.ts";
import { isFileMissing } from "./stall.ts";
import type { SessionSurroundings } from "./surroundings.ts";
import { causeOf, takenOver } from "./taken-midway.ts";
import { abortTest, abortVarbinds, type ControlledRow, readState, startTest } from "./test-control.ts";
import { TestRun } from "./test-run.ts";
import { UpTime } from "./up-time.ts";
import { Waker } from "./waker.ts";

export interface ControlLoopOptions {
  around: SessionSurroundings;
  target: SnmpTarget;
  stored: StoredSession;
  /** The request as it was judged; undefined in a session of an earlier process. */
  settled: SettledRequest | undefined;
  lastGeneration: number;
  /** Whether the row is written even if it seems to say what is wanted. */
  fromScratch: boolean;
  intake: FrameIntake;
  face: SessionFace;
  lease: Lease;
  roundTrips: RoundTrips;
  /** The port was looked at: whether it has a row of the session. */
  onLook(hasRow: boolean): void;
  /** The row is the session's: what it makes from now on is of this generation. */
  onRow(generation: number, settled: SettledRequest): void;
  /** The run of a trigger that comes once is over: there is nothing more to capture. */
  onOver(): void;
}

/** Re-arms of a test that gives no files before everything is configured anew. */
const MAX_TRIES = 5;
const RETRY = { baseMs: 500, maxMs: 30_000 };
/**
 * Runs begin up to so much later, by chance: a period of 50 Hz. Frames of one run can all stand at one phase of the
 * mains, those of many runs then do not, so that hum and what is locked to the mains show.
 */
const REARM_DITHER_MS = 20;
const SAMPLE_HABITS = ["byteOrder", "binCal", "timeOffsetDb"] as const;
/** A run's last files may arrive this much after the CMTS says that it has ended. */
const LAST_FILE_GRACE_MS = 500;

/**
 * Makes the CMTS do what the session wants, and keeps it at it: configures, starts, watches, re-arms, and
 * begins anew where the row has gone. Ends only when closed, or with an error that no retry mends.
 */
export class ControlLoop {
  readonly #options: ControlLoopOptions;
  readonly #abort = new AbortController();
  readonly #waker = new Waker();
  readonly #device: Device;
  #ended: Promise<unknown> | undefined;
  #fromScratch: boolean;
  #settled: SettledRequest | undefined;
  #row: ControlledRow | undefined;
  #unmarkedCfgIndex: number | undefined;
  #generation = 0;
  #accepted: UtscAccepted | undefined;
  #configuredAtMs: number | undefined;
  readonly #upTime = new UpTime();
  #run: TestRun | undefined;
  /** Most files that a run of this configuration has given. */
  #filesOfFullRun: number | undefined;
  #resolutionBandwidthHz: number | undefined;
  #notes: readonly string[] = [];
  /** What the Filename column read when the row was settled on; undefined before. */
  #fileNameBefore: string | undefined;
  #tries = 0;
  #setbacks = 0;
  /** Runs in a row that the CMTS has cut off. */
  #cutOff = 0;
  #proven = false;
  /** Whether the CMTS has carried this configuration out as far as to take a start of it. */
  #isTaken = false;
  /** The row as it was read last, when it was ours. */
  #seen: UtscRowState | undefined;

  constructor(options: ControlLoopOptions) {
    this.#options = options;
    this.#fromScratch = options.fromScratch;
    this.#settled = options.settled;
    const { around, target, face, roundTrips } = options;
    this.#device = {
      snmp: roundTrips.counting(around.snmp),
      target,
      signal: this.#abort.signal,
      onStatus: (measStatus) => face.note({ measStatus }),
    };
  }

  /** Generation of the files that belong to the current configuration; 0 before there is one. */
  get generation(): number {
    return this.#generation;
  }

  get cfgIndex(): number | undefined {
    return this.#row?.cfgIndex;
  }

  get unmarkedCfgIndex(): number | undefined {
    return this.#unmarkedCfgIndex;
  }

  /** When the current configuration was first armed, or found running. */
  get configuredAtMs(): number | undefined {
    return this.#configuredAtMs;
  }

  /** The request as it was judged; undefined while an earlier process's has not been yet. */
  get settled(): SettledRequest | undefined {
    return this.#settled;
  }

  /** How long a start may go without a file before something is wrong. */
  get patienceMs(): number {
    const waitsAsLongAsItTakes = this.#isSquelched || this.#comesOnce;
    return waitsAsLongAsItTakes ? Number.POSITIVE_INFINITY : triggerPatienceMs(this.#accepted?.triggerMode);
  }

  /** What the CMTS refused although it was asked for. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** Runs until closed (resolves with undefined) or until an error ends it (resolves with the error). */
  run(): Promise<unknown> {
    this.#ended = this.#loop();
    return this.#ended;
  }

  async close(): Promise<void> {
    this.#abort.abort(new PnmLabError("CLOSED", "the session is stopping"));
    await this.#ended;
  }

  /** A file of the current configuration has come. */
  fileArrived(isReadable: boolean): void {
    this.#tries = 0;
    this.#setbacks = 0;
    this.#proven ||= isReadable;
    const run = this.#run;
    if (run === undefined) return;
    run.fileArrived();
    // The loop wakes only where a poll may now be due: at the end of a run, or while it waits for a file.
    if (run.files >= this.#expectedFiles() || run.files === 1) this.#waker.wake();
  }

  agentChanged(): void {
    this.#waker.wake();
  }

  async #loop(): Promise<unknown> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#agentIsThere();
        await this.#reconcile();
        await this.#keepRunning();
      } catch (error) {
        if (signal.aborted) return undefined;
        const consequence = consequenceOf(error, this.#isTaken);
        if (consequence === "end") return error;
        this.#hindered(error, consequence);
        // The first setback is met at once, a repeated one with growing patience.
        const delayMs =
          this.#setbacks === 0 && consequence !== "later" ? 0 : backoffDelayMs(this.#setbacks, RETRY);
        this.#setbacks += 1;
        await this.#watchUntilRetry(delayMs, error).catch(() => {});
      }
    }
    return undefined;
  }

  /** A pause before the next attempt; where the CMTS did not answer, it ends as soon as it does. */
  async #watchUntilRetry(delayMs: number, error: unknown): Promise<void> {
    const hears = await this.#watch(delayMs, isPnmLabError(error, "SNMP_TIMEOUT"));
    if (hears) this.#setbacks = 0;
  }

  /**
   * A pause in which the status is read on, so that what the session shows stays true. Ends early when woken,
   * with the first answer where one is awaited, and where a reading shows that the row is no longer ours.
   */
  async #watch(delayMs: number, untilAnswer = false): Promise<boolean> {
    const { signal, snmp } = this.#device;
    const endMs = performance.now() + delayMs;
    for (;;) {
      const leftMs = endMs - performance.now();
      const isWoken = await this.#waker.pause(Math.max(0, Math.min(leftMs, POLL_MS)), signal);
      if (isWoken || leftMs <= POLL_MS) return false;
      if (this.#row === undefined || !snmp.available) continue;
      const state = await this.#readState().catch((error: unknown) => {
        if (isPnmLabError(error, "UTSC_ROW_GONE")) throw error;
        return undefined;
      });
      if (state === undefined) continue;
      this.#see(state);
      if (untilAnswer) return true;
    }
  }

  #hindered(error: unknown, consequence: "agent" | "again" | "later"): void {
    const { face, around, stored } = this.#options;
    const failure = failureOf(error);
    around.log.warn({ sessionId: stored.id, code: failure.code }, failure.message);
    if (consequence === "again") return;
    const remedy = consequence === "agent" ? undefined : ({ kind: "retry" } as const);
    if (!face.apply("hindered", { failure, remedy })) face.note({ failure, remedy });
  }

  /** Waits for the agent; says meanwhile that the session waits. */
  async #agentIsThere(): Promise<void> {
    const { snmp } = this.#options.around;
    while (!snmp.available) {
      const failure = failureOf(new PnmLabError("AGENT_UNAVAILABLE", snmp.sentence));
      const { face } = this.#options;
      if (face.state === "idle" || face.state === "configuring" || face.state === "armed") {
        face.apply("hindered", { failure });
      }
      await this.#waker.pause(RETRY.maxMs, this.#abort.signal);
    }
  }

  /** Looks at what the CMTS has: a row that still says what is wanted is gone on with, any other is written. */
  async #reconcile(): Promise<void> {
    const { stored, target } = this.#options;
    const { snmp, signal } = this.#device;
    this.#settled ??= await this.#settle();
    const rows = await readRows(snmp, target, stored.rfPortIfIndex, { signal });
    const known = rows.find(({ cfgIndex }) => cfgIndex === this.#row?.cfgIndex);
    const mine = rows.find((row) => this.#isMine(row));
    this.#options.onLook(mine !== undefined);
    this.#options.face.note({ measStatus: (mine ?? known ?? rows[0])?.measStatus });
    if (known !== undefined && mine === undefined && !this.#isBlank(known))
      throw takenOver(stored.rfPortName, known);
    const asWanted =
      mine !== undefined &&
      (this.#accepted === undefined
        ? rowSays(mine, this.#settled.values)
        : rowStillSays(mine, this.#accepted));
    if (mine?.measStatus !== "busy") await this.#options.around.takeRoom(stored, this.#settled);
    if (mine !== undefined && asWanted && !this.#fromScratch) await this.#adopt(mine);
    else await this.#configure(rows, this.#settled);
  }

  async #settle(): Promise<SettledRequest> {
    const { around, target, stored } = this.#options;
    const { cmtsId, rfPortIfIndex, requested } = stored;
    const settled = await settleRequest(
      { ...around, destinationIndex: around.destination.index },
      { cmtsId, target, rfPortIfIndex },
      requested,
      { signal: this.#abort.signal },
    );
    requireAllowed(settled);
    return settled;
  }

  async #adopt(row: UtscRow): Promise<void> {
    const { stored, face } = this.#options;
    this.#settleOn(row, row.mark!.generation);
    // A session of an earlier process that was refused its first start would have ended, and its row with it.
    this.#isTaken ||= row.measStatus === "busy" || this.#options.settled === undefined;
    if (row.measStatus !== "busy") {
      if (this.#proven) await this.#rearm();
      else await this.#arm();
    } else {
      await this.#options.lease.grant(abortVarbinds(this.#row!));
      this.#run = new TestRun(true);
    }
    this.#options.around.log.info({ sessionId: stored.id }, "goes on with its row on the CMTS");
    face.apply("adopted");
    this.#clearHindrance();
  }

  async #configure(rows: readonly UtscRow[], settled: SettledRequest): Promise<void> {
    const { stored, around, face, intake, lastGeneration } = this.#options;
    face.apply("configure", { step: "reading" });
    intake.reset();
    this.#accepted = undefined;
    this.#configuredAtMs = undefined;
    const configuration: Configuration = {
      rfPortIfIndex: stored.rfPortIfIndex,
      rfPortName: stored.rfPortName,
      sessionId: stored.id,
      lastGeneration: Math.max(lastGeneration, this.#generation),
      profile: settled.profile,
      requested: settled.requested,
      values: settled.values,
      destination: { ...around.destination, index: destinationIndexOf(settled, around.destination.index) },
      rows,
      isOwn: around.isOwn,
      oneAtATime: (job) => around.destinationQueue.run(stored.cmtsId, job),
      onStep: (step) => face.note({ step }),
      unmarkedCfgIndex: this.#unmarkedCfgIndex,
      onRowCreated: (cfgIndex) => {
        this.#unmarkedCfgIndex = cfgIndex;
      },
    };
    try {
      const { roundTrips } = this.#options;
      const configured = await roundTrips.of("configuration", () =>
        configureRow(this.#device, configuration),
      );
      this.#unmarkedCfgIndex = undefined;
      this.#fromScratch = false;
      this.#notes = configured.notes;
      this.#settleOn(configured.row, configured.generation);
      await this.#arm();
    } catch (error) {
      throw await causeOf(error, this.#device, configuration);
    }
    this.#clearHindrance();
  }

  /** The row is this session's: files of its generation are decoded by what it reads. */
  #settleOn(row: UtscRow, generation: number): void {
    const { stored, face } = this.#options;
    this.#row = { rfPortIfIndex: stored.rfPortIfIndex, cfgIndex: row.cfgIndex };
    this.#generation = generation;
    this.#accepted = acceptedOf(row, new Date());
    this.#run = undefined;
    this.#filesOfFullRun = undefined;
    this.#resolutionBandwidthHz = undefined;
    this.#configuredAtMs = Date.now();
    this.#options.onRow(generation, this.#settled!);
    face.note({ accepted: this.#accepted });
    this.#fileNameBefore ??= row.fileName ?? "";
    this.#see(row);
  }

  async #arm(): Promise<void> {
    const { face, lease } = this.#options;
    await lease.grant(abortVarbinds(this.#row!));
    const run = new TestRun(false);
    this.#run = run;
    const state = await startTest(this.#device, this.#row!, (before) => this.#requireMine(before));
    this.#isTaken = true;
    run.polled();
    face.apply("started");
    this.#see(state);
  }

  async #rearm(): Promise<void> {
    const { face, intake } = this.#options;
    intake.markRearm(this.#run ? this.#expectedFiles() - this.#run.files : 0);
    await sleep(Math.random() * REARM_DITHER_MS, this.#abort.signal);
    await this.#arm();
    face.note({ rearms: face.facts.rearms + 1 });
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#abort;
    for (;;) {
      await this.#waker.pause(pollDelayMs(this.#view()), signal);
      const { snmp } = this.#device;
      if (!snmp.available) throw new PnmLabError("AGENT_UNAVAILABLE", snmp.sentence);
      const run = this.#run!;
      if (pollDelayMs(this.#view()) > 0) continue;
      const state = await this.#readState();
      run.polled();
      this.#see(state);
      if (hasEnded(state.measStatus, this.#view())) await this.#goOnAfterEnd(run, state.measStatus);
      else if (isSilent(this.#view())) await this.#tryAgain();
    }
  }

  /** Before a row is touched after a pause: in the meantime another user may have taken it. */
  async #lookAgain(): Promise<void> {
    this.#see(await this.#readState());
  }

  #readState(): Promise<UtscRowState> {
    return this.#options.roundTrips.of("statusPoll", () => readState(this.#device, this.#row!));
  }

  /** What a reading tells: whose row it is, whether the CMTS has restarted, status and calibration. */
  #see(state: UtscRowState): void {
    this.#requireMine(state);
    this.#upTime.see(state.upTimeTicks);
    this.#reportFile(state.fileName);
    const { face, intake } = this.#options;
    const run = this.#run;
    if (run !== undefined && run.files > 0) this.#resolutionBandwidthHz = state.resolutionBandwidthHz;
    intake.setContext(this.#generation, {
      accepted: this.#accepted!,
      kHundredthsDb: state.kHundredthsDb,
      sampleRateHz: state.sampleRateHz,
      resolutionBandwidthHz: this.#resolutionBandwidthHz,
      ...this.#samples,
      ownWindow: this.#options.stored.requested.ownWindow,
    });
    const tookMs = this.#options.roundTrips.newest("statusPoll")?.durationMs;
    face.note({ measStatus: state.measStatus, kHundredthsDb: state.kHundredthsDb }, tookMs);
    if (state.measStatus !== "busy" || run === undefined) return;
    run.saysBusy();
    face.apply("busySeen");
  }

  /** How the samples of this CMTS are read: as its profile says, but for what the site has set. */
  get #samples(): Pick<CaptureContext, "samples" | "samplesSet"> {
    const { around, stored } = this.#options;
    const set = around.samplesOf(stored.cmtsId);
    return {
      samples: { ...(this.#settled?.profile ?? generic).samples, ...set },
      samplesSet: SAMPLE_HABITS.filter((habit) => set[habit] !== undefined),
    };
  }

  /** @throws PnmLabError `UTSC_TAKEN_OVER`, or `UTSC_ROW_GONE` where nobody's name is on the row */
  #requireMine(state: UtscRowState): void {
    if (this.#isMine(state)) {
      this.#seen = state;
      return;
    }
    if (!this.#isBlank(state)) throw takenOver(this.#options.stored.rfPortName, state);
    this.#row = undefined;
    throw new PnmLabError("UTSC_ROW_GONE", "the row has lost its configuration: the CMTS has restarted");
  }

  /**
   * A default name reads back from the column that asked for it (DOCS-PNM-MIB, Filename). What it read when
   * the row was configured is of a run before.
   */
  #reportFile(fileName: string | undefined): void {
    if (this.#settled?.profile.fileNaming !== "vendor" || !fileName) return;
    if (this.#fileNameBefore !== undefined && fileName !== this.#fileNameBefore) {
      this.#options.around.reportFile(fileName);
    }
  }

  /** Whether a row without our name on it is one that a restarted CMTS has made, and nobody's. */
  #isBlank({ fileName, upTimeTicks }: UtscRowState): boolean {
    return !fileName || this.#upTime.restarted(upTimeTicks);
  }

  /** Every run that is cut off gets another one, the first at once, further ones with growing patience. */
  async #waitAfterCutOff(measStatus: MeasStatus | undefined): Promise<void> {
    this.#cutOff += 1;
    if (this.#cutOff === 1) return;
    const message = `the CMTS says ${measStatus}: it has cut off ${this.#cutOff} runs in a row`;
    this.#options.face.note({ failure: failureOf(new PnmLabError("UTSC_RUN_BROKEN", message)) });
    await this.#watch(backoffDelayMs(this.#cutOff - 2, RETRY));
    await this.#lookAgain();
  }

  /** A run that lasts, or ends as it should, shows that those before are history. */
  #forgetCutOff(): void {
    this.#cutOff = 0;
    const { face } = this.#options;
    if (face.facts.failure?.code === "UTSC_RUN_BROKEN") face.note({ failure: undefined });
  }

  async #goOnAfterEnd(run: TestRun, measStatus: MeasStatus | undefined): Promise<void> {
    if (run.files === 0) {
      await this.#waker.pause(LAST_FILE_GRACE_MS, this.#abort.signal);
      await this.#lookAgain();
    }
    if (run.files > 0 && this.#comesOnce) return this.#end();
    if (run.files === 0 && !this.#isSquelched) return this.#tryAgain();
    if (!TROUBLE.has(measStatus)) {
      this.#forgetCutOff();
      if (run.files > 0) this.#filesOfFullRun = Math.max(run.files, this.#filesOfFullRun ?? 0);
    } else {
      await this.#waitAfterCutOff(measStatus);
      // What was read in the meantime may say that the run goes on.
      if (this.#options.face.facts.measStatus === "busy") return this.#forgetCutOff();
    }
    return this.#rearm();
  }

  /** A sysUpTime comes once, so that another start would be refused. */
  get #comesOnce(): boolean {
    return this.#accepted?.triggerMode === "timestamp";
  }

  async #end(): Promise<void> {
    await this.#waker.pause(LAST_FILE_GRACE_MS, this.#abort.signal);
    this.#options.onOver();
    for (;;) await this.#waker.pause(RETRY.maxMs, this.#abort.signal);
  }

  /** Starts a test anew that gives no files; after several times in vain everything is written anew. */
  async #tryAgain(): Promise<void> {
    const { face, around } = this.#options;
    this.#tries += 1;
    if (this.#tries > MAX_TRIES) {
      this.#tries = 0;
      this.#fromScratch = true;
      face.note({ remedy: { kind: "reconfigure" } });
      throw new PnmLabError("UTSC_FRUITLESS", `${MAX_TRIES} starts of the test gave no file`);
    }
    face.note({ remedy: { kind: "rearm", attempt: this.#tries, of: MAX_TRIES } });
    around.log.warn({ tries: this.#tries, measStatus: face.facts.measStatus }, "no files, re-arming");
    if (this.#tries > 1) {
      await this.#watch(backoffDelayMs(this.#tries - 2, RETRY));
      if (this.#tries === 0) return;
      await this.#lookAgain();
    }
    await abortTest(this.#device, this.#row!, this.#seen!);
    await this.#rearm();
  }

  /** Whether the CMTS keeps spectra back by their level: then a run without a file is as good as any. */
  get #isSquelched(): boolean {
    return isSquelch(this.#accepted?.qualifyThresholdTenthDb);
  }

  #isMine({ mark }: Pick<UtscRowState, "mark">): boolean {
    return mark?.sessionId === this.#options.stored.id;
  }

  #clearHindrance(): void {
    const { face } = this.#options;
    const { failure } = face.facts;
    const isOver = failure !== undefined && !isFileMissing(failure) && failure.rung !== "file";
    face.note({ remedy: undefined, failure: isOver ? undefined : failure });
  }

  #expectedFiles(): number {
    return this.#filesOfFullRun ?? filesPerRun(this.#accepted, this.#settled?.profile.filesPerRun);
  }

  #view(): RunView {
    return this.#run!.view(this.#expectedFiles(), this.#options.intake.filePeriodMs, this.patienceMs);
  }
}
