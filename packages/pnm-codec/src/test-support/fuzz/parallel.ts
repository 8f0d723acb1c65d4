import { Worker } from "node:worker_threads";
import type { FuzzOptions, FuzzReport } from "./run.ts";

/** A run over several threads with a bounded heap each; a thread that dies fails the run. */
export async function runFuzzInParallel(seed: number, cases: number, threads = 2): Promise<FuzzReport> {
  const reports = await Promise.all(
    Array.from({ length: threads }, (_, first) => inWorker({ seed, first, end: cases, step: threads })),
  );
  return reports.reduce(merge);
}

function inWorker(options: FuzzOptions): Promise<FuzzReport> {
  const { promise, resolve, reject } = Promise.withResolvers<FuzzReport>();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: options,
    resourceLimits: { maxOldGenerationSizeMb: 192 },
    execArgv: [],
  });
  worker.once("message", resolve);
  worker.once("error", reject);
  worker.once("exit", (code) => {
    if (code !== 0) reject(new Error(`a fuzzing thread ended with code ${code}`));
  });
  return promise;
}

function merge(a: FuzzReport, b: FuzzReport): FuzzReport {
  const outcomes = { ...a.outcomes };
  for (const [name, files] of Object.entries(b.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + files;
  const mutations = { ...a.mutations };
  for (const [name, { files, refused }] of Object.entries(b.mutations)) {
    const entry = mutations[name] ?? { files: 0, refused: 0 };
    mutations[name] = { files: entry.files + files, refused: entry.refused + refused };
  }
  const slower = a.slowestMs > b.slowestMs ? a : b;
  return {
    cases: a.cases + b.cases,
    outcomes,
    mutations,
    slowestMs: slower.slowestMs,
    slowestCall: slower.slowestCall,
    stalls: a.stalls + b.stalls,
    failures: [...a.failures, ...b.failures],
  };
}

/** The counts of a run as lines for a terminal. */
export function formatFuzzReport(report: FuzzReport): string {
  const percent = (part: number, whole: number) => `${((100 * part) / whole).toFixed(1)} %`;
  const outcomes = Object.entries(report.outcomes).sort(([, a], [, b]) => b - a);
  const refusals = outcomes.filter(([name]) => /^[A-Z_]+$/.test(name));
  const accepted = outcomes.filter(([name]) => !/^[A-Z_]+$/.test(name));
  const sum = (list: [string, number][]) => list.reduce((total, [, files]) => total + files, 0);
  const list = (entries: [string, number][]) => entries.map(([name, files]) => `${name} ${files}`).join(", ");
  return [
    `${report.cases} damaged files, ${report.failures.length} broken promises; slowest call ${report.slowestMs.toFixed(1)} ms (${report.slowestCall}), ${report.stalls} stalls of the machine`,
    `accepted ${sum(accepted)} (${percent(sum(accepted), report.cases)}): ${list(accepted)}`,
    `refused ${sum(refusals)} (${percent(sum(refusals), report.cases)}): ${list(refusals)}`,
    `refused by mutation: ${Object.entries(report.mutations)
      .map(([name, { files, refused }]) => `${name} ${percent(refused, files)}`)
      .join(", ")}`,
    ...report.failures.map((failure) => `broken: ${JSON.stringify(failure)}`),
  ].join("\n");
}
