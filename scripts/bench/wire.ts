import { parseArgs } from "node:util";
import { quantile } from "./ports/account.ts";
import { MeasuredProgram } from "./ports/program.ts";
import type {
  BuffersReport,
  ClientsRequest,
  SentReport,
  ServerRequest,
  TakenReport,
  WireKind,
} from "./wire/messages.ts";

// What one spectrum costs on its way from the backend to browsers: the product's hub beside the same frames as
// JSON text through the same WebSocket library, browsers in a process of their own, rounds interleaved.
// `npm run bench:wire [-- --rounds N]`; exits 1 when a bar is missed.

const BINS = 4096;
const FRAME_BYTES = 64 + BINS * 2;
const DEADLINE_MS = 120_000;
/** Frames of a burst to one client and to a hundred: about as long for both kinds. */
const FRAMES: Record<WireKind, [one: number, hundred: number]> = { json: [500, 100], hub: [10_000, 1000] };
/** A burst to one client is short, and other programs of the machine get in its way: the middle one counts. */
const BURSTS = 3;
const STALLED_S = 2;
const STALLS = 3;

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "3" } } });
const rounds = Math.max(1, Number.parseInt(options.rounds, 10) || 1);

const median = (values: readonly number[]) => quantile(values, 0.5);

await using stack = new AsyncDisposableStack();
const env = { PATH: process.env.PATH };
const server = stack.use(
  await MeasuredProgram.start({ name: "server", script: "scripts/bench/wire/server.ts", env }),
);
const clients = stack.use(
  await MeasuredProgram.start({ name: "clients", script: "scripts/bench/wire/clients.ts", env }),
);
const address = server.message<{ type: "address"; port: number }>("address", DEADLINE_MS);
server.ask({ type: "address" });
const url = `ws://127.0.0.1:${(await address).port}`;

async function send(request: Extract<ServerRequest, { type: "burst" | "stream" }>): Promise<SentReport> {
  const answer = server.message<SentReport>("sent", DEADLINE_MS);
  server.ask(request);
  return answer;
}

async function ask(request: Exclude<ClientsRequest, { type: "take" }>): Promise<void> {
  const answer = clients.message<{ type: "done" }>("done", DEADLINE_MS);
  clients.ask(request);
  await answer;
}

async function take(): Promise<TakenReport> {
  const answer = clients.message<TakenReport>("taken", DEADLINE_MS);
  clients.ask({ type: "take" });
  return answer;
}

async function bufferBytes(): Promise<number> {
  const answer = server.message<BuffersReport>("buffers", DEADLINE_MS);
  server.ask({ type: "buffers" });
  return (await answer).bytes;
}

const serverCpuMs = async () => (await server.figures()).cpuS * 1000;

interface Burst {
  /** CPU of the server per frame that each client was given, microseconds. */
  cpuUs: number;
  /** Frames each client was given in a second. */
  framesPerS: number;
  frameBytes: number;
  lost: number;
}

/** As fast as it goes, to so many clients. */
async function burst(kind: WireKind, viewers: number, frames: number): Promise<Burst> {
  await ask({ type: "open", url, kind, clients: viewers, sessions: 1 });
  // As much on its way to one as to a hundred would make these wait for the process that plays them all.
  const request = { type: "burst", kind, bins: BINS, framesPerQuestion: viewers === 1 ? 64 : 16 } as const;
  const warmUp = await send({ ...request, frames: Math.ceil(frames / 5) });
  await ask({ type: "await", sequence: warmUp.sequence });
  await take();
  const cpuBeforeMs = await serverCpuMs();
  const startedAtMs = performance.now();
  const { sequence, frameBytes } = await send({ ...request, frames });
  await ask({ type: "await", sequence });
  const tookS = (performance.now() - startedAtMs) / 1000;
  const cpuMs = (await serverCpuMs()) - cpuBeforeMs;
  const taken = await take();
  await ask({ type: "close" });
  const given = taken.frames / viewers;
  return { cpuUs: (cpuMs / given) * 1000, frameBytes, framesPerS: given / tookS, lost: taken.lost };
}

/** CPU of the server over a steady stream of 1,600 bins at 10 frames/s, as a share of a core. */
async function streamCores(viewers: number): Promise<number> {
  const seconds = 3;
  await ask({ type: "open", url, kind: "hub", clients: viewers, sessions: 1 });
  const request = { type: "stream", kind: "hub", bins: 1600, framesPerS: 10, sessions: 1 } as const;
  await send({ ...request, seconds: 1 });
  const cpuBeforeMs = await serverCpuMs();
  await send({ ...request, seconds });
  const cores = ((await serverCpuMs()) - cpuBeforeMs) / 1000 / seconds;
  await ask({ type: "close" });
  return cores;
}

interface Stalled {
  /** Latencies of the others without and with a stalled client. */
  without: number[];
  beside: number[];
  /** Memory that the stalled one costs, in frames. */
  frames: number;
  woken: NonNullable<TakenReport["woken"]>;
  lost: number;
}

/** 100 clients at 20 frames/s; one of them stops reading, and reads again; several times. */
async function stalled(): Promise<Stalled[]> {
  await ask({ type: "open", url, kind: "hub", clients: 100, sessions: 1 });
  const request = { type: "stream", kind: "hub", bins: BINS, framesPerS: 20, sessions: 1 } as const;
  await send({ ...request, seconds: 1 });
  await take();
  const times: Stalled[] = [];
  for (let time = 0; time < STALLS; time += 1) {
    await send({ ...request, seconds: STALLED_S });
    const without = await take();
    const bytesBefore = await bufferBytes();
    await ask({ type: "stall", clients: 1 });
    await send({ ...request, seconds: STALLED_S });
    const beside = await take();
    const bytes = (await bufferBytes()) - bytesBefore;
    await ask({ type: "wake" });
    const { sequence } = await send({ ...request, seconds: 0.5 });
    await ask({ type: "await", sequence });
    const after = await take();
    times.push({
      without: without.latenciesMs,
      beside: beside.latenciesMs,
      frames: bytes / FRAME_BYTES,
      woken: after.woken!,
      lost: without.lost + beside.lost + after.lost,
    });
  }
  await ask({ type: "close" });
  return times;
}

/** Ten ports at 20 frames/s, a viewer on each. */
async function tenPorts(): Promise<TakenReport & { published: number }> {
  const sessions = 10;
  const seconds = 5;
  await ask({ type: "open", url, kind: "hub", clients: sessions, sessions });
  const { sequence } = await send({
    type: "stream",
    kind: "hub",
    bins: 1600,
    framesPerS: 20,
    seconds,
    sessions,
  });
  await ask({ type: "await", sequence });
  const taken = await take();
  await ask({ type: "close" });
  return { ...taken, published: sessions * seconds * 20 };
}

/** Code is compiled when it has run often enough; a backend runs for months. */
for (const kind of ["json", "hub"] as const) await burst(kind, 1, FRAMES[kind][0]);

const one: Record<WireKind, Burst[]> = { hub: [], json: [] };
const hundred: Record<WireKind, Burst[]> = { hub: [], json: [] };
const stalls: Stalled[] = [];
const viewers: [one: number, hundred: number][] = [];
for (let round = 1; round <= rounds; round += 1) {
  process.stdout.write(`round ${round} of ${rounds} ...\n`);
  for (let burstOfRound = 0; burstOfRound < BURSTS; burstOfRound += 1) {
    for (const kind of ["json", "hub"] as const) one[kind].push(await burst(kind, 1, FRAMES[kind][0]));
  }
  for (const kind of ["json", "hub"] as const) hundred[kind].push(await burst(kind, 100, FRAMES[kind][1]));
  stalls.push(...(await stalled()));
  viewers.push([await streamCores(1), await streamCores(100)]);
}
const ports = await tenPorts();

const of = (bursts: Burst[], figure: keyof Burst) => median(bursts.map((each) => each[figure]));
console.log("\nframes of 4,096 bins        bytes  CPU us, 1 client  CPU us, 100 clients  frames/s to 100");
for (const kind of ["json", "hub"] as const) {
  const cells = [
    kind.padEnd(22),
    of(one[kind], "frameBytes").toFixed(0).padStart(10),
    of(one[kind], "cpuUs").toFixed(1).padStart(17),
    of(hundred[kind], "cpuUs").toFixed(0).padStart(20),
    of(hundred[kind], "framesPerS").toFixed(0).padStart(16),
  ];
  console.log(cells.join(" "));
}
const p95 = (which: "without" | "beside") =>
  quantile(
    stalls.flatMap((each) => each[which]),
    0.95,
  );
console.log(
  `\n100 clients at 20 frames/s, p95 from sending to decoded: ${p95("without").toFixed(2)} ms, beside a stalled one ${p95("beside").toFixed(2)} ms`,
);
console.log(
  `ten ports at 20 frames/s: ${ports.published} published, ${ports.frames} shown, ${ports.withheld} withheld, ${ports.lost} lost; p95 ${quantile(ports.latenciesMs, 0.95).toFixed(2)} ms`,
);

const lost = [...one.hub, ...hundred.hub, ...stalls, ports].reduce((sum, each) => sum + each.lost, 0);
const most = (pick: (each: Stalled) => number) => Math.max(...stalls.map(pick));
const accounted = (ports.frames + ports.withheld) / ports.published;
const bars: [name: string, value: number, bar: number, isMet: (value: number, bar: number) => boolean][] = [
  ["bytes per frame / JSON", of(one.hub, "frameBytes") / of(one.json, "frameBytes"), 0.36, atMost],
  ["CPU per frame / JSON, 1 client", of(one.hub, "cpuUs") / of(one.json, "cpuUs"), 1 / 30, atMost],
  [
    "frames/s to 100 clients / JSON",
    of(hundred.hub, "framesPerS") / of(hundred.json, "framesPerS"),
    10,
    atLeast,
  ],
  ["p95 of the others beside a stalled client", p95("beside") / p95("without"), 1.2, atMost],
  ["frames of memory that the stalled client costs", median(stalls.map(({ frames }) => frames)), 2, atMost],
  ["old frames on their way when it wakes", most(({ woken }) => woken.oldFrames), 1, atMost],
  ["frames behind the newest that comes next", most(({ woken }) => woken.framesBehind), 0, atMost],
  ["CPU per extra viewer, % of a core", median(viewers.map(([a, b]) => ((b - a) / 99) * 100)), 1, atMost],
  ["ten ports: frames shown or withheld", accounted, 0.99, atLeast],
  ["frames lost without a word", lost, 0, atMost],
];
console.log();
for (const [name, value, bar, isMet] of bars) {
  console.log(
    `${name.padEnd(48)} ${value.toFixed(4).padStart(9)}  bar ${bar.toFixed(4).padStart(8)}  ${isMet(value, bar) ? "met" : "MISSED"}`,
  );
}
process.exitCode = bars.every(([, value, bar, isMet]) => isMet(value, bar)) ? 0 : 1;

function atMost(value: number, bar: number): boolean {
  return value <= bar;
}

function atLeast(value: number, bar: number): boolean {
  return value >= bar;
}
