import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { decodeSpectrumFrame } from "@pnmlab/protocol";
import { startTestLab } from "@pnmlab/testkit";
import { WebSocket, WebSocketServer } from "ws";

// From a capture file's last byte to its decoded frame at a WebSocket client, beside a 50 ms glob-and-sleep
// loop and a bare fs.watch + ws script, all in one run. `npm run bench:live [frames]`.

const FRAMES = Number(process.argv[2] ?? 200);
const ROUNDS = 3;
const BINS = 1600;
const OLD_FILES = 10_000;

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Writes files in a process of its own, in two parts each, and tells when each was closed. */
function writeFiles(directory: string, template: string, names: string[]): Promise<Map<string, number>> {
  const code = `const fs=require('fs');const [d,t,...names]=process.argv.slice(1);const b=fs.readFileSync(t);
    const out=[];const go=()=>{const n=names.shift();if(!n){process.stdout.write(JSON.stringify(out));return;}
    const f=fs.openSync(d+'/'+n,'w');fs.writeSync(f,b,0,512);fs.writeSync(f,b,512);fs.closeSync(f);
    out.push([n,Number(process.hrtime.bigint())/1e6]);setTimeout(go,13+Math.random()*20);};setTimeout(go,200);`;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["-e", code, directory, template, ...names], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (chunk) => (text += chunk));
    child.on("close", () => resolve(new Map(JSON.parse(text) as [string, number][])));
  });
}

function latencies(closed: Map<string, number>, seen: Map<string, number>): number[] {
  return [...closed].flatMap(([name, at]) => {
    const arrived = seen.get(name);
    return arrived === undefined ? [] : [arrived - at];
  });
}

/** The scripts that such tools consist of: find the file, read, decode int16 x 0.1, send as float32. */
async function anchor(kind: "loop" | "watch", template: string): Promise<number[]> {
  const directory = mkdtempSync(join(tmpdir(), "pnmlab-anchor-"));
  const size = statSync(template).size;
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await new Promise((resolve) => server.once("listening", resolve));
  const done = new Set<string>();
  const seen = new Map<string, number>();
  const names = Array.from({ length: FRAMES }, (_, index) => `utsc_${index}`);
  const take = (name: string) => {
    if (done.has(name)) return;
    const bytes = readFileSync(join(directory, name));
    if (bytes.length < size) return;
    done.add(name);
    const levels = new Float32Array(BINS);
    for (let bin = 0; bin < BINS; bin += 1)
      levels[bin] = bytes.readInt16BE(bytes.length - BINS * 2 + bin * 2) * 0.1;
    const message = Buffer.alloc(4 + levels.byteLength);
    message.writeUInt32LE(Number(name.split("_")[1]));
    Buffer.from(levels.buffer).copy(message, 4);
    for (const client of server.clients) client.send(message);
  };
  const loop = () => {
    const found = readdirSync(directory).map((name) => ({
      name,
      at: statSync(join(directory, name)).mtimeMs,
    }));
    for (const { name } of found.sort((a, b) => a.at - b.at)) take(name);
  };
  const timer = kind === "loop" ? setInterval(loop, 50) : undefined;
  const watcher = kind === "watch" ? watch(directory, (_, name) => name && take(name)) : undefined;
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  client.on("message", (data: Buffer) => seen.set(`utsc_${data.readUInt32LE(0)}`, nowMs()));
  await new Promise((resolve) => client.once("open", resolve));
  const closed = await writeFiles(directory, template, names);
  await delay(200);
  clearInterval(timer);
  watcher?.close();
  client.terminate();
  server.close();
  rmSync(directory, { recursive: true });
  return latencies(closed, seen);
}

function stampOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 23).replace("T", "_").replaceAll(":", ".");
}

/** The product: a lab in this process, a signed-in client that watches one session. */
async function product(oldFiles: number, templateTo: string): Promise<(rounds: number) => Promise<number[]>> {
  const lab = await startTestLab();
  closers.push(() => lab[Symbol.asyncDispose]());
  const cookie = await lab.signIn();
  let sample: Uint8Array | undefined;
  const bases = new Set<string>();
  lab.tftp.on("received", ({ name }) => {
    if (!name.startsWith("pnmlab_")) return;
    bases.add(name.replace(/_\d{4}-\d\d-\d\d_.*$/, ""));
    try {
      sample ??= readFileSync(join(lab.config.tftpDir, name));
    } catch {
      // The product was faster and has consumed it; the next one will do.
    }
  });
  for (let index = 0; index < oldFiles; index += 1)
    writeFileSync(join(lab.config.tftpDir, `old_${index}`), "x");
  const socket = new WebSocket(`${lab.url.replace("http", "ws")}/ws/live`, { headers: { cookie } });
  await new Promise((resolve) => socket.once("open", resolve));
  const start = (repeatPeriodUs: number) =>
    fetch(`${lab.url}/api/utsc/sessions`, {
      method: "POST",
      headers: { cookie, "content-type": "application/json" },
      body: JSON.stringify({
        cmtsId: "lab-cmts-1",
        rfPortIfIndex: 1001,
        centerFrequencyHz: 45_000_000,
        spanHz: 80_000_000,
        bins: BINS,
        repeatPeriodUs,
        outputFormat: "fftPower",
      }),
    });
  const answer = await start(50_000);
  const { session } = (await answer.json()) as { session: { id: string } };
  const seen = new Map<number, number>();
  let newest = 0;
  socket.on("message", (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return;
    const copy = new Uint8Array(data).buffer;
    const { sequence } = decodeSpectrumFrame(copy);
    seen.set(sequence, nowMs());
    newest = sequence;
  });
  socket.send(JSON.stringify({ type: "watch", sessionId: session.id }));
  while (!sample) await delay(20);
  writeFileSync(templateTo, sample);
  // One capture, then a silence in which the writer's files are the only ones.
  await start(60_000_000);
  while (bases.size < 2) await delay(20);
  await delay(300);
  if (oldFiles > 0) await delay(15_000);
  const base = [...bases].at(-1)!;
  let startMs = Date.now();
  return async () => {
    startMs += 1000;
    const names = Array.from({ length: FRAMES }, (_, index) => `${base}_${stampOf(startMs + index)}`);
    const before = newest;
    const closed = await writeFiles(lab.config.tftpDir, templateTo, names);
    await delay(200);
    // One writer, one file after the other: the n-th file is the n-th frame.
    const arrived = names.flatMap((name, index) => {
      const at = seen.get(before + 1 + index);
      return at === undefined ? [] : [[name, at] as const];
    });
    return latencies(closed, new Map(arrived));
  };
}

function quantile(values: number[], q: number): number {
  return (
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ??
    Number.NaN
  );
}

const closers: (() => PromiseLike<void>)[] = [];
const work = mkdtempSync(join(tmpdir(), "pnmlab-bench-"));
mkdirSync(work, { recursive: true });
const template = join(work, "template");
const empty = await product(0, template);
const crowded = await product(OLD_FILES, join(work, "template-old"));
const results: Record<string, number[]> = {
  loop: [],
  watch: [],
  product: [],
  "product, 10,000 old files": [],
};
for (let round = 0; round < ROUNDS; round += 1) {
  results.loop!.push(...(await anchor("loop", template)));
  results.watch!.push(...(await anchor("watch", template)));
  results.product!.push(...(await empty(round)));
  results["product, 10,000 old files"]!.push(...(await crowded(round)));
}
for (const close of closers) await close();
rmSync(work, { recursive: true });

for (const [name, values] of Object.entries(results)) {
  console.log(
    `${name.padEnd(26)} ${String(values.length).padStart(4)} of ${FRAMES * ROUNDS}  p50 ${quantile(values, 0.5).toFixed(2)} ms  p95 ${quantile(values, 0.95).toFixed(2)} ms`,
  );
}
const p = (name: string, q: number) => quantile(results[name]!, q);
const bars: [string, number, number][] = [
  ["p50 product / 50 ms loop", p("product", 0.5) / p("loop", 0.5), 1 / 12],
  ["p50 product / bare fs.watch", p("product", 0.5) / p("watch", 0.5), 3],
  ["p95 product / 50 ms loop", p("product", 0.95) / p("loop", 0.95), 1 / 8],
  ["p50 10,000 old files / empty", p("product, 10,000 old files", 0.5) / p("product", 0.5), 1.2],
];
for (const [name, ratio, bar] of bars) {
  console.log(
    `${name.padEnd(30)} ${ratio.toFixed(3)}  bar ${bar.toFixed(3)}  ${ratio <= bar ? "met" : "MISSED"}`,
  );
}
process.exit(bars.every(([, ratio, bar]) => ratio <= bar) ? 0 : 1);
