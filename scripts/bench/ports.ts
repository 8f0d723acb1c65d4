import { mkdirSync } from "node:fs";
import { latencyQuantile, lostFiles, quantile, slopeOf, total } from "./ports/account.ts";
import { PROGRAMS } from "./ports/lab.ts";
import { type ProcessFigures, runPorts } from "./ports/run.ts";

// 24 RF ports live at once on one backend and one agent, 2 captures of 4,096 bins a second each and a viewer on
// every one, beside an empty process and a bare fs.watch + readFile of the same files.
// `npm run bench:ports [seconds] [folder for CPU profiles of the first half]`.

const seconds = Number(process.argv[2] ?? 600);
const profileDir = process.argv[3];

/** Memory has its size after this share of the run. */
const WARM_UP_SHARE = 0.2;
/** A shorter run says nothing about memory: the garbage collector's steps are larger than any slope. */
const LEAST_SECONDS_FOR_MEMORY = 240;
const LOOP_P99_BELOW_MS = 20;
/** Where a process that does nothing waits this long, the machine is the one that was measured. */
const MACHINE_BUSY_FROM_MS = 5;
const RSS_SLOPE_BELOW_MB_PER_MIN = 1;

function slopeAfterWarmUp(points: ProcessFigures["rssMb"]): number {
  return slopeOf(points.slice(Math.floor(points.length * WARM_UP_SHARE)));
}

if (profileDir !== undefined) mkdirSync(profileDir, { recursive: true });
const result = await runPorts({ seconds, profileDir, onProgress: (line) => console.log(line) });
const { ports, processes, simulator } = result;

console.log(
  `\n${ports.length} ports, ${result.seconds.toFixed(0)} s: ${total(ports, "files")} files closed, ${total(ports, "shown")} shown, ${total(ports, "thinned")} thinned, ${total(ports, "refused")} refused; ${(total(ports, "files") / result.seconds).toFixed(1)} files/s`,
);
console.log(
  `simulator: ${simulator.uploaded} uploaded, ${simulator.failed} failed; TFTP server: ${result.received} received`,
);
console.log(
  `re-arms ${result.sessions.reduce((sum, { rearms }) => sum + rearms, 0)}; texts to all viewers ${result.textsPerS.toFixed(0)} a second, ${result.textMbPerS.toFixed(2)} MB/s`,
);
const bare = result.bareLatenciesMs;
console.log(
  `file closed -> frame on the socket: p50 ${latencyQuantile(ports, 0.5).toFixed(1)} ms, p95 ${latencyQuantile(ports, 0.95).toFixed(1)} ms, p99 ${latencyQuantile(ports, 0.99).toFixed(1)} ms, max ${latencyQuantile(ports, 1).toFixed(1)} ms`,
);
console.log(
  `file closed -> read by the bare watcher (${bare.length} of them): p50 ${quantile(bare, 0.5).toFixed(1)} ms, p95 ${quantile(bare, 0.95).toFixed(1)} ms`,
);
console.log(
  "\nprocess        cores   loop p50   p99   max ms     RSS first  last MB   MB/min  heap MB/min  held heap MB",
);
for (const name of PROGRAMS) {
  const { cores, loopMs, rssMb, heapMb, heldMb } = processes[name];
  const cells = [
    name.padEnd(12),
    cores.toFixed(3).padStart(7),
    loopMs.p50.toFixed(1).padStart(9),
    loopMs.p99.toFixed(1).padStart(7),
    loopMs.max.toFixed(1).padStart(7),
    rssMb[0]![1].toFixed(0).padStart(14),
    rssMb.at(-1)![1].toFixed(0).padStart(8),
    slopeAfterWarmUp(rssMb).toFixed(2).padStart(9),
    slopeAfterWarmUp(heapMb).toFixed(2).padStart(11),
    heldMb
      .map((held) => held.toFixed(1))
      .join(" -> ")
      .padStart(14),
  ];
  console.log(cells.join(" "));
}
const ratio = (value: number, anchor: number) => (value / anchor).toFixed(2);
const { backend, empty } = processes;
console.log(
  `\nratios: backend p99 / empty process ${ratio(backend.loopMs.p99, empty.loopMs.p99)}; latency p50 / bare watcher ${ratio(latencyQuantile(ports, 0.5), quantile(bare, 0.5))}; backend CPU / bare watcher ${ratio(backend.cores, processes["bare watch"].cores)}`,
);

const bars: [name: string, value: number, bar: number][] = [
  ["files without a frame or a word", lostFiles(ports), 0],
  ["frames without a file, or twice", total(ports, "surplus"), 0],
  [
    "files uploaded but not received, or failed",
    Math.abs(simulator.uploaded - result.received) + simulator.failed,
    0,
  ],
  ["event-loop p99 of the backend, ms", backend.loopMs.p99, LOOP_P99_BELOW_MS],
  ["event-loop p99 of the agent, ms", processes.agent.loopMs.p99, LOOP_P99_BELOW_MS],
];
if (seconds >= LEAST_SECONDS_FOR_MEMORY) {
  for (const name of ["backend", "agent"] as const) {
    bars.push([
      `memory growth of the ${name}, MB/min`,
      slopeAfterWarmUp(processes[name].rssMb),
      RSS_SLOPE_BELOW_MB_PER_MIN,
    ]);
  }
} else console.log(`memory is judged from ${LEAST_SECONDS_FOR_MEMORY} s on`);
if (empty.loopMs.p99 >= MACHINE_BUSY_FROM_MS) {
  console.log(
    `the machine was busy with other things: even an empty process waited ${empty.loopMs.p99.toFixed(1)} ms at p99`,
  );
}
for (const [name, value, bar] of bars) {
  console.log(
    `${name.padEnd(44)} ${value.toFixed(2).padStart(8)}  bar ${String(bar).padStart(3)}  ${value <= bar ? "met" : "MISSED"}`,
  );
}
process.exit(bars.every(([, value, bar]) => value <= bar) ? 0 : 1);
