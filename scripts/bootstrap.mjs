// Runs under the Node that the machine has (20.19 or later): fetches what is missing, then hands over
// to Node 24 and the TypeScript programs. Everything here must stay plain JavaScript.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PNPM_VERSION = "12.21.0";
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const node24 = join(root, "node_modules", "node", "bin", "node");
const stampFile = join(root, "node_modules", ".pnmlab-installed");

const programs = {
  start: ["packages/testkit/src/main.ts"],
  dev: ["packages/testkit/src/main.ts", "--dev"],
  test: ["scripts/test.ts"],
  "test-deploy": ["scripts/test-deploy.ts"],
  sim: ["packages/simulator/src/main.ts"],
  fuzz: ["scripts/fuzz-codec.ts"],
  link: ["packages/testkit/src/link.ts"],
  agent: ["agent/src/main.ts"],
  "agent-pack": ["scripts/agent-pack.ts"],
  agents: ["packages/testkit/src/agents.ts"],
  pnm: ["packages/pnm-cli/src/main.ts"],
  "bench-live": ["scripts/bench/live.ts"],
  "bench-ingest": ["scripts/bench/ingest.ts"],
  "bench-ports": ["scripts/bench/ports.ts"],
  "bench-agent": ["scripts/bench/agent.ts"],
  "bench-codec": ["scripts/bench/codec.ts"],
  "bench-polling": ["scripts/bench/polling.ts"],
  "bench-wire": ["scripts/bench/wire.ts"],
  "bench-render": ["scripts/bench/render.ts"],
  "bench-analysis": ["scripts/bench/analysis.ts"],
  "bench-detection": ["scripts/bench/detection.ts"],
  "bench-sim": ["packages/simulator/src/testing/bench-ports.ts"],
};

const [command = "", ...args] = process.argv.slice(2);
const program = programs[command];
if (!program) fail(`unknown command "${command}"; known are ${Object.keys(programs).join(", ")}`);

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Node ${process.versions.node} is too old; PNM Lab needs Node 20.19 or later`);
}

await install();
await handOver();

function fail(message) {
  process.stderr.write(`pnm-lab: ${message}\n`);
  process.exit(1);
}

/** Installs the packages of the lock file, unless exactly these are installed already. */
async function install() {
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .update(process.platform + process.arch)
    .digest("hex");
  const installed = existsSync(stampFile) ? readFileSync(stampFile, "utf8") : "";
  if (installed === wanted && existsSync(node24)) return;
  await withProgress("Installing packages", "npx", [
    "--yes",
    `pnpm@${PNPM_VERSION}`,
    "install",
    "--frozen-lockfile",
    "--reporter=append-only",
  ]);
  if (!existsSync(node24)) fail(`the installation did not bring ${node24}; run npm start again`);
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, wanted);
}

/** Runs a command whose output matters only when it fails; says that it is at work meanwhile. */
function withProgress(what, file, commandArgs) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  process.stderr.write(`${what} ...\n`);
  const ticker = setInterval(() => process.stderr.write(`${what}, ${seconds()} s\n`), 10_000);
  return new Promise((resolve) => {
    const child = spawn(file, commandArgs, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => fail(`${what} could not start: ${error.message}`));
    child.on("close", (code) => {
      clearInterval(ticker);
      if (code !== 0) {
        process.stderr.write(output);
        fail(`${what} failed with code ${code}; the output is above`);
      }
      process.stderr.write(`${what}, done after ${seconds()} s\n`);
      resolve();
    });
  });
}

/** Runs the program under Node 24 and ends as it ends. */
async function handOver() {
  const env = {
    ...process.env,
    ...buildEnv(),
    // Programs run in the root; a file named on a command line is meant from where the user stands.
    INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
    PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}`,
  };
  const child = spawn(node24, ["--conditions=@pnmlab/source", ...program, ...args], {
    cwd: root,
    env,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  // A terminal sends its Ctrl-C to both; a process manager sends it here alone. The program takes it once.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const { code, signal } = await new Promise((resolve) => {
    child.on("exit", (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
  });
  process.exit(code ?? (signal ? 1 : 0));
}

/** Which code is running, determined once and passed to every program. */
function buildEnv() {
  if (process.env.PNMLAB_BUILD_COMMIT) return {};
  const git = (...gitArgs) => spawnSync("git", ["-C", root, ...gitArgs], { encoding: "utf8" });
  const commit = git("rev-parse", "--short=10", "HEAD");
  if (commit.status !== 0) return {};
  return {
    PNMLAB_BUILD_COMMIT: commit.stdout.trim(),
    PNMLAB_BUILD_DIRTY: String(git("status", "--porcelain").stdout.trim() !== ""),
    PNMLAB_BUILD_TIME: new Date().toISOString(),
  };
}
