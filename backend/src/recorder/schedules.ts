import { randomUUID } from "node:crypto";
import type { Logger } from "@pnmlab/config";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { NewRecordingSchedule, RecordingSchedule, UtscSession } from "@pnmlab/protocol";
import type { UtscService } from "../contracts.ts";
import type { RecordingStore, StoredRun, StoredSchedule } from "../storage/recordings.ts";
import { nextStartMs } from "./schedule-time.ts";
import type { FlightRecorder } from "./service.ts";

const TICK_MS = 1000;
/** A start that is later than this is told. */
const LATE_MS = 60_000;
const MINUTE_MS = 60_000;

export interface RecordingSchedulesOptions {
  store: RecordingStore["schedules"];
  recorder: Pick<FlightRecorder, "begin" | "finish" | "remove" | "newestMs" | "list">;
  utsc: Pick<UtscService, "list" | "get" | "start" | "stop">;
  log: Logger;
  now: () => number;
}

/**
 * Starts and ends recordings by the clock. A port that is free is captured for as long as the recording lasts; one
 * that is captured already is recorded as it is, and left running.
 */
export class RecordingSchedules implements AsyncDisposable {
  readonly #options: RecordingSchedulesOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #clearingUp: Promise<void>;
  /** Schedules that are being started or ended. */
  readonly #busy = new Map<string, Promise<void>>();

  constructor(options: RecordingSchedulesOptions) {
    this.#options = options;
    this.#clearingUp = this.#endForgotten();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  list(): RecordingSchedule[] {
    return this.#options.store.list().map(shown);
  }

  create(wanted: NewRecordingSchedule): RecordingSchedule {
    const nowMs = this.#options.now();
    const createdAt = new Date(nowMs).toISOString();
    const schedule = { ...wanted, id: randomUUID(), createdAt, lastOutcome: null, run: null };
    return this.#save(schedule, nextStartMs(wanted, nowMs));
  }

  /** A run that is under way goes on as it began. @throws PnmLabError `RECORDING_SCHEDULE_UNKNOWN` */
  replace(id: string, wanted: NewRecordingSchedule): RecordingSchedule {
    return this.#save({ ...this.#require(id), ...wanted }, nextStartMs(wanted, this.#options.now()));
  }

  /** Ends a run that is under way, too. @throws PnmLabError `RECORDING_SCHEDULE_UNKNOWN` */
  async remove(id: string): Promise<void> {
    this.#require(id);
    await this.#busy.get(id);
    const schedule = this.#require(id);
    if (schedule.run) await this.#end(schedule, schedule.run);
    this.#options.store.remove(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([this.#clearingUp, ...this.#busy.values()]);
  }

  /** Ends recordings that a program began which died before it could note them: nobody else would. */
  async #endForgotten(): Promise<void> {
    const { recorder, store, log } = this.#options;
    try {
      const known = new Set(store.list().map(({ run }) => run?.recordingId));
      for (const { id, kind, isOpen } of recorder.list()) {
        if (kind !== "scheduled" || !isOpen || known.has(id)) continue;
        await recorder.finish(id);
        log.warn(`recording ${id} belonged to no schedule any more and was ended`);
      }
    } catch (error) {
      log.warn(`scheduled recordings could not be looked through: ${messageOf(error)}`);
    }
  }

  #tick(): void {
    try {
      this.#startAndEndDue();
    } catch (error) {
      this.#options.log.warn(`schedules could not be read: ${messageOf(error)}`);
    }
  }

  #startAndEndDue(): void {
    const nowMs = this.#options.now();
    for (const schedule of this.#options.store.list()) {
      if (this.#busy.has(schedule.id)) continue;
      const { run, nextMs } = schedule;
      const isDue = run ? nowMs >= run.endsAtMs : nextMs !== null && nowMs >= nextMs;
      if (!isDue) continue;
      const done = (run ? this.#end(schedule, run) : this.#start(schedule, nextMs!, nowMs))
        .catch((error: unknown) => this.#tell(schedule.id, `failed: ${messageOf(error)}`))
        .finally(() => void this.#busy.delete(schedule.id));
      this.#busy.set(schedule.id, done);
    }
  }

  async #start(schedule: StoredSchedule, startMs: number, nowMs: number): Promise<void> {
    const { recorder, utsc } = this.#options;
    const endsAtMs = startMs + schedule.durationMinutes * MINUTE_MS;
    // Whatever comes of it, it is not begun twice.
    this.#save(schedule, nextStartMs(schedule, Math.max(nowMs, startMs + 1)));
    if (nowMs >= endsAtMs) {
      this.#tell(schedule.id, `missed at ${clock(startMs)}: the backend was not running`);
      return;
    }
    const { cmtsId, rfPortIfIndex, label } = schedule;
    const isSamePort = (session: UtscSession) =>
      session.cmtsId === cmtsId && session.rfPortIfIndex === rfPortIfIndex;
    const running = utsc.list().find((session) => isSamePort(session) && session.desired === "running");
    let session: UtscSession;
    try {
      session = running ?? (await utsc.start({ ...schedule.request, cmtsId, rfPortIfIndex }));
    } catch (error) {
      this.#tell(schedule.id, `failed at ${clock(nowMs)}: the capture did not start: ${messageOf(error)}`);
      return;
    }
    const newestMs = recorder.newestMs(session.id);
    let recordingId: string | undefined;
    try {
      const recording = await recorder.begin({
        sessionId: session.id,
        kind: "scheduled",
        label,
        note: "",
        // What the ring holds from before is not part of it.
        fromMs: newestMs === undefined ? 0 : newestMs + 0.001,
        toMs: Number.MAX_SAFE_INTEGER,
        endsAtMs: null,
        eventId: null,
      });
      recordingId = recording.id;
      const late =
        nowMs - startMs > LATE_MS
          ? `began at ${clock(nowMs)}, late, because the backend was not running`
          : "";
      const joined = running ? "the capture that ran was recorded with its own settings" : "";
      const run: StoredRun = {
        recordingId: recording.id,
        sessionId: session.id,
        startedCapture: running === undefined,
        endsAtMs,
        remark: [late, joined].filter(Boolean).join("; "),
      };
      const newest = this.#options.store.get(schedule.id);
      if (newest)
        this.#options.store.save({ ...newest, run, lastOutcome: `recording until ${clock(endsAtMs)}` });
    } catch (error) {
      if (recordingId !== undefined) await recorder.finish(recordingId);
      if (running === undefined) await utsc.stop(session.id);
      this.#tell(schedule.id, `failed at ${clock(nowMs)}: ${messageOf(error)}`);
    }
  }

  async #end(schedule: StoredSchedule, run: StoredRun): Promise<void> {
    const { recorder, store } = this.#options;
    const recording = await recorder.finish(run.recordingId);
    const sentence = this.#options.utsc.get(run.sessionId)?.sentence;
    const stopped = run.startedCapture ? await this.#stop(schedule, run.sessionId) : "";
    const remarks = [run.remark, stopped].filter(Boolean).join("; ");
    let outcome: string;
    if (recording === undefined) outcome = "the recording was removed before its end";
    else if (recording.frames === 0) {
      await recorder.remove(recording.id);
      outcome = `nothing was recorded: no spectrum came${sentence === undefined ? "" : ` (${sentence})`}`;
    } else {
      const { frames, gaps, firstMs, lastMs } = recording;
      outcome = `recorded ${frames} spectra from ${clock(firstMs!)} to ${clock(lastMs!)}${gaps ? ` with ${gaps} ${gaps === 1 ? "gap" : "gaps"}` : ""}`;
    }
    const newest = store.get(schedule.id);
    if (newest) store.save({ ...newest, run: null });
    this.#tell(schedule.id, remarks ? `${outcome}; ${remarks}` : outcome);
  }

  /** Stops a capture that was started for a recording, unless somebody has changed it since; says what came of it. */
  async #stop(schedule: StoredSchedule, sessionId: string): Promise<string> {
    const { utsc } = this.#options;
    const session = utsc.get(sessionId);
    if (session?.desired !== "running") return "";
    const isOurs = Object.entries(schedule.request).every(
      ([name, value]) => session.requested[name as keyof UtscSession["requested"]] === value,
    );
    if (!isOurs) return "the capture goes on, because its settings were changed meanwhile";
    try {
      await utsc.stop(sessionId);
      return "";
    } catch (error) {
      return `the capture could not be stopped: ${messageOf(error)}`;
    }
  }

  #tell(id: string, outcome: string): void {
    const { store, log } = this.#options;
    try {
      const schedule = store.get(id);
      if (!schedule) return;
      log.info(`scheduled recording ${schedule.label || id}: ${outcome}`);
      store.save({ ...schedule, lastOutcome: outcome });
    } catch (error) {
      log.warn(`what came of schedule ${id} could not be stored: ${outcome}: ${messageOf(error)}`);
    }
  }

  #save(schedule: Omit<StoredSchedule, "nextMs" | "nextAt">, nextMs: number | null): RecordingSchedule {
    const saved = { ...schedule, nextMs, nextAt: nextMs === null ? null : new Date(nextMs).toISOString() };
    this.#options.store.save(saved);
    return shown(saved);
  }

  #require(id: string): StoredSchedule {
    const schedule = this.#options.store.get(id);
    if (schedule) return schedule;
    throw new PnmLabError("RECORDING_SCHEDULE_UNKNOWN", `there is no schedule ${id}`);
  }
}

function shown({ createdAt, nextMs, run, ...schedule }: StoredSchedule): RecordingSchedule {
  return schedule;
}

/** A moment to the second, UTC. */
function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
