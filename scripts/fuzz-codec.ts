// Searches for bytes that break the codec's promises: `npm run fuzz -- --cases 50000000 --seed 7`.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { formatFuzzReport, runFuzzInParallel } from "../packages/pnm-codec/src/test-support/fuzz/parallel.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "20000000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  process.stderr.write("fuzz: --cases and --seed take whole numbers\n");
  process.exit(2);
}
process.stdout.write(`${cases} cases from seed ${seed}\n`);
const startedAt = performance.now();
const report = await runFuzzInParallel(seed, cases, availableParallelism());
process.stdout.write(`${formatFuzzReport(report)}\n`);
process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
process.exitCode = report.failures.length === 0 ? 0 : 1;
