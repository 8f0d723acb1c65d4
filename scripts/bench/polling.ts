import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { PollResults } from "@pnmlab/protocol";
import { Outbox } from "../../agent/src/polling/index.ts";

// What polling costs and whether it loses anything: the outbox against node:sqlite, kill -9 in mid-batch, memory and
// CPU with many devices, parallel sweeps. Shortened: `npm run bench:polling -- --long` runs each for a minute.

const isLong = process.argv.includes("--long");
const runS = isLong ? 65 : 14;
const log = { info: () => {}, warn: () => {}, error: () => {} };
const work = await mkdtemp(join(tmpdir(), "pnmlab-bench-polling-"));
const figures: { name: string; figure: string; anchor: string; ratio: number; bar: string; met: boolean }[] =
  [];

const folder = () => mkdtemp(join(work, "run-"));
const here = (name: string) => fileURLToPath(new URL(`polling/${name}.ts`, import.meta.url));
const run = (name: string, ...args: unknown[]) =>
  fork(here(name), args.map(String), {
    execArgv: ["--conditions=@pnmlab/source", "--disable-warning=ExperimentalWarning"],
  });

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const ROWS = 100_000;
const reading = { planId: "p", planVersion: 1, device: "modem-1", atMs: 1_780_000_000_000, samples: [] };

async function rawInserts(): Promise<number> {
  const database = new DatabaseSync(join(await folder(), "raw.db"));
  database.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE t (a INTEGER, b INTEGER, c REAL, d TEXT, e BLOB)",
  );
  const insert = database.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)");
  const blob = Buffer.alloc(64, 7);
  const beganMs = performance.now();
  for (let k = 0; k < ROWS; k += 100) {
    database.exec("BEGIN");
    for (let n = 0; n < 100; n += 1) insert.run(k + n, 1_780_000_000_000, 1.5, "modem", blob);
    database.exec("COMMIT");
  }
  const rate = ROWS / ((performance.now() - beganMs) / 1000);
  database.close();
  return rate;
}

async function outboxInserts(): Promise<number> {
  using outbox = new Outbox({ path: join(await folder(), "outbox.db"), maxBytes: 1e9, keepMs: 1e9, log });
  const beganMs = performance.now();
  for (let k = 0; k < ROWS; k += 1) outbox.append(reading);
  outbox.flush();
  return ROWS / ((performance.now() - beganMs) / 1000);
}

const raw: number[] = [];
const own: number[] = [];
for (let round = 0; round < 5; round += 1) {
  raw.push(await rawInserts());
  own.push(await outboxInserts());
}
const perS = (rate: number) => `${Math.round(rate).toLocaleString("en")}/s`;
note("outbox, readings written", median(own), median(raw), perS, { least: 0.3 });

await killed();

const PORT = 16_161;
let modemPort = PORT;
await withModems(1, "300-300", async () => {
  const { firstSweepMs: alone } = await measure(1, 60_000, 0, 4);
  await withModems(
    100,
    "20-300",
    async () => {
      const { firstSweepMs: sweep } = await measure(100, 60_000, 0, 5);
      note("100 devices in parallel, sweep", sweep, alone, ms, { most: 1.5 });
    },
    PORT + 1,
  );
});
await withModems(50, "1-20", async () => {
  const { rssMb, growthMb } = await measure(50, isLong ? 30_000 : 5_000, 5_000, runS);
  note("50 devices, memory", rssMb, 256, mb, { most: 1 });
  note("50 devices, growth in the second half", growthMb, 256, mb, { most: 0.1 });
});
await withModems(1000, "1-20", async () => {
  const result = await measure(1000, isLong ? 60_000 : 10_000, isLong ? 60_000 : 10_000, runS);
  note("1,000 modems, memory", result.rssMb, 256, mb, { most: 1 });
  note("1,000 modems, turns skipped", result.skipped + result.failed, 1, String, { most: 0 });
});
await withModems(9_000, "1-20", async () => {
  // Ten thousand in a minute are 167 a second: as many as these in 54 s.
  const result = await measure(9_000, 54_000, 54_000, isLong ? 60 : 20);
  note("10,000 modems in 60 s, cores", result.cores, 1, (value) => value.toFixed(2), { most: 1 });
  note("10,000 modems, memory", result.rssMb, 256, mb, { most: 1 });
  note("10,000 modems, without an answer", result.failed, 1, String, { most: 0 });
});
// 2,000 modems every second are about what one core reads.
await withModems(2_001, "5-5", async () => {
  const { idleP99Ms, busyP99Ms, read } = await measure(2_000, 1000, 1000, runS, "interactive");
  const perSecond = Math.round(read / runS).toLocaleString("en");
  note(`a user's GET (p99) beside ${perSecond} polled/s`, busyP99Ms, idleP99Ms, ms1, { most: 3 });
});
await rm(work, { recursive: true });

console.log(
  `${"figure".padEnd(44)}${"value".padStart(14)}${"anchor".padStart(14)}${"ratio".padStart(8)}  bar`,
);
for (const { name, figure, anchor, ratio, bar, met } of figures) {
  console.log(
    `${name.padEnd(44)}${figure.padStart(14)}${anchor.padStart(14)}${ratio.toFixed(2).padStart(8)}  ${bar.padEnd(8)} ${met ? "met" : "MISSED"}`,
  );
}
process.exit(figures.every(({ met }) => met) ? 0 : 1);

function ms1(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function mb(value: number): string {
  return `${value.toFixed(1)} MB`;
}

function note(
  name: string,
  figure: number,
  anchor: number,
  text: (value: number) => string,
  bar: { least?: number; most?: number },
): void {
  const ratio = figure / anchor;
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = bar;
  figures.push({
    name,
    figure: text(figure),
    anchor: text(anchor),
    ratio,
    bar: bar.least === undefined ? `<= ${most}` : `>= ${least}`,
    met: ratio >= least && ratio <= most,
  });
}

async function withModems(
  count: number,
  delays: string,
  job: () => Promise<void>,
  port = PORT,
): Promise<void> {
  modemPort = port;
  const modems = run("modems", count, port, delays);
  await once(modems, "message");
  await job();
  const gone = once(modems, "exit");
  if (modems.connected) modems.disconnect();
  await gone;
}

interface Measured {
  firstSweepMs: number;
  read: number;
  failed: number;
  cores: number;
  rssMb: number;
  growthMb: number;
  skipped: number;
  /** 99th percentile of a user's GET before and during polling; 0 where none was sent. */
  idleP99Ms: number;
  busyP99Ms: number;
}

async function measure(
  devices: number,
  intervalMs: number,
  jitterMs: number,
  forS: number,
  interactive = "",
): Promise<Measured> {
  const agent = run("agent", await folder(), devices, modemPort, intervalMs, jitterMs, 10, forS, interactive);
  const [result] = (await once(agent, "message")) as [Measured];
  await once(agent, "exit");
  return result;
}

/** Kills the program ten times in the middle of its work and counts what arrives. */
async function killed(): Promise<void> {
  const path = await folder();
  const times = new Map<number, number>();
  let stored = 0;
  let lastStored = 0;
  let mostRepeated = 0;
  for (let round = 0; round < 10; round += 1) {
    const before = new Set(times.keys());
    let repeated = 0;
    const child = run("crash", path, Math.max(lastStored, ...[...times.keys()].slice(-1)));
    child.on("message", (message: PollResults | { type: "stored"; first: number; last: number }) => {
      if (message.type === "stored") {
        stored += message.last - message.first + 1;
        lastStored = message.last;
        return;
      }
      for (const { samples } of message.readings) {
        const number = samples[0]![2];
        if (before.has(number)) repeated += 1;
        times.set(number, (times.get(number) ?? 0) + 1);
      }
      acknowledge(child, message);
    });
    await once(child, "message");
    await delay(round === 9 ? 3000 : 150 + 50 * round);
    child.kill("SIGKILL");
    await once(child, "exit");
    mostRepeated = Math.max(mostRepeated, repeated);
  }
  // What was stored last waits in the outbox.
  using outbox = new Outbox({ path: join(path, "outbox.db"), maxBytes: 1e9, keepMs: 1e9, log });
  for (const { body } of outbox.take(10_000_000)) {
    times.set((JSON.parse(body) as { samples: [string, string, number][] }).samples[0]![2], 1);
  }
  let lost = 0;
  for (let number = 1; number <= lastStored; number += 1) if (!times.has(number)) lost += 1;
  note(`lost of ${stored.toLocaleString("en")} over ten kill -9`, lost, 1, String, { most: 0 });
  note("readings repeated at most after a kill -9", mostRepeated, 200, String, { most: 1 });
}

function acknowledge(child: ChildProcess, { outboxId, toSequence }: PollResults): void {
  if (child.connected) child.send({ outboxId, upTo: toSequence }, () => {});
}
