import type { NewRecordingSchedule, StartUtscSession, UtscSession } from "@pnmlab/protocol";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { numberedFrame, openTestRecorder, START_MS } from "../_test/recorder.ts";
import { exampleSession, recordingLog, waitFor } from "../_test/support.ts";
import { nextStartMs } from "./schedule-time.ts";
import { RecordingSchedules } from "./schedules.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const { requested } = exampleSession("s1");

const wanted = (change: Partial<NewRecordingSchedule> = {}): NewRecordingSchedule => ({
  cmtsId: "lab-cmts-1",
  rfPortIfIndex: 5,
  label: "night",
  request: requested,
  startsAt: new Date(START_MS + MINUTE_MS).toISOString(),
  durationMinutes: 1,
  repeat: "once",
  enabled: true,
  ...change,
});

/** Schedules on a real recorder and a port whose captures are frames that the test publishes. */
async function openSchedules(running = false, dataDir?: string) {
  const lab = await openTestRecorder(dataDir === undefined ? {} : { dataDir });
  const session = lab.sessions.get("s1")!;
  Object.assign(session, running ? { desired: "running" } : { desired: "stopped", state: "stopped" });
  const calls: string[] = [];
  const port = { refusal: undefined as Error | undefined };
  const utsc = {
    list: () => [...lab.sessions.values()],
    get: (id: string) => lab.sessions.get(id),
    start: async ({ cmtsId, rfPortIfIndex, ...request }: StartUtscSession): Promise<UtscSession> => {
      if (port.refusal) throw port.refusal;
      calls.push(`start ${cmtsId} ${rfPortIfIndex}`);
      return Object.assign(session, { desired: "running", requested: request });
    },
    stop: async (id: string): Promise<UtscSession> => {
      calls.push(`stop ${id}`);
      return Object.assign(session, { desired: "stopped" });
    },
  };
  const schedules = new RecordingSchedules({
    store: lab.storage.recordings.schedules,
    recorder: lab.recorder,
    utsc,
    log: recordingLog().log,
    now: () => lab.clock.nowMs,
  });
  const close = () => schedules[Symbol.asyncDispose]();
  onTestFinished(close);
  const outcome = () => schedules.list()[0]!.lastOutcome;
  const until = (pattern: RegExp) => waitFor(() => pattern.test(outcome() ?? ""));
  return { ...lab, schedules, calls, port, session, outcome, until, closeSchedules: close };
}

describe("the time of a schedule", () => {
  it("is that of its first run, and after it the next day or week of it", () => {
    const schedule = { startsAt: new Date(START_MS).toISOString(), enabled: true };
    expect(nextStartMs({ ...schedule, repeat: "once" }, START_MS - 5)).toBe(START_MS);
    expect(nextStartMs({ ...schedule, repeat: "once" }, START_MS + 5)).toBeNull();
    expect(nextStartMs({ ...schedule, repeat: "daily" }, START_MS + 3.5 * DAY_MS)).toBe(
      START_MS + 4 * DAY_MS,
    );
    expect(nextStartMs({ ...schedule, repeat: "weekly" }, START_MS + 1)).toBe(START_MS + 7 * DAY_MS);
    expect(nextStartMs({ ...schedule, repeat: "daily", enabled: false }, START_MS)).toBeNull();
  });
});

describe("the time of day of a schedule", () => {
  const { TZ } = process.env;
  const schedule = (startsAt: string, repeat: "daily" | "weekly") => ({ startsAt, repeat, enabled: true });
  const next = (at: ReturnType<typeof schedule>, from: string) =>
    new Date(nextStartMs(at, Date.parse(from))!).toISOString();
  beforeAll(() => {
    process.env.TZ = "Europe/Berlin";
  });
  afterAll(() => {
    if (TZ === undefined) delete process.env.TZ;
    else process.env.TZ = TZ;
  });

  it("stays what the clock on the wall shows where summer time begins and ends", () => {
    // 22:00 in winter, and in summer.
    const daily = schedule("2026-03-27T21:00:00.000Z", "daily");
    expect(next(daily, "2026-03-28T00:00:00.000Z")).toBe("2026-03-28T21:00:00.000Z");
    expect(next(daily, "2026-03-28T21:00:00.001Z")).toBe("2026-03-29T20:00:00.000Z");
    expect(next(daily, "2026-10-25T00:00:00.000Z")).toBe("2026-10-25T21:00:00.000Z");
    const weekly = schedule("2026-03-27T21:00:00.000Z", "weekly");
    expect(next(weekly, "2026-03-28T00:00:00.000Z")).toBe("2026-04-03T20:00:00.000Z");
    expect(next(weekly, "2027-03-26T20:30:00.000Z")).toBe("2027-03-26T21:00:00.000Z");
  });

  it("is an hour later on the day that leaves it out, and comes once on the day that has it twice", () => {
    const spring = schedule("2026-03-28T01:30:00.000Z", "daily");
    expect(next(spring, "2026-03-28T02:00:00.000Z")).toBe("2026-03-29T01:30:00.000Z");
    expect(next(spring, "2026-03-29T02:00:00.000Z")).toBe("2026-03-30T00:30:00.000Z");
    const autumn = schedule("2026-10-24T00:30:00.000Z", "daily");
    expect(next(autumn, "2026-10-24T01:00:00.000Z")).toBe("2026-10-25T00:30:00.000Z");
    expect(next(autumn, "2026-10-25T00:30:00.001Z")).toBe("2026-10-26T01:30:00.000Z");
  });
});

describe("a scheduled recording", () => {
  it("captures a free port for its time, keeps what came and stops what it started", async () => {
    const { schedules, clock, publish, calls, recorder, until, outcome } = await openSchedules();
    const schedule = schedules.create(wanted({ repeat: "daily" }));
    expect(schedule).toMatchObject({ nextAt: "2026-03-01T12:01:00.000Z", lastOutcome: null });
    clock.nowMs = START_MS + MINUTE_MS;
    await until(/^recording until 2026-03-01 12:02:00 UTC$/);
    expect(schedules.list()[0]!.nextAt).toBe("2026-03-02T12:01:00.000Z");
    await publish(601, 1199);
    clock.nowMs = START_MS + 2 * MINUTE_MS;
    await until(/^recorded 599 spectra from 2026-03-01 12:01:00 UTC to 2026-03-01 12:01:59 UTC$/);
    expect(calls).toEqual(["start lab-cmts-1 5", "stop s1"]);
    expect(recorder.list().find(({ kind }) => kind === "scheduled")).toMatchObject({
      label: "night",
      frames: 599,
      isOpen: false,
      cmtsId: "lab-cmts-1",
    });
    expect(outcome()).not.toContain("gaps");
  });

  it("records a capture that runs there as it is, from then on, and leaves it running", async () => {
    const { schedules, clock, publish, calls, recorder, until } = await openSchedules(true);
    await publish(1, 100);
    schedules.create(wanted());
    clock.nowMs = START_MS + MINUTE_MS;
    await until(/recording until/);
    await publish(601, 700, "s1", (n) => numberedFrame(n, { gapBefore: n === 601 }));
    clock.nowMs = START_MS + 2 * MINUTE_MS;
    await until(
      /^recorded 100 spectra .* with 1 gap; the capture that ran was recorded with its own settings$/,
    );
    expect(calls).toEqual([]);
    expect(recorder.list().find(({ kind }) => kind === "scheduled")).toMatchObject({ firstSequence: 601 });
  });

  it("leaves a capture running that somebody has changed meanwhile", async () => {
    const { schedules, clock, publish, calls, session, until } = await openSchedules();
    schedules.create(wanted());
    clock.nowMs = START_MS + MINUTE_MS;
    await until(/recording until/);
    await publish(601, 650);
    session.requested = { ...session.requested, bins: 800 };
    clock.nowMs = START_MS + 2 * MINUTE_MS;
    await until(/the capture goes on, because its settings were changed meanwhile$/);
    expect(calls).toEqual(["start lab-cmts-1 5"]);
  });

  it("says why nothing was recorded: no capture, or no spectrum", async () => {
    const { schedules, clock, port, recorder, until } = await openSchedules();
    port.refusal = new Error("the port is used by another system");
    schedules.create(wanted({ repeat: "daily" }));
    clock.nowMs = START_MS + MINUTE_MS;
    await until(/^failed at .*: the capture did not start: the port is used by another system$/);
    port.refusal = undefined;
    clock.nowMs += DAY_MS;
    await until(/recording until/);
    clock.nowMs += MINUTE_MS;
    await until(/^nothing was recorded: no spectrum came \(Receiving\)$/);
    expect(recorder.list()).toEqual([]);
  });

  it("that was missed while the backend was down is told, one that is still on begins late", async () => {
    const first = await openSchedules();
    first.schedules.create(wanted({ repeat: "daily", durationMinutes: 30 }));
    await first.closeSchedules();
    await first.close();
    const second = await openSchedules(false, first.dataDir);
    second.clock.nowMs = START_MS + 45 * MINUTE_MS;
    await second.until(/^missed at 2026-03-01 12:01:00 UTC: the backend was not running$/);
    expect(second.schedules.list()[0]!.nextAt).toBe("2026-03-02T12:01:00.000Z");
    second.clock.nowMs = START_MS + DAY_MS + 11 * MINUTE_MS;
    await second.until(/recording until 2026-03-02 12:31:00 UTC/);
    const frame = (n: number) => numberedFrame(n, { capturedAtMs: second.clock.nowMs + n });
    await second.publish(1, 10, "s1", frame);
    second.clock.nowMs = START_MS + DAY_MS + 31 * MINUTE_MS;
    await second.until(
      /recorded 10 spectra .*; began at 2026-03-02 12:11:00 UTC, late, because the backend was not running$/,
    );
  });

  it("goes on over a restart, and ends when its schedule is removed", async () => {
    const first = await openSchedules();
    const { id } = first.schedules.create(wanted({ durationMinutes: 60 }));
    first.clock.nowMs = START_MS + MINUTE_MS;
    await first.until(/recording until/);
    await first.publish(601, 700);
    await first.closeSchedules();
    await first.close();
    const second = await openSchedules(true, first.dataDir);
    second.clock.nowMs = START_MS + 2 * MINUTE_MS;
    await second.publish(701, 800);
    await second.schedules.remove(id);
    expect(second.schedules.list()).toEqual([]);
    expect(second.calls).toEqual(["stop s1"]);
    const recording = second.recorder.list().find(({ kind }) => kind === "scheduled")!;
    expect(recording).toMatchObject({ frames: 200, isOpen: false });
    await expect(second.schedules.remove(id)).rejects.toMatchObject({ code: "RECORDING_SCHEDULE_UNKNOWN" });
  });

  it("whose run a program that died did not note is ended", async () => {
    const { recorder, dataDir, close, publish, closeSchedules } = await openSchedules(true);
    await publish(1, 50);
    const { id } = await recorder.begin({
      sessionId: "s1",
      kind: "scheduled",
      label: "",
      note: "",
      fromMs: 0,
      toMs: Number.MAX_SAFE_INTEGER,
      endsAtMs: null,
      eventId: null,
    });
    await closeSchedules();
    await close();
    const again = await openSchedules(true, dataDir);
    await waitFor(() => again.recorder.list().some((one) => one.id === id && !one.isOpen));
    expect(await again.recorder.detail(id)).toMatchObject({ frames: 50 });
  });

  it("that the database does not take is tried again, and nothing else ends", async () => {
    const { schedules, clock, publish, storage, calls, until } = await openSchedules();
    schedules.create(wanted());
    const { schedules: store } = storage.recordings;
    const { save } = store;
    let refused = 0;
    store.save = () => {
      refused += 1;
      throw new Error("database or disk is full");
    };
    clock.nowMs = START_MS + MINUTE_MS;
    await waitFor(() => refused > 2);
    expect(calls).toEqual([]);
    store.save = save;
    await until(/^recording until/);
    await publish(601, 700);
    clock.nowMs = START_MS + 2 * MINUTE_MS;
    await until(/^recorded 100 spectra/);
  });
});
