import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BareSession } from "../../agent/test/bare-library.ts";
import { type Chain, startChain } from "./agent/chain.ts";
import {
  type Duel,
  inTurns,
  latenciesOf,
  median,
  ownCpuUs,
  printTable,
  quantile,
  type Row,
  rateOf,
  timed,
} from "./agent/figures.ts";
import { missingPrograms, startSnmpd } from "./agent/snmpd.ts";

// SNMP through the whole chain, gateway of the backend, WebSocket, agent and back, against the bare library
// and the command line tools on the same snmpd in the same minute. `npm run bench:agent [rounds]`.

const ROUNDS = Number(process.argv[2] ?? 7);
const GET_OID = "1.3.6.1.2.1.1.5.0";
/** Column of the lines of nsExtendOutput2Table (NET-SNMP-EXTEND-MIB), which holds the rows to walk. */
const LINES_OID = "1.3.6.1.4.1.8072.1.3.2.4.1.2";
const WALK_OID = `${LINES_OID}.4.119.97.108.107`;
const LONG_COLUMN_OID = "1.3.6.1.4.1.8072.9999.1";
const WALK_ROWS = 4_000;
const LONG_ROWS = 100_000;
const SMALL_ROWS = 1_000;
const SWEEP_OIDS = [1, 2, 3, 4, 5, 6, 7, 8]
  .map((at) => `1.3.6.1.2.1.1.${at}.0`)
  .concat(["1.3.6.1.2.1.11.1.0", "1.3.6.1.2.1.11.3.0"]);
const MODEMS = 1_000;
const ROUND_TRIP_MS = 20;
const DEAD_EVERY = 20;
const TIMEOUT_MS = 1_000;
/** Requests on their way at once, as the agent has it by default. */
const CONCURRENCY = 64;
const deadline = { deadlineMs: 60_000 };

const addressOf = (network: number, modem: number) => `127.${network}.${modem >> 8}.${modem & 255}`;

async function measureGets(chain: Chain, port: number): Promise<Row[]> {
  const target = { host: "127.0.0.1", port, profile: "cmts" };
  using bare = new BareSession("127.0.0.1", port);
  const get = () => chain.snmp.get(target, [GET_OID], deadline);
  const figures = { bare1: [0], chain1: [0], process: [0] };
  for (const list of Object.values(figures)) list.pop();
  await rateOf(32, 1_000, get);
  await rateOf(32, 300, () => bare.get([GET_OID]));
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.bare1.push(median(await latenciesOf(200, () => bare.get([GET_OID]))));
    figures.chain1.push(median(await latenciesOf(200, get)));
    figures.process.push(await rateOf(1, 300, async () => snmpget(port)));
  }
  const [bare1, chain1] = [median(figures.bare1), median(figures.chain1)];
  const duel = await inTurns(
    3 * ROUNDS,
    { job: get, width: 32, forMs: 200, cpuUs: () => cpuOf(chain) },
    { job: () => bare.get([GET_OID]), width: 32, forMs: 200, cpuUs: ownCpuUs },
  );
  const chain32 = median(duel.rates);
  const perProcess = median(figures.process);
  return [
    row("GET, one at a time: p50 added", chain1, bare1, "bare library", "ms", chain1 - bare1, 1, "less"),
    ...duelRows("GET, 32 at once", duel, "bare library", "/s", 0.4),
    row("GET, 32 at once", chain32, perProcess, "snmpget each", "/s", chain32 / perProcess, 30, "more"),
  ];
}

function snmpget(port: number): void {
  execFileSync("snmpget", ["-v2c", "-c", "public", `127.0.0.1:${port}`, GET_OID], { stdio: "ignore" });
}

async function measureWalks(chain: Chain, port: number): Promise<Row[]> {
  const target = { host: "127.0.0.1", port, profile: "cmts" };
  using bare = new BareSession("127.0.0.1", port);
  const walk = () => rowsOf(chain, target, WALK_OID);
  const figures = { bare: [0], chain: [0], command: [0] };
  for (const list of Object.values(figures)) list.pop();
  for (let warm = 0; warm < 5; warm += 1) await walk();
  await bare.subtree(WALK_OID, 50);
  const perSecond = async (job: () => Promise<number>) => {
    let rows = 0;
    const ms = await timed(async () => {
      for (let time = 0; time < 5; time += 1) rows += await job();
    });
    if (rows !== 5 * WALK_ROWS) throw new Error(`a walk brought ${rows / 5} rows instead of ${WALK_ROWS}`);
    return (rows / ms) * 1000;
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.bare.push(await perSecond(() => bare.subtree(WALK_OID, 50)));
    figures.chain.push(await perSecond(walk));
    figures.command.push(await perSecond(async () => snmpbulkwalk(port)));
  }
  const [library, ours, command] = [median(figures.bare), median(figures.chain), median(figures.command)];
  return [
    row(
      "walk, streamed",
      ours,
      library,
      "bare subtree",
      "rows/s",
      median(figures.chain.map((rate, at) => rate / figures.bare[at]!)),
      0.5,
      "more",
    ),
    row("walk, streamed", ours, command, "snmpbulkwalk -Cr50", "rows/s", ours / command, 0.8, "more"),
  ];
}

async function rowsOf(chain: Chain, target: Parameters<Chain["streams"]["walk"]>[0], oid: string) {
  let rows = 0;
  for await (const some of chain.streams.walk(target, oid, deadline)) rows += some.length;
  return rows;
}

function snmpbulkwalk(port: number): number {
  const args = ["-v2c", "-c", "public", "-On", "-Cr50", `127.0.0.1:${port}`, WALK_OID];
  const output = execFileSync("snmpbulkwalk", args, { maxBuffer: 1e8 });
  return output.filter((octet) => octet === 10).length;
}

/** Peak memory of agent and backend together while `rows` rows come. */
async function peakMemory(chain: Chain, port: number, oid: string, rows: number): Promise<number> {
  const target = { host: "127.0.0.1", port, profile: "cmts" };
  let taken = 0;
  let chunks = 0;
  let peak = 0;
  const note = async () => {
    peak = Math.max(peak, (await chain.agentUsage()).memory + process.memoryUsage().rss);
  };
  for await (const some of chain.streams.walk(target, oid, deadline)) {
    taken += some.length;
    chunks += 1;
    if (chunks % 4 === 0) await note();
    if (taken >= rows) break;
  }
  await note();
  if (taken < rows) throw new Error(`${taken} rows came instead of ${rows}`);
  return peak / 1e6;
}

async function measureMemory(): Promise<Row[]> {
  await using chain = await startChain();
  await using table = await startResponder("long-table.ts", LONG_COLUMN_OID, String(LONG_ROWS));
  for (let warm = 0; warm < 3; warm += 1) await peakMemory(chain, table.port, LONG_COLUMN_OID, SMALL_ROWS);
  const small = await peakMemory(chain, table.port, LONG_COLUMN_OID, SMALL_ROWS);
  const long = await peakMemory(chain, table.port, LONG_COLUMN_OID, LONG_ROWS);
  return [row("memory, 100,000 rows", long, small, "1,000 rows", "MB", long / small, 1.5, "less")];
}

/** One of the programs in `agent/` that play devices; each prints its port and ends with its input. */
async function startResponder(file: string, ...programArgs: string[]) {
  const program = join(import.meta.dirname, "agent", file);
  const child = spawn(process.execPath, ["--conditions=@pnmlab/source", program, ...programArgs], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return {
    port: Number(line),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}

async function measureSweep(chain: Chain, port: number): Promise<Row[]> {
  const targets = Array.from({ length: MODEMS }, (_, modem) => ({
    host: addressOf(20, modem),
    port,
    profile: "modem",
  }));
  using sessions = new DisposableStack();
  const bare = targets.map(({ host }) => sessions.use(new BareSession(host, port)));
  const bareSweep = async () => {
    let next = 0;
    const worker = async () => {
      while (next < bare.length) await bare[next++]!.get(SWEEP_OIDS);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  };
  const ourSweep = async () => {
    let answered = 0;
    for await (const answers of chain.streams.sweep(targets, SWEEP_OIDS, deadline)) {
      answered += answers.filter(({ ok }) => ok).length;
    }
    if (answered !== MODEMS) throw new Error(`${answered} of ${MODEMS} devices answered`);
  };
  await bareSweep();
  await ourSweep();
  await ourSweep();
  const duel = await inTurns(
    3 * ROUNDS,
    { job: ourSweep, width: 1, forMs: 150, worth: MODEMS, cpuUs: () => cpuOf(chain) },
    { job: bareSweep, width: 1, forMs: 150, worth: MODEMS, cpuUs: ownCpuUs },
  );
  return duelRows("sweep, 1,000 x 10 OIDs", duel, "1,000 bare sessions", "modems/s", 0.5);
}

/** Processor time of both programs of the chain; this one plays the backend. */
async function cpuOf(chain: Chain): Promise<number> {
  return ownCpuUs() + (await chain.agentUsage()).cpuUs;
}

/** The rate against its bar, and the processor time of a job, which other load on the machine moves less. */
function duelRows(figure: string, duel: Duel, anchorName: string, unit: string, bar: number): Row[] {
  const [cpuUs, anchorCpuUs] = [median(duel.cpuUs), median(duel.anchorCpuUs)];
  return [
    row(
      figure,
      median(duel.rates),
      median(duel.anchorRates),
      anchorName,
      unit,
      median(duel.ratios),
      bar,
      "more",
    ),
    row(
      `${figure}: processor`,
      cpuUs,
      anchorCpuUs,
      anchorName,
      "us each",
      cpuUs / anchorCpuUs,
      undefined,
      "less",
    ),
  ];
}

async function measureSlowSweep(chain: Chain): Promise<Row[]> {
  await using modems = await startResponder(
    "slow-modems.ts",
    String(MODEMS),
    String(ROUND_TRIP_MS),
    String(DEAD_EVERY),
  );
  const targets = Array.from({ length: MODEMS }, (_, modem) => ({
    host: addressOf(21, modem),
    port: modems.port,
    profile: "modem",
  }));
  const oids = Array.from({ length: 10 }, (_, at) => `1.3.6.1.2.1.1.${at + 1}.0`);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    let failed = 0;
    times.push(
      await timed(async () => {
        const options = { ...deadline, targetDeadlineMs: TIMEOUT_MS };
        for await (const answers of chain.streams.sweep(targets, oids, options)) {
          failed += answers.filter(({ ok }) => !ok).length;
        }
      }),
    );
    if (failed !== MODEMS / DEAD_EVERY) throw new Error(`${failed} devices failed`);
  }
  const ideal = Math.ceil(MODEMS / CONCURRENCY) * ROUND_TRIP_MS;
  const ours = median(times) - TIMEOUT_MS;
  const figure = "sweep, 20 ms, 5 % dead, less one time-out";
  return [row(figure, ours, ideal, "ideal", "ms", ours / ideal, 1.3, "less")];
}

async function measureInteractive(chain: Chain, port: number): Promise<Row[]> {
  const target = { host: "127.0.0.1", port, profile: "modem" };
  const get = () => chain.snmp.get(target, [GET_OID], deadline);
  const idle: number[] = [];
  const busy: number[] = [];
  await latenciesOf(500, get);
  for (let round = 0; round < 2 * ROUNDS; round += 1) {
    idle.push(quantile(await latenciesOf(700, get), 0.99));
    const isOver = { value: false };
    const batch = (async () => {
      while (!isOver.value) await rowsOf(chain, target, WALK_OID);
    })();
    busy.push(quantile(await latenciesOf(700, get), 0.99));
    isOver.value = true;
    await batch;
  }
  const [before, during] = [median(idle), median(busy)];
  const value = median(busy.map((ms, round) => ms / idle[round]!));
  return [row("GET p99 during a full-speed walk", during, before, "idle", "ms", value, 3, "less")];
}

function row(
  figure: string,
  ours: number,
  anchor: number,
  anchorName: string,
  unit: string,
  value: number,
  bar: Row["bar"],
  good: Row["good"],
): Row {
  return { figure, ours, anchor, anchorName, unit, value, bar, good };
}

const missing = missingPrograms();
if (missing) {
  process.stderr.write(`bench:agent cannot run: ${missing}\n`);
  process.exit(1);
}
await using snmpd = await startSnmpd({ walk: WALK_ROWS });
const rows: Row[] = [];
{
  await using chain = await startChain();
  rows.push(...(await measureGets(chain, snmpd.port)));
  rows.push(...(await measureWalks(chain, snmpd.port)));
  rows.push(...(await measureSweep(chain, snmpd.port)));
  rows.push(...(await measureSlowSweep(chain)));
  rows.push(...(await measureInteractive(chain, snmpd.port)));
}
rows.push(...(await measureMemory()));
process.exitCode = printTable(rows) ? 0 : 1;
