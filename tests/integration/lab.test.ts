import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { type LabFile, readLabFile } from "@pnmlab/testkit";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../tunnel/sshd.ts";

// The embedded lab as a user starts it: programs of their own, on free ports.
const httpPort = await freePort();
const dataDir = mkdtempSync(join(tmpdir(), "pnmlab-start-"));
const env = {
  ...process.env,
  PNMLAB_HTTP_PORT: String(httpPort),
  PNMLAB_TFTP_PORT: String(await freePort()),
  PNMLAB_SIM_SNMP_PORT: String(await freePort()),
  PNMLAB_DATA_DIR: dataDir,
  PNMLAB_AGENT_TOKEN: "integration-".repeat(4),
  PNMLAB_SESSION_KEY: "integration-".repeat(4),
};

let lab: ChildProcess;
let output = "";
let url = "";
let cookie = "";

beforeAll(async () => {
  lab = spawn(process.execPath, ["--conditions=@pnmlab/source", "packages/testkit/src/main.ts"], {
    cwd: defaultRootDir,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  lab.stdout!.on("data", (chunk) => (output += chunk));
  lab.stderr!.on("data", (chunk) => (output += chunk));
  await vi
    .waitUntil(() => /^PNM Lab ready at /m.test(output), { timeout: 120_000 })
    .catch(() => expect.fail(`the lab did not start:\n${output}`));
  const link = /^PNM Lab ready at (\S+)$/m.exec(output)![1]!;
  url = new URL(link).origin;
  const answer = await fetch(link, { redirect: "manual" });
  cookie = answer.headers.getSetCookie()[0]!.split(";")[0]!;
});

afterAll(async () => {
  if (lab.exitCode === null) lab.kill("SIGKILL");
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

async function api(path: string, body?: unknown) {
  const answer = await fetch(`${url}${path}`, {
    headers: { cookie, ...(body ? { "content-type": "application/json" } : {}) },
    ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
  });
  return (await answer.json()) as Record<string, unknown>;
}

async function session(): Promise<{ id: string; state: string; framesReceived: number }> {
  const { sessions } = await api("/api/utsc/sessions");
  return (sessions as { id: string; state: string; framesReceived: number }[])[0]!;
}

/** Waits until frames arrive that came after now. */
async function untilReceiving(timeout = 60_000) {
  await expect
    .poll(async () => (await session().catch(() => undefined))?.state, { timeout, interval: 100 })
    .toBe("receiving");
  const before = (await session()).framesReceived;
  await expect.poll(async () => (await session()).framesReceived, { timeout }).toBeGreaterThan(before + 5);
}

test("the lab starts without a warning and is healthy", async () => {
  expect(output).not.toMatch(/\b(warn|error)\b|Warning/);
  expect(await api("/api/health")).toMatchObject({ status: "ok" });
});

test("a second lab on the same data directory is refused with the address of the first", async () => {
  const second = spawn(process.execPath, ["--conditions=@pnmlab/source", "packages/testkit/src/main.ts"], {
    cwd: defaultRootDir,
    env,
  });
  let words = "";
  second.stderr.on("data", (chunk) => (words += chunk));
  const code = await new Promise((resolve) => second.on("close", resolve));
  expect([code, words]).toEqual([1, expect.stringContaining("a lab already runs with the data directory")]);
});

test("a port in use is named with the variable that changes it", async () => {
  const other = mkdtempSync(join(tmpdir(), "pnmlab-start-"));
  const second = spawn(process.execPath, ["--conditions=@pnmlab/source", "packages/testkit/src/main.ts"], {
    cwd: defaultRootDir,
    env: {
      ...env,
      PNMLAB_DATA_DIR: other,
      PNMLAB_TFTP_PORT: String(await freePort()),
      PNMLAB_SIM_SNMP_PORT: String(await freePort()),
    },
  });
  let words = "";
  second.stderr.on("data", (chunk) => (words += chunk));
  const code = await new Promise((resolve) => second.on("close", resolve));
  rmSync(other, { recursive: true, force: true });
  expect([code, words]).toEqual([1, expect.stringMatching(new RegExp(`${httpPort}.*PNMLAB_HTTP_PORT`))]);
});

test("a live session survives the death of each program, one at a time", async () => {
  await api("/api/utsc/sessions", {
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 1001,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 1600,
    repeatPeriodUs: 100_000,
    outputFormat: "fftPower",
  });
  await untilReceiving();
  const { id } = await session();
  for (const program of ["agent", "simulator", "backend", "tftp-server"]) {
    const { programs } = readLabFile(dataDir) as LabFile;
    process.kill(programs[program]!, "SIGKILL");
    await expect.poll(() => readLabFile(dataDir)?.programs[program]).not.toBe(programs[program]);
    await untilReceiving();
    expect((await session()).id).toBe(id);
  }
  await api(`/api/utsc/sessions/${id}/stop`, {});
  await expect.poll(async () => (await session()).state).toBe("stopped");
  expect(readdirSync(join(dataDir, "tftp")).filter((name) => name.startsWith("pnmlab_"))).toEqual([]);
});

test("being asked to stop ends every program", async () => {
  const { programs } = readLabFile(dataDir) as LabFile;
  lab.kill("SIGINT");
  const code = await new Promise((resolve) => lab.on("close", resolve));
  expect(code).toBe(0);
  for (const pid of Object.values(programs)) expect(() => process.kill(pid, 0)).toThrow();
});
