import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { type DoctorCheck, doctorReportSchema } from "@pnmlab/protocol";
import { TftpServer } from "@pnmlab/tftp-server";
import { expect, onTestFinished, test, vi } from "vitest";
import { startTestLab, type TestLab, type TestLabOptions } from "./test-lab.ts";

async function startLab(options: TestLabOptions = {}): Promise<TestLab> {
  const lab = await startTestLab(options);
  onTestFinished(() => lab[Symbol.asyncDispose]());
  return lab;
}

async function ask(lab: TestLab, query = ""): Promise<Response> {
  return fetch(`${lab.url}/api/doctor${query}`, {
    headers: { authorization: `Bearer ${lab.config.checkToken}` },
  });
}

async function checksOf(lab: TestLab, query = ""): Promise<DoctorCheck[]> {
  return doctorReportSchema.parse(await (await ask(lab, query)).json()).checks;
}

/** What does not pass, as `STATUS id`. */
function problems(checks: readonly DoctorCheck[]): string[] {
  return checks.filter(({ status }) => status !== "pass").map(({ status, id }) => `${status} ${id}`);
}

function find(checks: readonly DoctorCheck[], id: string): DoctorCheck {
  return checks.find((check) => check.id === id) ?? expect.fail(`there is no check ${id}`);
}

/** Another agent in place of the lab's. */
async function replaceAgent(lab: TestLab, env: Record<string, string>) {
  await lab.agent.close();
  const agent = lab.startAgent(env);
  onTestFinished(() => agent.close());
  return agent;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pnmlab-doctor-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Another TFTP server in place of the lab's, on its port. */
async function replaceTftp(lab: TestLab, directory: string, about?: Record<string, unknown>) {
  const { host, port } = lab.tftp;
  await lab.tftp.close();
  const server = await TftpServer.listen({ host, port, directory, ...(about && { about }) });
  onTestFinished(() => server.close());
}

const DEPENDENT_ON_AGENT = [
  "warn agent.build",
  "warn agent.clock",
  "warn agent.configuration",
  "warn snmp.reach.lab-cmts-1",
  "warn snmp.reach.lab-cmts-2",
  "warn captures.orphaned",
];

test("a lab that works passes every check, leaves no file behind, and answers two at once with one run", async () => {
  const lab = await startLab();
  const [first, second] = await Promise.all([ask(lab), ask(lab)]);
  const report = doctorReportSchema.parse(await first.json());
  expect(await second.json()).toEqual(report);
  expect(problems(report.checks)).toEqual([]);
  expect(report.checks.map(({ id }) => id)).toEqual([
    "agent.authenticated",
    "agent.build",
    "agent.clock",
    "agent.configuration",
    "snmp.reach.lab-cmts-1",
    "snmp.reach.lab-cmts-2",
    "simulator.build",
    "tftp.directory",
    "tftp.server",
    "tftp.build",
    "tftp.same-directory",
    "tftp.cleanup",
    "storage.database",
    "storage.disk",
    "captures.orphaned",
    "backend.event-loop",
  ]);
  expect(report.checks.every(({ found, expected, fix }) => found && expected && !fix)).toBe(true);
  expect(find(report.checks, "snmp.reach.lab-cmts-1").found).toContain("write community not tried");
  expect((await readdir(lab.config.tftpDir)).filter((name) => name.includes("doctor"))).toEqual([]);
  expect(JSON.stringify(report)).not.toContain(lab.config.agentToken);
  expect(report.fingerprints.PNMLAB_AGENT_TOKEN).toMatch(/^[0-9a-f]{12}$/);
  expect(report.fingerprints).not.toHaveProperty("PNMLAB_TFTP_DIR");
});

test("a quick run asks no other machine, and lines say the same as JSON", async () => {
  const lab = await startLab();
  const quick = await checksOf(lab, "?quick=1");
  expect(quick.map(({ id }) => id).filter((id) => /^(snmp|tftp\.server|captures)/.test(id))).toEqual([]);
  const response = await ask(lab, "?quick=1&format=tsv");
  expect(response.headers.get("content-type")).toBe("text/tab-separated-values; charset=utf-8");
  const lines = (await response.text()).trimEnd().split("\n");
  expect(lines[0]).toMatch(/^BUILD\t[0-9a-z]+\t(true|false)\t/);
  expect(lines.filter((line) => line.startsWith("CHECK\tPASS\t"))).toHaveLength(quick.length);
});

test("an agent with a wrong token is told in the words of its refusal, and nothing else fails", async () => {
  const lab = await startLab();
  await replaceAgent(lab, { PNMLAB_AGENT_TOKEN: "wrong-token-".repeat(4) });
  await vi.waitUntil(
    async () => /refused/.test(find(await checksOf(lab, "?quick=1"), "agent.authenticated").found),
    {
      timeout: 10_000,
    },
  );
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual(["fail agent.authenticated", ...DEPENDENT_ON_AGENT]);
  expect(find(checks, "agent.authenticated")).toMatchObject({
    found: expect.stringMatching(/^agent lab-1 from 127\.0\.0\.1 refused .* since .*: token mismatch$/),
    fix: expect.stringContaining("PNMLAB_AGENT_TOKEN"),
  });
});

test("an agent that has gone is told with since when", async () => {
  const lab = await startLab();
  await lab.agent.close();
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual(["fail agent.authenticated", ...DEPENDENT_ON_AGENT]);
  expect(find(checks, "agent.authenticated").found).toMatch(/^agent lab-1 lost since /);
});

test("a second agent of one name is told beside the first", async () => {
  const lab = await startLab();
  const second = lab.startAgent({});
  onTestFinished(() => second.close());
  await vi.waitUntil(async () => problems(await checksOf(lab, "?quick=1")).length > 0, { timeout: 10_000 });
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual(["fail agent.authenticated"]);
  expect(find(checks, "agent.authenticated")).toMatchObject({
    found: expect.stringMatching(
      /connected since .*, and another one: .*already connected from 127\.0\.0\.1$/,
    ),
    fix: "stop one of the two agents, or give it another PNMLAB_AGENT_NAME",
  });
});

test("an agent under a name that is not expected is told beside the one that is missed", async () => {
  const lab = await startLab();
  await replaceAgent(lab, { PNMLAB_AGENT_NAME: "lab-9" });
  await vi.waitUntil(
    async () => /lab-9/.test(find(await checksOf(lab, "?quick=1"), "agent.authenticated").found),
    {
      timeout: 10_000,
    },
  );
  expect(find(await checksOf(lab, "?quick=1"), "agent.authenticated")).toMatchObject({
    status: "fail",
    found: expect.stringContaining("agent lab-9 from 127.0.0.1 refused"),
    fix: expect.stringContaining("PNMLAB_AGENT_NAME"),
  });
});

test("an agent with other settings is told by the names that differ, without their values", async () => {
  const lab = await startLab();
  const agent = await replaceAgent(lab, { PNMLAB_HTTP_PORT: "5999", PNMLAB_LOG_LEVEL: "debug" });
  await agent.untilConnected();
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual(["fail agent.configuration"]);
  expect(find(checks, "agent.configuration").found).toBe(
    "agent lab-1 has another PNMLAB_HTTP_PORT, PNMLAB_LOG_LEVEL than the backend",
  );
});

test("an agent whose clock is an hour off is told by how much", async () => {
  const lab = await startLab({ now: () => Date.now() + 3_600_000 });
  const checks = await checksOf(lab);
  expect(find(checks, "agent.clock")).toMatchObject({
    status: "fail",
    found: expect.stringMatching(/^the clock of agent lab-1 is 3(599|600)\.\d s behind the backend's$/),
  });
});

test("a community that is not the device's is told from a device that is not there, as far as SNMP does", async () => {
  const lab = await startLab();
  const cookie = await lab.signIn();
  await vi.waitUntil(
    async () =>
      /"answering"/.test(await (await fetch(`${lab.url}/api/cmts`, { headers: { cookie } })).text()),
    { timeout: 10_000 },
  );
  const agent = await replaceAgent(lab, { PNMLAB_SIM_COMMUNITIES: "other:private" });
  await agent.untilConnected();
  const silent = find(await checksOf(lab), "snmp.reach.lab-cmts-1");
  expect(silent).toMatchObject({
    status: "fail",
    found: expect.stringMatching(
      /^no answer from 127\.0\.0\.1:\d+ to profile sim \(it answered until .*\): a wrong community and a way that is blocked look alike in SNMP$/,
    ),
    fix: expect.stringContaining("the read community of profile sim"),
  });

  await lab.simulator.close();
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual([
    "fail snmp.reach.lab-cmts-1",
    "fail snmp.reach.lab-cmts-2",
    "warn captures.orphaned",
  ]);
  expect(find(checks, "snmp.reach.lab-cmts-1").found).toMatch(
    /is unreachable: .*nothing listens on that port/,
  );
});

test("profiles and networks that the agent does not have are told by their variable", async () => {
  const silent = createSocket("udp4");
  silent.bind(0, "127.0.0.1");
  await once(silent, "listening");
  onTestFinished(() => void silent.close());
  const { port } = silent.address();
  const lab = await startLab({
    env: { PNMLAB_CMTS: `a=127.0.0.1:${port}/sim,b=127.0.0.1:${port}/plant,c=192.0.2.1:161/sim` },
  });
  const checks = await checksOf(lab);
  expect(problems(checks).slice(0, 3)).toEqual([
    "fail snmp.reach.a",
    "fail snmp.reach.b",
    "fail snmp.reach.c",
  ]);
  expect(find(checks, "snmp.reach.a").found).toContain("it has not answered since the backend started");
  expect(find(checks, "snmp.reach.b").fix).toContain("PNMLAB_SNMP_PROFILES");
  expect(find(checks, "snmp.reach.c").fix).toContain("PNMLAB_AGENT_TARGETS");
  expect(checks.some(({ id }) => id === "simulator.build")).toBe(false);
});

test("a TFTP server that is down fails by itself, and what needs it was not tried", async () => {
  const lab = await startLab();
  await lab.tftp.close();
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual([
    "fail tftp.server",
    "warn tftp.build",
    "warn tftp.same-directory",
    "warn tftp.cleanup",
  ]);
  expect(find(checks, "tftp.server")).toMatchObject({
    found: `no answer on 127.0.0.1:${lab.tftp.port}`,
    fix: "start the TFTP server, or check PNMLAB_TFTP_HOST and PNMLAB_TFTP_PORT",
  });
});

test("a TFTP server with another folder is told, and keeps no probe", async () => {
  const lab = await startLab();
  const other = await temporaryFolder();
  await replaceTftp(lab, other, {
    program: "tftp-server",
    version: "0",
    commit: "fedcba9876",
    dirty: false,
    builtAt: "",
  });
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual(["fail tftp.build", "fail tftp.same-directory", "warn tftp.cleanup"]);
  expect(find(checks, "tftp.build").found).toContain("runs commit fedcba9876");
  expect(find(checks, "tftp.same-directory").found).toMatch(/stored the probe file, but not in /);
  for (const name of (await readdir(other)).filter((one) => one.includes("doctor")))
    expect([name, (await readFile(join(other, name))).length]).toEqual([name, 0]);
});

test("a TFTP server of another product that refuses to create files is told in its words", async () => {
  const lab = await startLab();
  const folder = join(await temporaryFolder(), "gone");
  await mkdir(folder);
  await replaceTftp(lab, folder);
  await rm(folder, { recursive: true });
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual(["fail tftp.same-directory", "warn tftp.cleanup"]);
  expect(find(checks, "tftp.same-directory").found).toContain("refused the probe file: ");
  expect(find(checks, "tftp.build").found).toContain("of another product");
});

test("a TFTP directory that is gone fails by itself", async () => {
  const lab = await startLab();
  const { tftpDir } = lab.config;
  await rename(tftpDir, `${tftpDir}-moved`);
  const checks = await checksOf(lab);
  expect(problems(checks)).toEqual(["fail tftp.directory", "warn tftp.same-directory", "warn tftp.cleanup"]);
  expect(find(checks, "tftp.directory").found).toBe(`${tftpDir} does not exist`);
});

test("files of ours that nobody consumes, and tests that no session owns, are told and left alone", async () => {
  const lab = await startLab();
  const { tftpDir, dataDir } = lab.config;
  const orphan = join(tftpDir, "pnmlab_0123456789_c1_2026");
  await writeFile(orphan, "x");
  await utimes(orphan, 0, 0);
  expect(problems(await checksOf(lab))).toEqual(["warn captures.orphaned"]);

  // Another installation beside this one: its test is not this one's.
  const other = await startLab({
    env: {
      PNMLAB_CMTS: lab.simulator.devices.map(({ name, port }) => `${name}=127.0.0.1:${port}/sim`).join(","),
    },
  });
  const headers = { cookie: await other.signIn(), "content-type": "application/json" };
  const { rfPorts } = (await (
    await fetch(`${other.url}/api/cmts/lab-cmts-1/rf-ports`, { headers })
  ).json()) as {
    rfPorts: { ifIndex: number }[];
  };
  const started = await fetch(`${other.url}/api/utsc/sessions`, {
    method: "POST",
    headers,
    body: JSON.stringify({
      cmtsId: "lab-cmts-1",
      rfPortIfIndex: rfPorts[0]!.ifIndex,
      centerFrequencyHz: 40_000_000,
      spanHz: 80_000_000,
      bins: 800,
      repeatPeriodUs: 100_000,
      outputFormat: "fftPower",
    }),
  });
  expect(started.ok).toBe(true);
  await vi.waitUntil(
    async () =>
      find(await checksOf(lab), "captures.orphaned").found.includes(
        "of sessions that this backend does not run",
      ),
    { timeout: 15_000, interval: 500 },
  );
  const check = find(await checksOf(lab), "captures.orphaned");
  expect(check).toMatchObject({
    status: "warn",
    fix: expect.stringContaining("POST /api/utsc-orphans/stop"),
  });
  expect(find(await checksOf(other), "captures.orphaned")).toMatchObject({ status: "pass" });
  expect(await readdir(tftpDir)).toContain("pnmlab_0123456789_c1_2026");
  expect(dataDir).not.toBe(other.config.dataDir);
});

test("a check takes nothing from a capture that runs", async () => {
  const lab = await startLab();
  const headers = { cookie: await lab.signIn(), "content-type": "application/json" };
  const { rfPorts } = (await (
    await fetch(`${lab.url}/api/cmts/lab-cmts-1/rf-ports`, { headers })
  ).json()) as {
    rfPorts: { ifIndex: number }[];
  };
  await fetch(`${lab.url}/api/utsc/sessions`, {
    method: "POST",
    headers,
    body: JSON.stringify({
      cmtsId: "lab-cmts-1",
      rfPortIfIndex: rfPorts[0]!.ifIndex,
      centerFrequencyHz: 40_000_000,
      spanHz: 80_000_000,
      bins: 800,
      repeatPeriodUs: 100_000,
      outputFormat: "fftPower",
    }),
  });
  const session = async () =>
    (
      (await (await fetch(`${lab.url}/api/utsc/sessions`, { headers })).json()) as {
        sessions: { state: string; framesReceived: number; rearms: number; framesDropped: number }[];
      }
    ).sessions[0]!;
  await vi.waitUntil(async () => (await session()).framesReceived > 5, { timeout: 15_000 });
  const before = await session();
  for (let run = 0; run < 5; run += 1) expect(problems(await checksOf(lab))).toEqual([]);
  await vi.waitUntil(async () => (await session()).framesReceived > before.framesReceived + 5, {
    timeout: 15_000,
  });
  expect(await session()).toMatchObject({ state: "receiving", framesDropped: before.framesDropped });
});

/** Mounts a tmpfs for the time of `look`; undefined where this user may not mount. */
async function withTmpfs<T>(folder: string, options: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  try {
    return await look();
  } finally {
    execFileSync("umount", ["--lazy", folder]);
  }
}

test("a read-only mount is told by what it hinders (needs the right to mount)", async (context) => {
  const lab = await startLab();
  const { tftpDir } = lab.config;
  const other = await temporaryFolder();
  await replaceTftp(lab, other);
  const checks = await withTmpfs(tftpDir, "ro", () => checksOf(lab));
  if (!checks) return context.skip("this user may not mount");
  expect(find(checks, "tftp.directory")).toMatchObject({
    status: "warn",
    found: `${tftpDir} can be read; it cannot be written, so consumed files are emptied over TFTP`,
    fix: expect.stringContaining("PNMLAB_CLEANUP=tftp"),
  });
  expect(problems(checks)).toContain("fail tftp.same-directory");
});

test("a full disk of the TFTP directory fails by itself (needs the right to mount)", async (context) => {
  const lab = await startLab();
  const { tftpDir } = lab.config;
  const checks = await withTmpfs(tftpDir, "size=64k", async () => {
    await writeFile(join(tftpDir, "other-file"), Buffer.alloc(1 << 20)).catch(() => undefined);
    return checksOf(lab);
  });
  if (!checks) return context.skip("this user may not mount");
  expect(problems(checks)).toEqual(["warn tftp.same-directory", "warn tftp.cleanup", "fail storage.disk"]);
  expect(find(checks, "storage.disk").found).toBe(`the disk of ${tftpDir} is full`);
});

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
}

test.skipIf(!hasOpenssl())(
  "the certificate of the page is told before it expires and after (needs openssl)",
  async () => {
    const folder = await temporaryFolder();
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const days = 100;
    execFileSync(
      "openssl",
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${key} -out ${cert} -days ${days} -subj /CN=localhost -addext subjectAltName=DNS:localhost`.split(
        " ",
      ),
      { stdio: "ignore" },
    );
    const server = createServer({ key: await readFile(key), cert: await readFile(cert) });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    let offsetDays = 0;
    const publicUrl = `https://localhost:${port}/`;
    const lab = await startLab({
      env: { PNMLAB_PUBLIC_URL: publicUrl },
      now: () => Date.now() + offsetDays * 24 * 3_600_000,
    });
    const look = async () => find(await checksOf(lab), "tls.certificate");
    expect(await look()).toMatchObject({
      status: "warn",
      found: expect.stringMatching(/99 days, but this machine does not trust it/),
    });
    const trusted = getCACertificates();
    onTestFinished(() => setDefaultCACertificates(trusted));
    setDefaultCACertificates([...trusted, await readFile(cert, "utf8")]);
    expect(await look()).toMatchObject({ status: "pass", found: expect.stringContaining("99 days") });
    offsetDays = days - 10;
    expect(await look()).toMatchObject({ status: "warn", fix: expect.stringContaining("renew") });
    offsetDays = days + 1;
    expect(await look()).toMatchObject({ status: "fail", found: expect.stringContaining("has expired on") });
    server.close();
    expect(await look()).toMatchObject({
      status: "warn",
      found: expect.stringContaining("could not be asked"),
    });
  },
);
