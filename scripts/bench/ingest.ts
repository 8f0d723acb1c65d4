import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { createLogger } from "@pnmlab/config";
import { CaptureLibrary } from "../../backend/src/captures/library.ts";
import type { IncomingFile } from "../../backend/src/contracts.ts";
import { createFileCleaner, startIngest } from "../../backend/src/ingest/index.ts";
import { openStorage } from "../../backend/src/storage/index.ts";
import { encodeUtsc } from "../../packages/pnm-codec/src/index.ts";

// A burst of 500 session files out of another process, and a start on a directory of old files with live files
// coming meanwhile: loss, times, event-loop delay and memory. `npm run bench:ingest [old files]`.

const OLD_FILES = Number(process.argv[2] ?? 100_000);
const BURST = 500;
const LIVE = 100;

const log = createLogger("bench", "error");
const capture = encodeUtsc({
  form: "e6000-328",
  captureTimeS: 1_780_000_000,
  ifIndex: 5,
  ccapId: "ccap",
  outputFormat: "fftPower",
  bins: 800,
  centerFrequencyHz: 45_000_000,
  spanHz: 80_000_000,
  samples: Uint32Array.from({ length: 800 }, (_, k) => k),
  kHundredthsDb: -8600,
});

/** Writes numbered files in a process of its own, `pauseMs` apart. */
async function writeFiles(
  directory: string,
  template: string,
  count: number,
  pauseMs: number,
): Promise<void> {
  const code = `const fs=require('fs');const [d,t,n,p]=process.argv.slice(1);const b=fs.readFileSync(t);
    const write=(k)=>fs.writeFileSync(d+'/pnmlab_a_c1_'+String(k).padStart(5,'0'),b);
    if(+p===0){for(let k=0;k<+n;k++)write(k);}
    else{let k=0;const timer=setInterval(()=>{write(k++);if(k===+n)clearInterval(timer);},+p);}`;
  const args = ["-e", code, directory, template, String(count), String(pauseMs)];
  const [exitCode] = await once(spawn(process.execPath, args, { stdio: "inherit" }), "close");
  if (exitCode !== 0) throw new Error(`the writer ended with ${exitCode}`);
}

async function start(directory: string) {
  const dataDir = await mkdtemp(join(tmpdir(), "pnmlab-bench-data-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(dataDir, { recursive: true }));
  const storage = stack.use(openStorage(dataDir));
  let stored = 0;
  const onCapture = () => {
    stored += 1;
  };
  const library = stack.use(
    new CaptureLibrary({ dataDir, store: storage.captures, log, now: Date.now, onCapture }),
  );
  const cleaner = stack.use(
    createFileCleaner({
      directory,
      policy: "remove",
      source: "folder",
      mode: "unlink",
      tftp: { host: "127.0.0.1", port: 9 },
      sink: library,
      ownPrefix: "pnmlab_",
      log,
    }),
  );
  const latenciesMs: number[] = [];
  const take = (file: IncomingFile) => void latenciesMs.push(Date.now() - file.modifiedAt.getTime());
  const beganMs = performance.now();
  stack.use(
    await startIngest({
      directory,
      sink: library,
      cleaner,
      log,
      claimer: {
        claim: (name) => (name.startsWith("pnmlab_") ? { removeAfter: true, take } : undefined),
      },
    }),
  );
  const startMs = performance.now() - beganMs;
  const owned = stack.move();
  return { startMs, latenciesMs, stored: () => stored, close: () => owned.disposeAsync() };
}

function quantile(values: number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

async function until(condition: () => boolean, deadlineMs: number): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!condition() && performance.now() < endMs) await delay(5);
}

const mebibytes = (bytes: number) => bytes / 2 ** 20;
const work = await mkdtemp(join(tmpdir(), "pnmlab-bench-"));
const template = join(work, "template");
await writeFile(template, capture);
const bars: [name: string, value: number, bar: number][] = [];

const burstDirectory = await mkdtemp(join(work, "burst-"));
const burst = await start(burstDirectory);
await delay(500);
const burstDelay = monitorEventLoopDelay({ resolution: 1 });
burstDelay.enable();
const burstBeganMs = performance.now();
await writeFiles(burstDirectory, template, BURST, 0);
await until(() => burst.latenciesMs.length >= BURST, 30_000);
const burstMs = performance.now() - burstBeganMs;
burstDelay.disable();
await burst.close();
console.log(`burst of ${BURST}: ${burst.latenciesMs.length} taken in ${burstMs.toFixed(0)} ms`);
bars.push(["files lost or taken twice in the burst", Math.abs(BURST - burst.latenciesMs.length), 0]);
bars.push(["event-loop p99 in the burst, ms", burstDelay.percentile(99) / 1e6, 20]);

const oldDirectory = await mkdtemp(join(work, "old-"));
for (let k = 0; k < OLD_FILES; k += 1000) {
  const count = Math.min(1000, OLD_FILES - k);
  await Promise.all(
    Array.from({ length: count }, (_, n) => writeFile(join(oldDirectory, `old_${k + n}`), capture)),
  );
}
global.gc?.();
const memoryBefore = process.memoryUsage.rss();
const oldDelay = monitorEventLoopDelay({ resolution: 1 });
oldDelay.enable();
const old = await start(oldDirectory);
let memoryMost = 0;
const sampler = setInterval(() => {
  memoryMost = Math.max(memoryMost, process.memoryUsage.rss());
}, 50);
const beganMs = performance.now();
await writeFiles(oldDirectory, template, LIVE, 100);
await until(() => old.latenciesMs.length >= LIVE, 30_000);
oldDelay.disable();
clearInterval(sampler);
const rate = old.stored() / ((performance.now() - beganMs) / 1000);
console.log(
  `${OLD_FILES} old files: ingest started in ${old.startMs.toFixed(1)} ms; ${old.stored()} stored beside ${LIVE} live files, ${rate.toFixed(0)} a second`,
);
console.log(
  `live files beside them: p50 ${quantile(old.latenciesMs, 0.5).toFixed(1)} ms, p95 ${quantile(old.latenciesMs, 0.95).toFixed(1)} ms from last write to session`,
);
await old.close();
bars.push(["start-up with old files, ms", old.startMs, 200]);
bars.push(["live files lost or taken twice beside them", Math.abs(LIVE - old.latenciesMs.length), 0]);
bars.push(["event-loop p99 beside them, ms", oldDelay.percentile(99) / 1e6, 20]);
bars.push(["memory grown, MiB", mebibytes(memoryMost - memoryBefore), 150]);
await rm(work, { recursive: true });

for (const [name, value, bar] of bars) {
  const verdict = value <= bar ? "met" : "MISSED";
  console.log(
    `${name.padEnd(44)} ${value.toFixed(1).padStart(8)}  bar ${String(bar).padStart(4)}  ${verdict}`,
  );
}
process.exit(bars.every(([, value, bar]) => value <= bar) ? 0 : 1);
