import { type ChildProcess, execFile, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { encodeUtsc } from "@pnmlab/pnm-codec";
import { encodeSpectrumFrame, type PollPlan, type SeriesAnswer } from "@pnmlab/protocol";
import { encodeHead, encodeRecord, RecordKind } from "@pnmlab/recording";
import { type LabFile, readLabFile } from "@pnmlab/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../tunnel/sshd.ts";

// A lab without Docker in a tree of its own, checked, saved and brought back by the scripts that operators use.
const root = mkdtempSync(join(tmpdir(), "pnmlab-operations-"));
const dataDir = join(root, "data");
const { DOCKER_HOST: _, ...inherited } = process.env;
const env = { ...inherited, PNMLAB_ROOT: root };

interface Report {
  mode: string;
  failed: number;
  durationSeconds: number;
  checks: { id: string; status: string; found: string; expected: string; fix: string }[];
}

let lab: ChildProcess | undefined;
let url = "";
let cookie = "";

beforeAll(async () => {
  const left = new Set(["scripts", "data", "node_modules", ".git", ".pnmlab"]);
  for (const name of readdirSync(defaultRootDir)) {
    if (!left.has(name) && !/^\.env$|^data-/.test(name)) {
      symlinkSync(join(defaultRootDir, name), join(root, name));
    }
  }
  symlinkSync(join(defaultRootDir, "node_modules"), join(root, "node_modules"));
  cpSync(join(defaultRootDir, "scripts"), join(root, "scripts"), { recursive: true });
  // A link would lead the script to the checkout's own settings.
  rmSync(join(root, "validate-deployment.sh"));
  cpSync(join(defaultRootDir, "validate-deployment.sh"), join(root, "validate-deployment.sh"));
  expect((await run("scripts/setup")).code).toBe(0);
  const ports = [
    `PNMLAB_HTTP_PORT=${await freePort()}`,
    `PNMLAB_TFTP_PORT=${await freePort()}`,
    `PNMLAB_SIM_SNMP_PORT=${await freePort()}`,
    "PNMLAB_POLL_CHECK_S=0.5",
    "PNMLAB_POLL_FLUSH_S=0.5",
  ];
  writeFileSync(join(root, ".env"), `${readFileSync(join(root, ".env"), "utf8")}${ports.join("\n")}\n`);
  await startLab();
});

afterAll(async () => {
  await stopLab();
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
});

function run(file: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(join(root, file), args, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
  });
}

async function validate(...args: string[]): Promise<Report & { code: number }> {
  const { code, stdout } = await run("validate-deployment.sh", "--json", ...args);
  return { code, ...(JSON.parse(stdout) as Report) };
}

const failures = (report: Report) => report.checks.filter(({ status }) => status === "FAIL");

async function startLab(): Promise<void> {
  let output = "";
  lab = spawn(
    process.execPath,
    ["--conditions=@pnmlab/source", join(defaultRootDir, "packages/testkit/src/main.ts")],
    {
      cwd: defaultRootDir,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  lab.stdout!.on("data", (chunk) => (output += chunk));
  lab.stderr!.on("data", (chunk) => (output += chunk));
  await vi
    .waitUntil(() => /^PNM Lab ready at /m.test(output), { timeout: 120_000 })
    .catch(() => expect.fail(`the lab did not start:\n${output}`));
  const link = /^PNM Lab ready at (\S+)$/m.exec(output)![1]!;
  url = new URL(link).origin;
  const answer = await fetch(link, { redirect: "manual" });
  cookie = answer.headers.getSetCookie()[0]!.split(";")[0]!;
}

/** Stops whichever lab runs with the data folder, also one that scripts/restore has started. */
async function stopLab(): Promise<void> {
  const running = readLabFile(dataDir) as LabFile | undefined;
  if (!running) return;
  process.kill(running.pid, "SIGTERM");
  await vi.waitUntil(() => readLabFile(dataDir) === undefined, { timeout: 60_000 });
}

async function api(path: string, method = "GET", body?: unknown): Promise<Response> {
  return await fetch(`${url}${path}`, {
    method,
    headers: { cookie, origin: url, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

async function plansByApi(): Promise<PollPlan[]> {
  return ((await (await api("/api/polling/plans")).json()) as { plans: PollPlan[] }).plans;
}

/** The values of a metric of the plan below, from `fromMs` on. */
async function readingsByApi(fromMs: number, toMs = Date.now()): Promise<SeriesAnswer["lines"]> {
  const question = `device=cmts&metric=uptime&from=${fromMs}&to=${toMs}&points=2000`;
  const answer = await api(`/api/series?${question}`);
  return answer.status === 404 ? [] : ((await answer.json()) as SeriesAnswer).lines;
}

/** Everything of the captures that the API tells, bytes included. */
async function capturesByApi(): Promise<unknown> {
  const list = (await (await api("/api/captures")).json()) as { captures: { id: string }[] };
  return await Promise.all(
    list.captures.map(async ({ id }) => ({
      detail: await (await api(`/api/captures/${id}`)).json(),
      bytes: Buffer.from(await (await api(`/api/captures/${id}/data?format=raw`)).arrayBuffer()).toString(
        "hex",
      ),
    })),
  );
}

/** Takes a recording of two spectra in. */
async function importRecording(): Promise<void> {
  const software = {
    version: "0.1.0",
    commit: "0123456789",
    dirty: false,
    builtAt: "2026-01-01T00:00:00.000Z",
  };
  const requested = {
    centerFrequencyHz: 40_000_000,
    spanHz: 80_000_000,
    bins: 16,
    repeatPeriodUs: 50_000,
    outputFormat: "fftPower" as const,
  };
  const settings = { fromMs: 0, firstSequence: 1, requested, software, channels: [] };
  const head = encodeHead({
    sessionId: "s1",
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 5,
    rfPortName: "us 1/0",
    label: "saved",
    note: "",
    createdAt: "2026-01-01T00:00:00.000Z",
    settings: { ...settings, accepted: null, observed: null, kHundredthsDb: null },
  });
  const frames = [1, 2].map((sequence) =>
    encodeRecord(
      RecordKind.frame,
      encodeSpectrumFrame({
        streamId: 1,
        sequence,
        capturedAtMs: 1_780_000_000_000 + sequence * 50,
        receivedAtMs: 0,
        firstBinHz: 5e6,
        binSpacingHz: 5e6,
        resolutionBandwidthHz: 5e6,
        kHundredthsDb: 0,
        gapBefore: false,
        uncalibrated: false,
        withheld: 0,
        levelsHundredthsDbmv: new Int16Array(16).fill(-sequence),
      }),
    ),
  );
  const answer = await fetch(`${url}/api/recordings`, {
    method: "POST",
    headers: { cookie, origin: url, "content-type": "application/octet-stream" },
    body: Buffer.concat([head, ...frames]),
  });
  expect(answer.status, await answer.text()).toBe(201);
}

/** Every recording that was kept, spectra included. */
async function recordingsByApi(): Promise<unknown[]> {
  const answer = await api("/api/recordings");
  const { recordings } = (await answer.json()) as { recordings: { id: string; kind: string }[] };
  return await Promise.all(
    recordings
      .filter(({ kind }) => kind !== "ring")
      .map(async ({ id }) => ({
        detail: await (await api(`/api/recordings/${id}`)).json(),
        frames: Buffer.from(await (await api(`/api/recordings/${id}/frames`)).arrayBuffer()).toString("hex"),
      })),
  );
}

function dropCapture(name: string, seed: number): void {
  const bytes = encodeUtsc({
    form: "e6000-328",
    captureTimeS: 1_780_000_000,
    ifIndex: 5,
    ccapId: "ccap",
    outputFormat: "fftPower",
    bins: 256,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    samples: Uint32Array.from({ length: 256 }, (_, k) => k * seed),
    kHundredthsDb: -8600,
  });
  writeFileSync(join(dataDir, `${name}.part`), bytes);
  renameSync(join(dataDir, `${name}.part`), join(dataDir, "tftp", name));
}

test("a lab that works passes every check, within 10 s", async () => {
  const report = await validate();
  expect(failures(report)).toEqual([]);
  expect(report).toMatchObject({ code: 0, mode: "process", failed: 0 });
  expect(report.durationSeconds).toBeLessThan(10);
  expect(report.checks.map(({ id }) => id)).toEqual(
    expect.arrayContaining([
      "tools",
      "env.file",
      "env.secrets",
      "service.backend",
      "service.agent",
      "ports",
      "mounts",
      "backend.answers",
      "backend.settings",
      "clock",
      "agent.authenticated",
      "tftp.same-directory",
    ]),
  );
});

test("no secret is shown", async () => {
  const secrets = readFileSync(join(root, ".env"), "utf8").match(/(?<=_(?:TOKEN|KEY)=)\S{30,}/g)!;
  const { stdout, stderr } = await run("validate-deployment.sh", "--fix-hints");
  for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  expect(stdout).toMatch(/^\d+ passed, \d+ warnings, 0 failed, \d+ s/m);
});

test("a setting that was changed after the start is named, and nothing else", async () => {
  const path = join(root, ".env");
  const before = readFileSync(path, "utf8");
  writeFileSync(path, `${before}PNMLAB_LEASE_MS=20000\n`);
  const report = await validate("--quick");
  writeFileSync(path, before);
  expect(failures(report)).toEqual([
    expect.objectContaining({ id: "backend.settings", found: expect.stringContaining("PNMLAB_LEASE_MS") }),
  ]);
  expect(report.code).toBe(1);
});

test("a check token that the backend does not know is refused, and said so", async () => {
  const path = join(root, ".env");
  const before = readFileSync(path, "utf8");
  writeFileSync(path, before.replace(/^PNMLAB_CHECK_TOKEN=.*$/m, `PNMLAB_CHECK_TOKEN=${"x".repeat(40)}`));
  const report = await validate();
  writeFileSync(path, before);
  expect(failures(report).map(({ id, found }) => `${id}: ${found}`)).toEqual([
    "backend.checks: the backend refuses PNMLAB_CHECK_TOKEN (HTTP 401)",
  ]);
});

test("a backup survives the loss of the data folder and of .env: the API answers as before", async () => {
  dropCapture("first.bin", 3);
  dropCapture("second.bin", 5);
  await expect.poll(async () => ((await capturesByApi()) as unknown[]).length).toBe(2);
  const before = await capturesByApi();
  await importRecording();
  const recordings = await recordingsByApi();
  expect(recordings).toMatchObject([{ detail: { recording: { frames: 2, label: "saved" } } }]);
  const enrolled = await api("/api/agents", "POST", { name: "far-1", site: "far" });
  expect(enrolled.status).toBe(201);
  const { token } = (await enrolled.json()) as { token: string };
  const beganMs = Date.now();
  const snmpPort = /^PNMLAB_SIM_SNMP_PORT=(\d+)$/m.exec(readFileSync(join(root, ".env"), "utf8"))![1];
  const made = await api("/api/polling/plans", "POST", {
    name: "of the backup",
    intervalS: 5,
    devices: [{ label: "cmts", host: "127.0.0.1", port: Number(snmpPort), profile: "sim" }],
    metrics: [{ name: "uptime", oid: "1.3.6.1.2.1.1.3.0", divisor: 100, unit: "s" }],
  });
  expect(made.status).toBe(201);
  await expect.poll(() => readingsByApi(beganMs)).not.toEqual([]);
  const plans = await plansByApi();
  const readMs = Date.now();
  const readings = await readingsByApi(beganMs, readMs);
  const settings = readFileSync(join(root, ".env"), "utf8");

  const backup = await run("scripts/backup", "--captures", "--recordings", "--readings");
  expect(backup).toMatchObject({ code: 0 });
  const file = backup.stdout.trim();
  expect(statSync(file).mode & 0o777).toBe(0o600);

  await stopLab();
  rmSync(dataDir, { recursive: true });
  rmSync(join(root, ".env"));
  const restored = await run("scripts/restore", "--yes", "--start", file);
  expect(restored, restored.stderr).toMatchObject({ code: 0 });

  // The session key came back too, so the cookie from before still signs in.
  expect(await capturesByApi()).toEqual(before);
  expect(await recordingsByApi()).toEqual(recordings);
  expect(await plansByApi()).toEqual(plans);
  expect(await readingsByApi(beganMs, readMs)).toEqual(readings);
  const { agents } = (await (await api("/api/agents")).json()) as { agents: { name: string }[] };
  expect(agents.map(({ name }) => name)).toContain("far-1");
  expect(readFileSync(join(dataDir, "pnmlab.db")).includes(token)).toBe(false);
  // What is polled goes on.
  await expect.poll(() => readingsByApi(readMs + 1)).not.toEqual([]);
  expect(readFileSync(join(root, ".env"), "utf8")).toBe(settings);
  expect(failures(await validate())).toEqual([]);
});

test("a backup without readings brings plans back and leaves what has been read", async () => {
  const plans = await plansByApi();
  const file = (await run("scripts/backup")).stdout.trim();
  const toMs = Date.now();
  const readings = await readingsByApi(toMs - 3_600_000, toMs);
  expect(readings).not.toEqual([]);
  expect((await api(`/api/polling/plans/${plans[0]!.id}`, "DELETE")).status).toBe(204);
  expect(await plansByApi()).toEqual([]);
  const restored = await run("scripts/restore", "--yes", "--no-validate", file);
  expect(restored, restored.stderr).toMatchObject({ code: 0 });
  expect(await plansByApi()).toEqual(plans);
  const after = await readingsByApi(toMs - 3_600_000, toMs);
  expect(after[0]!.points).toEqual(expect.arrayContaining(readings[0]!.points));
});

test("a damaged backup is refused before anything is touched", async () => {
  const file = (await run("scripts/backup")).stdout.trim();
  const folder = join(root, "damaged");
  mkdirSync(folder);
  await new Promise((resolve) => execFile("tar", ["-xzf", file, "-C", folder], resolve));
  writeFileSync(
    join(folder, "pnmlab.db"),
    Buffer.concat([readFileSync(join(folder, "pnmlab.db")), Buffer.of(0)]),
  );
  const damaged = join(root, "damaged.tar.gz");
  await new Promise((resolve) => execFile("tar", ["-czf", damaged, "-C", folder, "."], resolve));
  const pid = readLabFile(dataDir)!.pid;

  for (const [bad, words] of [
    [damaged, "pnmlab.db"],
    [join(root, ".env"), "no whole archive"],
  ] as const) {
    const result = await run("scripts/restore", "--yes", bad);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain(words);
    expect(result.stderr).toContain("nothing was changed");
  }
  expect(readLabFile(dataDir)!.pid).toBe(pid);
});

test("a backup of a newer schema is refused before anything is touched", async () => {
  const file = (await run("scripts/backup")).stdout.trim();
  const folder = join(root, "newer");
  mkdirSync(folder);
  await new Promise((resolve) => execFile("tar", ["-xzf", file, "-C", folder], resolve));
  const manifest = join(folder, "MANIFEST");
  writeFileSync(manifest, readFileSync(manifest, "utf8").replace(/^schema \d+$/m, "schema 999"));
  const newer = join(root, "newer.tar.gz");
  await new Promise((resolve) => execFile("tar", ["-czf", newer, "-C", folder, "."], resolve));
  const result = await run("scripts/restore", "--yes", newer);
  expect(result.code).not.toBe(0);
  expect(result.stderr).toMatch(/schema step 999.*nothing was changed/);
});

test("old backups go where --keep says how many stay", async () => {
  for (let time = 0; time < 3; time += 1) await run("scripts/backup", "--keep", "2", "kept");
  expect(readdirSync(join(root, "kept"))).toHaveLength(2);
  expect(existsSync(join(root, "kept"))).toBe(true);
});

test("a lab that does not run is one failure, whose consequences are warnings", async () => {
  await stopLab();
  const report = await validate("--mode", "process");
  expect(failures(report).map(({ id }) => id)).toEqual(["service.backend"]);
  expect(report.code).toBe(1);
  expect(report.checks.find(({ id }) => id === "backend.answers")).toMatchObject({ status: "WARN" });
});
