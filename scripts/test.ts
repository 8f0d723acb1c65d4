import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { ensurePage } from "@pnmlab/testkit";

interface Step {
  name: string;
  command: string[];
  /** Vitest's JSON report, where the step runs tests. */
  tests?: string;
  /** Text that the step writes for people, shown after it. */
  tables?: string;
  /** File for its output, where it runs beside the steps that follow; shown at the end. */
  output?: string;
  /** Begins when those beside have ended. */
  isAfterBeside?: boolean;
  /** Leaves the processor to those beside where they want it. */
  isNice?: boolean;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numFailedTestSuites: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

const reports = mkdtempSync(join(tmpdir(), "pnmlab-test-"));

/** Where the tests of deployment write their tables. */
const deployTables = join(reports, "deploy.txt");

/** Where the tests stand that passed at their second try alone. */
const retries = join(reports, "retries.txt");

function vitest(name: string, project = name): Step {
  const tests = join(reports, `${name}.json`);
  return {
    name: `${name} tests`,
    command: [
      "vitest",
      "run",
      "--project",
      project,
      "--reporter=default",
      "--reporter=json",
      "--reporter=./scripts/test-retries.ts",
      // Many tests with real sockets, processes and containers share two cores: what fails once is tried once more,
      // and named at the end.
      "--retry=1",
      `--outputFile.json=${tests}`,
    ],
    tests,
  };
}

const steps: Step[] = [
  { name: "type check", command: ["tsc", "-b"] },
  { name: "type check of tests", command: ["tsc", "-p", "tsconfig.test.json"] },
  { name: "type check of the page", command: ["vue-tsc", "--noEmit", "-p", "frontend/tsconfig.json"] },
  // It waits for containers most of its time.
  { ...vitest("deploy"), tables: deployTables, output: join(reports, "deploy.log") },
  { name: "lint and format", command: ["biome", "check", "."] },
  { name: "typed lint", command: ["oxlint", "--type-aware"] },
  {
    name: "dependency rules",
    command: ["depcruise", "--config", ".dependency-cruiser.cjs", "backend", "agent", "frontend", "packages"],
  },
  { name: "unused code", command: ["knip", "--no-progress"] },
  { ...vitest("unit", "unit*"), isNice: true },
  // Neither computes all of its time. A browser gives up what is under way when containers change the networks of the
  // machine.
  { ...vitest("integration"), isAfterBeside: true, output: join(reports, "integration.log") },
  vitest("browser"),
];

const chromium = spawnSync("sh", [
  "-c",
  "command -v chromium || command -v chromium-browser || command -v google-chrome",
]);
if (chromium.status !== 0) {
  if (process.env.CI) {
    process.stderr.write("No Chromium is installed, and in CI the browser tests must run.\n");
    process.exit(1);
  }
  process.stdout.write("No Chromium is installed: the browser tests are skipped.\n");
}

const NETWORKS_GO_MS = 10_000;
const counts = { passed: 0, failed: 0, skipped: 0 };
const failedSteps: string[] = [];
/** Repeated at the very end, because a log that is cut keeps its end. */
const failures: string[] = [];
await ensurePage((line) => process.stdout.write(`${line}\n`));
const beside: Promise<void>[] = [];
for (const step of steps) {
  if (step.isAfterBeside) {
    await Promise.all(beside);
    // The networks of containers go some moments after them.
    await setTimeout(NETWORKS_GO_MS);
  }
  process.stdout.write(`\n--- ${step.name}${step.output ? ": runs beside what follows" : ""}\n`);
  const done = take(step);
  if (step.output) beside.push(done);
  else await done;
}
await Promise.all(beside);
const tries = existsSync(retries) ? readFileSync(retries, "utf8") : "";
rmSync(reports, { recursive: true });
if (tries) process.stdout.write(`\nPassed at the second try:\n${tries}`);
if (failedSteps.length > 0) process.stdout.write(`\nFailed: ${failedSteps.join(", ")}\n`);
for (const failure of failures) process.stdout.write(`\n${failure}\n`);
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = failedSteps.length === 0 ? 0 : 1;

/** Runs a step, tells how it ended and counts it. */
async function take(step: Step): Promise<void> {
  const startedAt = Date.now();
  const code = await run(step);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
  for (const file of [step.output, step.tables]) {
    if (file && existsSync(file)) process.stdout.write(`${readFileSync(file, "utf8")}\n`);
  }
  process.stdout.write(
    `--- ${step.name}: ${code === 0 ? "passed" : `failed with code ${code}`}, ${seconds} s\n`,
  );
  if (code !== 0) failedSteps.push(step.name);
  count(step, code);
}

function run({ command: [program, ...args], output, isNice }: Step): Promise<number> {
  const bins = ["node_modules/.bin", "frontend/node_modules/.bin"];
  const file = bins.map((bin) => join(bin, program!)).find((path) => existsSync(path)) ?? program!;
  const out = output ? openSync(output, "w") : "inherit";
  return new Promise((resolve) => {
    spawn(isNice ? "nice" : file, isNice ? ["-n", "4", file, ...args] : args, {
      stdio: ["ignore", out, out],
      env: {
        ...process.env,
        DEPLOY_TABLES_FILE: deployTables,
        DEPLOY_SCOPE: "pairs",
        TEST_RETRIES_FILE: retries,
      },
    }).on("close", (code) => {
      if (typeof out === "number") closeSync(out);
      resolve(code ?? 1);
    });
  });
}

/** A step without tests counts as one; a run that died before its report counts as one failure. */
function count(step: Step, code: number): void {
  if (!step.tests || !existsSync(step.tests)) {
    counts[code === 0 ? "passed" : "failed"] += 1;
    return;
  }
  const report = JSON.parse(readFileSync(step.tests, "utf8")) as VitestReport;
  counts.passed += report.numPassedTests;
  counts.failed += report.numFailedTests + (code !== 0 && report.numFailedTests === 0 ? 1 : 0);
  counts.skipped += report.numPendingTests;
  for (const { name, status, message, assertionResults } of report.testResults) {
    const failed = assertionResults.filter((result) => result.status === "failed");
    for (const { fullName, failureMessages } of failed)
      failures.push(failureText(name, fullName, failureMessages));
    if (status === "failed" && failed.length === 0) failures.push(failureText(name, "the file", [message]));
  }
}

/** File, test and the first lines of what went wrong. */
function failureText(file: string, test: string, messages: string[]): string {
  const lines = stripVTControlCharacters(messages.join("\n")).split("\n").slice(0, 25);
  return [
    `${relative(process.cwd(), file)}: ${test}`,
    ...lines.map((line) => `  ${line.slice(0, 300)}`),
  ].join("\n");
}
