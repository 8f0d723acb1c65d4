import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PnmLabError } from "@pnmlab/kit";
import type { AgentParams, AgentToBackend, PollDelivery, SnmpValue, Varbind } from "@pnmlab/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { CompressedClock } from "../../test/compressed-clock.ts";
import { Outbox } from "./outbox.ts";
import { Polling, type PollTimings } from "./polling.ts";
import type { PollSnmp } from "./reader.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const log = { info: () => {}, warn: () => {}, error: () => {} };
const HOUR_MS = 3_600_000;
const SCALAR = "1.3.6.1.2.1.10.1.0";
const COUNTER = "1.3.6.1.2.1.10.2";

/** A device whose values are a function of the clock. */
function deviceAt(clock: CompressedClock, values: Record<string, () => SnmpValue>): PollSnmp {
  const read = (oid: string): Varbind => ({ oid, value: values[oid]?.() ?? { type: "noSuchInstance" } });
  const upTime = (): SnmpValue => ({ type: "TimeTicks", value: Math.round(clock.monotonicMs() / 10) });
  return {
    get: async (_target, oids) =>
      oids.map((oid) =>
        oid === "1.3.6.1.2.1.1.3.0" ? { oid, value: (values[oid] ?? upTime)() } : read(oid),
      ),
    walk: async (_target, oid) =>
      Object.keys(values)
        .filter((name) => name.startsWith(`${oid}.`))
        .map(read),
  };
}

interface Rig {
  clock: CompressedClock;
  folder?: string;
  snmp: PollSnmp;
  timings?: Partial<PollTimings>;
  keepMs?: number;
}

function start({ clock, folder, snmp, timings, keepMs = 26 * HOUR_MS }: Rig) {
  const path = folder ?? mkdtempSync(join(tmpdir(), "pnmlab-polling-"));
  if (!folder) cleanUp.push(() => rmSync(path, { recursive: true, force: true }));
  const outbox = new Outbox({ path: join(path, "outbox.db"), maxBytes: 200_000_000, keepMs, log });
  const polling = new Polling({ outbox, snmp, log, clock, ...(timings && { timings }) });
  const close = async () => {
    await polling.close();
    outbox[Symbol.dispose]();
  };
  cleanUp.push(close);
  return { outbox, polling, folder: path, close };
}

/** A backend that takes what comes; `acknowledges` can be turned off. */
function connect(polling: Polling, clock: CompressedClock) {
  const end = new AbortController();
  const received: PollDelivery[] = [];
  const messages: AgentToBackend[] = [];
  const backend = { acknowledges: true, received, messages, end: () => end.abort() };
  polling.attach({
    signal: end.signal,
    send: (message) => {
      if (end.signal.aborted) return false;
      messages.push(message);
      if (message.type !== "poll-results") return true;
      received.push(...message.readings);
      const ack = { outboxId: message.outboxId, upTo: message.toSequence };
      if (backend.acknowledges) clock.after(1, () => polling.acknowledged(ack));
      return true;
    },
  });
  return backend;
}

function plans(devices: number, intervalMs: number, revision = "1"): AgentParams<"polling.plans"> {
  return {
    revision,
    plans: [
      {
        id: "p",
        version: Number(revision),
        intervalMs,
        jitterMs: intervalMs,
        devices: Array.from({ length: devices }, (_, k) => ({
          label: `d${k}`,
          host: `127.0.0.${k + 1}`,
          profile: "sim",
        })),
        metrics: [
          { name: "snr", oid: SCALAR, divisor: 10, unit: "dB" },
          { name: "octets", oid: COUNTER, table: true, kind: "counter" },
        ],
      },
    ],
  };
}

const sequences = (readings: readonly PollDelivery[]) => readings.map(({ sequence }) => sequence);
const upTo = (count: number) => Array.from({ length: count }, (_, k) => k + 1);

function values(clock: CompressedClock): Record<string, () => SnmpValue> {
  return {
    [SCALAR]: () => ({ type: "Integer", value: 352 }),
    [`${COUNTER}.4`]: () => ({
      type: "Counter64",
      value: String(Math.round(clock.monotonicMs() / 1000) * 125),
    }),
  };
}

describe("polling", () => {
  it("reads each device at its interval, divides, and makes rates of counters", async () => {
    const clock = new CompressedClock();
    const { polling } = start({ clock, snmp: deviceAt(clock, values(clock)) });
    const backend = connect(polling, clock);
    polling.setPlans(plans(3, 60_000));
    await clock.advance(10 * 60_000 + 30_000);
    expect(sequences(backend.received)).toEqual(upTo(backend.received.length));
    expect(Math.abs(backend.received.length - 30)).toBeLessThanOrEqual(3);
    expect(backend.received[0]!.samples).toEqual([["snr", "", 35.2]]);
    expect(backend.received.at(-1)!.samples).toEqual([
      ["snr", "", 35.2],
      ["octets", "4", 125],
    ]);
    expect(new Set(backend.received.map(({ late }) => late))).toEqual(new Set([false]));
  });

  it("spreads devices over the jitter and keeps them there", async () => {
    const clock = new CompressedClock();
    const { polling } = start({ clock, snmp: deviceAt(clock, values(clock)) });
    const backend = connect(polling, clock);
    polling.setPlans(plans(20, 60_000));
    await clock.advance(10 * 60_000);
    const times = Map.groupBy(backend.received, ({ device }) => device);
    expect(new Set([...times.values()].map(([first]) => first!.atMs)).size).toBeGreaterThan(15);
    for (const readings of times.values()) {
      const steps = readings.slice(1).map(({ atMs }, k) => Math.round(atMs - readings[k]!.atMs));
      expect(new Set(steps)).toEqual(new Set([60_000]));
    }
  });

  it("loses nothing and doubles nothing over 24 hours without a backend, and marks what is late", async () => {
    const clock = new CompressedClock();
    const { polling, outbox } = start({ clock, snmp: deviceAt(clock, values(clock)) });
    const before = connect(polling, clock);
    polling.setPlans(plans(10, 30_000));
    await clock.advance(60 * 60_000);
    before.end();
    await clock.advance(24 * HOUR_MS);
    expect(outbox.state.sizeBytes).toBeLessThan(100_000_000);
    const after = connect(polling, clock);
    await clock.advance(5 * 60_000);
    const all = [...before.received, ...after.received];
    expect(sequences(all)).toEqual(upTo(all.length));
    expect(all.length).toBeGreaterThanOrEqual((10 * 25 * HOUR_MS) / 30_000);
    expect(outbox.state).toMatchObject({ dropped: 0 });
    expect(outbox.state.queued).toBeLessThan(20);
    expect(after.received[0]!.late).toBe(true);
    expect(after.received.at(-1)!.late).toBe(false);
    expect(before.received.some(({ late }) => late)).toBe(false);
  }, 60_000);

  it("goes on by the stored plans after a restart without a backend", async () => {
    const clock = new CompressedClock();
    const first = start({ clock, snmp: deviceAt(clock, values(clock)) });
    first.polling.setPlans(plans(2, 60_000));
    await clock.advance(5 * 60_000);
    await first.close();
    const { polling, outbox } = start({
      clock,
      folder: first.folder,
      snmp: deviceAt(clock, values(clock)),
    });
    const queued = outbox.state.queued;
    await clock.advance(5 * 60_000);
    expect(outbox.state.queued).toBe(queued + 10);
    const backend = connect(polling, clock);
    expect(backend.messages[0]).toEqual({ type: "poll-refresh", revision: "1" });
    await clock.advance(60_000);
    expect(sequences(backend.received).slice(0, queued + 10)).toEqual(upTo(queued + 10));
  });

  it("sends a batch again until it is acknowledged, and no other meanwhile", async () => {
    const clock = new CompressedClock();
    const { polling } = start({ clock, snmp: deviceAt(clock, values(clock)) });
    const backend = connect(polling, clock);
    backend.acknowledges = false;
    polling.setPlans(plans(1, 10_000));
    await clock.advance(125_000);
    const batches = backend.messages.filter(({ type }) => type === "poll-results");
    expect(batches.length).toBeGreaterThan(1);
    expect(new Set(batches.map((batch) => "fromSequence" in batch && batch.fromSequence))).toEqual(
      new Set([1]),
    );
  });

  it("stops reading what is in no plan any more", async () => {
    const clock = new CompressedClock();
    const { polling } = start({ clock, snmp: deviceAt(clock, values(clock)) });
    const backend = connect(polling, clock);
    polling.setPlans(plans(2, 60_000));
    await clock.advance(3 * 60_000);
    polling.setPlans({ revision: "2", plans: [] });
    await clock.advance(60_000);
    const count = backend.received.length;
    await clock.advance(10 * 60_000);
    expect(backend.received).toHaveLength(count);
    expect(polling.status).toMatchObject({ plans: 0, devices: 0 });
  });

  it("says of a device why it was not read, and goes on with the others", async () => {
    const clock = new CompressedClock();
    const device = deviceAt(clock, values(clock));
    const snmp: PollSnmp = {
      ...device,
      walk: (target, ...rest) =>
        target.host === "127.0.0.1"
          ? Promise.reject(new PnmLabError("SNMP_TIMEOUT", "127.0.0.1:161 did not answer"))
          : device.walk(target, ...rest),
    };
    const { polling } = start({ clock, snmp });
    const backend = connect(polling, clock);
    polling.setPlans(plans(2, 60_000));
    await clock.advance(90_000);
    const byDevice = Object.groupBy(backend.received, ({ device: label }) => label);
    expect(byDevice.d0![0]).toMatchObject({
      samples: [],
      error: { code: "SNMP_TIMEOUT", message: "127.0.0.1:161 did not answer" },
    });
    expect(byDevice.d1![0]!.samples).toHaveLength(1);
    expect(byDevice.d1![0]!.error).toBeUndefined();
  });

  it("carries a 32-bit counter on that goes round, and leaves a restart out", async () => {
    const clock = new CompressedClock();
    let first = 2 ** 32 - 600;
    let bootMs = 0;
    const snmp = deviceAt(clock, {
      [SCALAR]: () => ({ type: "Integer", value: 0 }),
      [`${COUNTER}.1`]: () => ({
        type: "Counter32",
        value: (first + (clock.monotonicMs() - bootMs) / 100) % 2 ** 32,
      }),
      "1.3.6.1.2.1.1.3.0": () => ({
        type: "TimeTicks",
        value: Math.round((clock.monotonicMs() - bootMs) / 10),
      }),
    });
    const { polling } = start({ clock, snmp });
    const backend = connect(polling, clock);
    polling.setPlans({ ...plans(1, 60_000), plans: [{ ...plans(1, 60_000).plans[0]!, jitterMs: 0 }] });
    await clock.advance(4.5 * 60_000);
    bootMs = clock.monotonicMs();
    first = 50;
    await clock.advance(4 * 60_000);
    const rates = backend.received.map(({ samples }) => samples.find(([name]) => name === "octets")?.[2]);
    // The first value is a beginning, and so is the first one after the restart.
    expect(rates.filter((rate) => rate === undefined)).toHaveLength(2);
    expect(new Set(rates.filter((rate) => rate !== undefined))).toEqual(new Set([10]));
  });

  it("keeps its intervals when the time of day jumps by an hour", async () => {
    const clock = new CompressedClock();
    const { polling } = start({ clock, snmp: deviceAt(clock, values(clock)) });
    const backend = connect(polling, clock);
    polling.setPlans(plans(1, 60_000));
    await clock.advance(10 * 60_000);
    clock.jump(HOUR_MS);
    await clock.advance(10 * 60_000);
    clock.jump(-2 * HOUR_MS);
    await clock.advance(10 * 60_000 + 30_000);
    expect(sequences(backend.received)).toEqual(upTo(backend.received.length));
    expect(Math.abs(backend.received.length - 30)).toBeLessThanOrEqual(1);
    const rates = backend.received.slice(1).map(({ samples }) => samples[1]![2]);
    expect(new Set(rates)).toEqual(new Set([125]));
  });

  it("reports at its heartbeat what waits and how it stands", async () => {
    const clock = new CompressedClock();
    const { polling } = start({ clock, snmp: deviceAt(clock, values(clock)) });
    const backend = connect(polling, clock);
    polling.setPlans(plans(4, 60_000));
    await clock.advance(121_000);
    const reports = backend.messages.filter((message) => message.type === "poll-status");
    expect(reports).toHaveLength(3);
    expect(reports.at(-1)).toMatchObject({ plans: 1, devices: 4, dropped: 0, trouble: null });
  });

  it("asks for its plans again every five minutes", async () => {
    const clock = new CompressedClock();
    const { polling } = start({ clock, snmp: deviceAt(clock, values(clock)) });
    const backend = connect(polling, clock);
    await clock.advance(20 * 60_000);
    expect(backend.messages.filter(({ type }) => type === "poll-refresh")).toHaveLength(5);
  });

  it("goes on by new plans where hundreds of devices of the old ones still waited for their turn", async () => {
    const clock = new CompressedClock();
    const working = deviceAt(clock, values(clock));
    const asked: (() => void)[] = [];
    let isHanging = true;
    const snmp: PollSnmp = {
      get: async (...args) => {
        if (isHanging) await new Promise<void>((resolve) => asked.push(resolve));
        return working.get(...args);
      },
      walk: working.walk,
    };
    const { polling } = start({ clock, snmp });
    const backend = connect(polling, clock);
    polling.setPlans(plans(800, 60_000, "1"));
    await clock.advance(60_000);
    expect(polling.status).toMatchObject({ reading: 256, waiting: 544 });
    polling.setPlans(plans(10, 10_000, "2"));
    await clock.advance(20_000);
    isHanging = false;
    for (const answer of asked.splice(0)) answer();
    await clock.advance(120_000);
    expect(polling.status).toMatchObject({ reading: 0, waiting: 0 });
    expect(backend.received.length).toBeGreaterThan(50);
  });

  it.each([-2_147_483_648, 2_147_483_647])(
    "leaves out a value that its device makes infinite by a precision of %i, and delivers the others",
    async (precision) => {
      const clock = new CompressedClock();
      const precisionOid = "1.3.6.1.2.1.10.3";
      const snmp = deviceAt(clock, {
        ...values(clock),
        "1.3.6.1.2.1.10.4.7": () => ({ type: "Integer", value: 5 }),
        [`${precisionOid}.7`]: () => ({ type: "Integer", value: precision }),
      });
      const { polling } = start({ clock, snmp });
      const backend = connect(polling, clock);
      const { revision, plans: all } = plans(1, 10_000);
      const metrics = [
        { name: "bent", oid: "1.3.6.1.2.1.10.4", table: true, precisionOid },
        { name: "snr", oid: SCALAR, divisor: 10, unit: "dB" },
      ];
      polling.setPlans({ revision, plans: [{ ...all[0]!, metrics }] });
      await clock.advance(60_000);
      expect(backend.received.length).toBeGreaterThan(1);
      for (const reading of backend.received) {
        expect(reading.samples).toEqual([["snr", "", 35.2]]);
        expect(reading.error?.code).toBe("POLL_VALUE_MISSING");
      }
    },
  );
});
