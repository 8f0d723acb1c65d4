// Searches for bytes that break the codec's promises: `npm run fuzz -- --cases 50000000 --seed 7`. One case of a run
// again: `npm run fuzz -- --seed 7 --case 1432`.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { formatFuzzReport, runFuzzInParallel } from "../packages/pnm-codec/src/test-support/fuzz/parallel.ts";
import { runFuzz } from "../packages/pnm-codec/src/test-support/fuzz/run.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "20000000" },
    case: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write("fuzz: --cases and --seed take whole numbers\n");
  process.exit(2);
}
const only = values.case === undefined ? undefined : Number(values.case);
process.stdout.write(
  only === undefined ? `${cases} cases from seed ${seed}\n` : `case ${only} of seed ${seed}\n`,
);
const startedAt = performance.now();
const report =
  only === undefined
    ? await runFuzzInParallel(seed, cases, availableParallelism())
    : runFuzz({ seed, first: only, end: only + 1, step: 1 });
process.stdout.write(`${formatFuzzReport(report)}\n`);
process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
process.exitCode = report.failures.length === 0 ? 0 : 1;
