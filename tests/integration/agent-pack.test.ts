import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../tunnel/sshd.ts";

const work = mkdtempSync(join(tmpdir(), "pnmlab-pack-test-"));
let folder: string;

/** The Node that the tests run on, and the one of the machine where there is another that is new enough. */
const nodes = [
  process.execPath,
  ...(process.env.PATH ?? "")
    .split(delimiter)
    .filter((path) => !path.startsWith(defaultRootDir))
    .map((path) => join(path, "node"))
    .filter((path) => existsSync(path)),
]
  .map((node) => [spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim(), node] as const)
  .filter(([version], at, all) => {
    const [major = 0, minor = 0] = version.slice(1).split(".").map(Number);
    const isNewEnough = major > 20 || (major === 20 && minor >= 19);
    return isNewEnough && all.findIndex(([other]) => other === version) === at;
  });

beforeAll(() => {
  const said = execFileSync(
    process.execPath,
    ["--conditions=@pnmlab/source", join(defaultRootDir, "scripts/agent-pack.ts"), work],
    { encoding: "utf8" },
  );
  process.stdout.write(said);
  const [archive] = readdirSync(work).filter((name) => name.endsWith(".tar.gz"));
  expect(statSync(join(work, archive!)).size).toBeLessThan(2_000_000);
  execFileSync("tar", ["-xzf", archive!], { cwd: work });
  folder = join(work, archive!.replace(".tar.gz", ""));
}, 60_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

test("the package is one folder with one program, and what a service needs", () => {
  expect(readdirSync(folder).sort()).toEqual([
    "README.md",
    "agent.env.example",
    "agent.mjs",
    "install.sh",
    "package.json",
    "pnmlab-agent",
    "pnmlab-agent.service",
  ]);
});

describe.each(nodes)("with Node %s, from a folder of its own", (version, node) => {
  let lab: TestLab;
  let env: Record<string, string>;
  let home: string;

  beforeAll(async () => {
    lab = await startTestLab();
    await lab.agent.close();
    home = join(work, version);
    mkdirSync(home);
    for (const name of readdirSync(folder)) writeFileSync(join(home, name), readFileSync(join(folder, name)));
    // The sample as a user fills it in.
    const sample = readFileSync(join(home, "agent.env.example"), "utf8");
    const healthPort = await freePort();
    const filled = sample
      .replace("ws://127.0.0.1:5050", lab.url.replace("http", "ws"))
      .replace("#PNMLAB_AGENT_HEALTH_PORT=5051", `PNMLAB_AGENT_HEALTH_PORT=${healthPort}`);
    writeFileSync(join(home, ".env"), filled);
    writeFileSync(join(home, "token"), `${lab.config.agentToken}\n`, { mode: 0o600 });
    writeFileSync(join(home, "snmp-profiles.json"), '{"profiles": []}\n', { mode: 0o600 });
    env = { PATH: `${dirname(node)}${delimiter}/usr/bin${delimiter}/bin` };
  }, 60_000);
  afterAll(() => lab[Symbol.asyncDispose]());

  const command = (...args: string[]) =>
    spawn(node, [join(home, "agent.mjs"), ...args], { cwd: "/", env, stdio: ["ignore", "pipe", "pipe"] });
  const finished = async (child: ChildProcess) => {
    let out = "";
    child.stdout!.on("data", (chunk) => (out += chunk));
    child.stderr!.on("data", (chunk) => (out += chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    return { code, out };
  };

  test("it explains itself and knows its build", async () => {
    expect(await finished(command("--help"))).toMatchObject({
      code: 0,
      out: expect.stringContaining("agent diagnose ADDRESS"),
    });
    expect((await finished(command("--version"))).out).toContain(`Node ${version.slice(1)}`);
  });

  test("it checks its settings, the backend and the CMTSs", async () => {
    const { code, out } = await finished(command("check"));
    expect([code, out]).toEqual([0, expect.stringMatching(/ok +cmts lab-cmts-2/)]);
  });

  test("it carries a live session, answers health and metrics, and stops within 10 s", async () => {
    const agent = command();
    const ended = finished(agent);
    try {
      const cookie = await lab.signIn();
      const call = async (path: string, body?: object) => {
        const headers = { cookie, ...(body && { "content-type": "application/json" }) };
        const answer = await fetch(`${lab.url}${path}`, {
          headers,
          ...(body && { method: "POST", body: JSON.stringify(body) }),
        });
        return (await answer.json()) as Record<string, unknown>;
      };
      await expect
        .poll(async () => JSON.stringify(await call("/api/agents")))
        .toContain('"state":"connected"');
      await call("/api/utsc/sessions", {
        cmtsId: "lab-cmts-1",
        rfPortIfIndex: lab.simulator.devices[0]!.rfPorts[0]!.ifIndex,
        centerFrequencyHz: 45_000_000,
        spanHz: 80_000_000,
        bins: 1600,
        repeatPeriodUs: 100_000,
        outputFormat: "fftPower",
      });
      const frames = async () => {
        const { sessions } = await call("/api/utsc/sessions");
        return (sessions as { framesReceived: number }[])[0]?.framesReceived ?? 0;
      };
      await expect.poll(frames).toBeGreaterThan(5);
      const port = /PNMLAB_AGENT_HEALTH_PORT=(\d+)/.exec(readFileSync(join(home, ".env"), "utf8"))![1]!;
      const health = await (await fetch(`http://127.0.0.1:${port}/health`)).json();
      expect(health).toMatchObject({ status: "ok" });
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(metrics).toMatch(/pnmlab_agent_snmp_requests_total\{operation="GET"\} [1-9]/);
    } finally {
      agent.kill("SIGTERM");
    }
    const { code, out } = await ended;
    expect(code, out).toBe(0);
    expect(out).toContain("agent has stopped");
    expect(out).not.toContain(lab.config.agentToken);
  }, 60_000);
});

describe("install.sh", () => {
  const dest = join(work, "dest");
  const install = (...args: string[]) =>
    spawnSync("sh", [join(folder, "install.sh"), ...args], {
      encoding: "utf8",
      env: { PATH: `${dirname(nodes.at(-1)![1])}${delimiter}/usr/bin${delimiter}/bin`, DESTDIR: dest },
    });

  test("puts program, settings and unit in their places, and keeps the settings at an update", () => {
    const first = install();
    expect([first.status, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toContain("pnmlab-agent check");
    const settings = join(dest, "etc/pnmlab-agent");
    expect(statSync(join(settings, "token")).mode & 0o777).toBe(0o640);
    expect(statSync(join(settings, "snmp-profiles.json")).mode & 0o777).toBe(0o600);
    writeFileSync(join(settings, "agent.env"), "PNMLAB_AGENT_NAME=mine\n");
    expect(install().status).toBe(0);
    expect(readFileSync(join(settings, "agent.env"), "utf8")).toBe("PNMLAB_AGENT_NAME=mine\n");
    expect(existsSync(join(dest, "opt/pnmlab-agent/agent.mjs"))).toBe(true);
    const unit = readFileSync(join(dest, "etc/systemd/system/pnmlab-agent.service"), "utf8");
    expect(unit).toMatch(/^ExecStart=\/\S+\/node \/opt\/pnmlab-agent\/agent\.mjs run --settings-file=/m);
    expect(install("--uninstall").status).toBe(0);
    expect(existsSync(join(dest, "opt/pnmlab-agent"))).toBe(false);
    expect(existsSync(join(settings, "agent.env"))).toBe(true);
  });

  test("refuses what it does not know", () => {
    expect(install("--wrong").stderr).toContain("unknown argument --wrong");
  });
});

/** Units are rated without a running systemd from version 250 on. */
const systemd = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" }).stdout ?? "";
const hasSystemd = Number(/^systemd (\d+)/.exec(systemd)?.[1] ?? 0) >= 250;
if (!hasSystemd)
  process.stdout.write("no systemd-analyze of version 250 or later: the unit is not verified.\n");

describe.skipIf(!hasSystemd)("the systemd unit", () => {
  test("is accepted by systemd, and rated as well confined", () => {
    const units = join(work, "units");
    mkdirSync(units);
    const unit = join(units, "pnmlab-agent.service");
    const text = readFileSync(join(folder, "pnmlab-agent.service"), "utf8");
    // Its program need not be installed here.
    writeFileSync(
      unit,
      text.replace(
        /^ExecStart=.*$/m,
        `ExecStart=${process.execPath} ${join(folder, "agent.mjs")} run --settings-file=\${CREDENTIALS_DIRECTORY}/agent.env`,
      ),
    );
    const verified = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
    expect([
      verified.status,
      verified.stderr.split("\n").filter((line) => line.includes("pnmlab-agent")),
    ]).toEqual([0, []]);
    const rated = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=20", unit], {
      encoding: "utf8",
    });
    expect(rated.status, rated.stdout + rated.stderr).toBe(0);
    process.stdout.write(`${rated.stdout.trim().split("\n").at(-1)}\n`);
  });
});
