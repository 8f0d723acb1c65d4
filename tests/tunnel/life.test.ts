import { spawn, spawnSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { HealthServer, startForeignServer, TunnelBench } from "./bench.ts";
import { freePort, sshdMissing, type TestSshd } from "./sshd.ts";

if (sshdMissing && process.env.CI) throw new Error(`In CI the tests of the tunnel must run: ${sshdMissing}`);
if (sshdMissing) process.stdout.write(`The tests of the tunnel are skipped: ${sshdMissing}.\n`);
const patience = { timeout: 90_000, interval: 100 };

describe.skipIf(sshdMissing)("a tunnel", () => {
  let bench: TunnelBench;
  let sshd: TestSshd;
  let backend: HealthServer;

  beforeAll(async () => {
    bench = await TunnelBench.make();
    sshd = await bench.sshd();
    backend = bench.own(await HealthServer.start(bench.commit));
    bench.knows([sshd.knownHost()]);
  });

  afterEach(async () => {
    await bench.run(["stop"]);
    expect(bench.leftProcesses()).toEqual([]);
    bench.settings(sshd, backend.port);
  });

  afterAll(() => bench?.[Symbol.asyncDispose]());

  async function started(): Promise<void> {
    bench.settings(sshd, backend.port);
    const outcome = await bench.run(["start"]);
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
  }

  test("starts, proves what answers at the port, and leaves no process when it is stopped", async () => {
    bench.settings(sshd, backend.port);
    expect(await bench.status()).toMatchObject({ code: 1, verdict: "FAIL" });
    const start = await bench.run(["start"]);
    expect(start.code).toBe(0);
    expect(start.stdout).toContain(`127.0.0.1:${bench.localPort} is PNM Lab 0.1.0, build ${bench.commit}`);
    const answer = await fetch(`http://127.0.0.1:${bench.localPort}/api/health`);
    expect(await answer.json()).toMatchObject({ build: { commit: bench.commit } });
    expect(await bench.status()).toMatchObject({ code: 0, verdict: "PASS", fix: "" });
    const stop = await bench.run(["stop"]);
    expect(stop).toMatchObject({
      code: 0,
      stdout: `The tunnel on local port ${bench.localPort} is stopped.\n`,
    });
    expect(bench.leftProcesses()).toEqual([]);
    expect(await bench.statusCode()).toBe("not-running");
    expect(await bench.run(["stop"])).toMatchObject({ code: 0, stdout: /^No tunnel is running/ });
  });

  test("is started once, however often it is asked", async () => {
    bench.settings(sshd, backend.port);
    const outcomes = await Promise.all([bench.run(["start"]), bench.run(["start"]), bench.run(["start"])]);
    expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(bench.left("ssh")).toHaveLength(1);
    const again = await bench.run(["start"]);
    expect(again.stdout).toMatch(/is already running/);
    expect(await bench.run(["run"])).toMatchObject({ code: 1, stderr: /is already running/ });
  });

  test("runs beside one on another local port, which status names where it is looked for in vain", async () => {
    await started();
    const first = bench.localPort;
    bench.localPort = await freePort();
    bench.settings(sshd, backend.port);
    expect((await bench.status()).found).toContain(`one is on port ${first}`);
    expect((await bench.run(["start"])).code).toBe(0);
    expect(bench.left("ssh")).toHaveLength(2);
    expect((await bench.run(["stop", "--local-port", String(first)])).code).toBe(0);
    expect(await bench.status()).toMatchObject({ code: 0 });
  });

  test("restart connects anew and takes the settings of now", async () => {
    await started();
    const [before] = bench.left("ssh");
    const other = await HealthServer.start(bench.commit);
    await using _other = other;
    bench.settings(sshd, other.port);
    expect(await bench.statusCode()).toBe("elsewhere");
    expect(await bench.status()).toMatchObject({ code: 1, fix: "./ssh-tunnel-lab.sh restart" });
    expect((await bench.run(["restart"])).code).toBe(0);
    expect(bench.left("ssh")).not.toContain(before);
    expect(await bench.status()).toMatchObject({ code: 0 });
  });

  test("heals by itself after its ssh server was killed and came back", async () => {
    await started();
    await sshd.kill();
    await vi.waitUntil(async () => (await bench.status()).found.startsWith("not connected: "), patience);
    const down = await bench.status();
    expect(down).toMatchObject({ code: 1, verdict: "FAIL" });
    await sshd.listen();
    await vi.waitUntil(async () => (await bench.status()).code === 0, patience);
    const { stdout } = await bench.run(["logs"]);
    expect(stdout).toMatch(/the connection to host \S+ was lost.*Trying again/);
  });

  test("heals after its ssh was killed", async () => {
    await started();
    const [ssh] = bench.left("ssh");
    process.kill(ssh!, "SIGKILL");
    await vi.waitUntil(async () => bench.left("ssh").some((pid) => pid !== ssh), patience);
    await vi.waitUntil(async () => (await bench.status()).code === 0, patience);
  });

  test("tells a stopped backend from a broken tunnel, and works again when it is back", async () => {
    await started();
    const [ssh] = bench.left("ssh");
    await backend.close();
    expect(await bench.status()).toMatchObject({
      code: 1,
      found: `the tunnel stands, but on host ${bench.user}@127.0.0.1 nothing listens at 127.0.0.1:${backend.port}`,
    });
    await backend.listen();
    expect(await bench.status()).toMatchObject({ code: 0, verdict: "PASS" });
    expect(bench.left("ssh")).toEqual([ssh]);
  });

  test("may be started before the backend, and says so", async () => {
    await backend.close();
    bench.settings(sshd, backend.port);
    expect(await bench.run(["start"])).toMatchObject({ code: 1, stdout: /nothing listens at/ });
    await backend.listen();
    expect(await bench.status()).toMatchObject({ code: 0 });
  });

  test("does not take another web server for PNM Lab", async () => {
    await using foreign = await startForeignServer();
    bench.settings(sshd, foreign.port);
    const start = await bench.run(["start"]);
    expect(start.code).toBe(1);
    expect(start.stdout).toContain(
      "answers, but is not PNM Lab (HTTP 200, and /api/health is not PNM Lab's)",
    );
    expect(await bench.statusCode()).toBe("not-pnmlab");
  });

  test("does not take another program's health answer for PNM Lab", async () => {
    await using foreign = await startForeignServer('{"status":"ok"}');
    bench.settings(sshd, foreign.port);
    await bench.run(["start"]);
    expect(await bench.statusCode()).toBe("not-pnmlab");
  });

  test("warns of another build and names both", async () => {
    await using other = await HealthServer.start("0123456789");
    bench.settings(sshd, other.port);
    const start = await bench.run(["start"]);
    expect(start.code).toBe(0);
    const status = await bench.status();
    expect(status).toMatchObject({ code: 0, verdict: "WARN" });
    expect(status.found).toContain("build 0123456789");
    expect(status.found).toContain(`this checkout is ${bench.commit}`);
  });

  test("works, with a warning, while the backend says that it failed", async () => {
    await using failing = await HealthServer.start(bench.commit, "failed");
    bench.settings(sshd, failing.port);
    expect((await bench.run(["start"])).code).toBe(0);
    expect(await bench.statusCode()).toBe("backend-failed");
  });

  test("says that nobody watches when only ssh is left, and start and stop deal with it", async () => {
    await started();
    const [supervisor] = bench.left("ssh-tunnel-lab.sh");
    const [ssh] = bench.left("ssh");
    process.kill(supervisor!, "SIGKILL");
    await vi.waitUntil(() => bench.left("ssh-tunnel-lab.sh").length === 0, patience);
    expect(await bench.status()).toMatchObject({
      code: 0,
      verdict: "WARN",
      found: /nobody watches over ssh/,
    });
    expect(await bench.run(["start"])).toMatchObject({ code: 0, stdout: /^PASS/ });
    expect(bench.left("ssh")).not.toContain(ssh);
    process.kill(bench.left("ssh-tunnel-lab.sh")[0]!, "SIGKILL");
    await bench.run(["stop"]);
    expect(bench.leftProcesses()).toEqual([]);
  });

  test("says what has taken its port after everything of it died", async () => {
    await started();
    for (const pid of bench.leftProcesses()) process.kill(pid, "SIGKILL");
    expect(await bench.statusCode()).toBe("not-running");
    expect((await bench.status()).found).toContain("it ended without stop");
  });

  test("run stays in the foreground, tells what happens, and ends all with Ctrl-C", async () => {
    bench.settings(sshd, backend.port);
    const child = spawn(join(bench.root, "ssh-tunnel-lab.sh"), ["run", ...bench.sshConfig], {
      env: bench.environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    await vi.waitUntil(() => output.includes("connected: PNM Lab"), patience);
    expect(await bench.status()).toMatchObject({ code: 0, verdict: "PASS" });
    child.kill("SIGINT");
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
    expect(output).toMatch(/supervisor \d+ stopped/);
    expect(bench.leftProcesses()).toEqual([]);
  });

  test("stop ends a run of another terminal", async () => {
    bench.settings(sshd, backend.port);
    const child = spawn(join(bench.root, "ssh-tunnel-lab.sh"), ["run", ...bench.sshConfig], {
      env: bench.environment,
      stdio: "ignore",
    });
    await vi.waitUntil(async () => (await bench.status()).code === 0, patience);
    const ended = new Promise((resolve) => child.on("close", resolve));
    expect(await bench.run(["stop"])).toMatchObject({ code: 0, stdout: /is stopped/ });
    expect(await ended).toBe(0);
  });

  const hasScript = spawnSync("script", ["--version"]).status === 0;
  if (!hasScript) process.stdout.write("script is not installed: no test closes a terminal.\n");
  test.skipIf(!hasScript)("survives the closing of the terminal that started it", async () => {
    bench.settings(sshd, backend.port);
    const command = `./ssh-tunnel-lab.sh start ${bench.sshConfig.join(" ")}; echo started; cat`;
    const terminal = spawn("script", ["-q", "-c", command, "/dev/null"], {
      cwd: bench.root,
      env: bench.environment,
      stdio: ["pipe", "pipe", "inherit"],
    });
    let output = "";
    terminal.stdout.on("data", (chunk) => (output += chunk));
    await vi.waitUntil(() => output.includes("started"), patience);
    const closed = new Promise((resolve) => terminal.on("close", resolve));
    terminal.kill("SIGKILL");
    await closed;
    expect(await bench.status()).toMatchObject({ code: 0, verdict: "PASS" });
    expect(bench.left("ssh-tunnel-lab.sh")).toHaveLength(1);
  });

  test("keeps its log small, shows it, and keeps state from other users", async () => {
    await started();
    const folder = join(bench.stateHome, "pnmlab", `tunnel-${bench.localPort}`);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await bench.run(["stop"]);
    const log = join(folder, "tunnel.log");
    writeFileSync(log, `${"an old line\n".repeat(30_000)}`);
    await started();
    expect(statSync(log).size).toBeLessThan(10_000);
    expect(statSync(`${log}.1`).size).toBeGreaterThan(262_144);
    const { stdout } = await bench.run(["logs", "-n", "6"]);
    expect(stdout.trimEnd().split("\n")).toHaveLength(6);
    expect(stdout).toMatch(/an old line.*connected: PNM Lab/s);
  });

  test("logs -f goes on showing", async () => {
    await started();
    const follow = spawn(join(bench.root, "ssh-tunnel-lab.sh"), ["logs", "-f"], {
      env: bench.environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    follow.stdout.on("data", (chunk) => (output += chunk));
    await vi.waitUntil(() => output.includes("connected: PNM Lab"), patience);
    await bench.run(["stop"]);
    await vi.waitUntil(() => /supervisor \d+ stopped/.test(output), patience);
    follow.kill();
    await new Promise((resolve) => follow.on("close", resolve));
  });
});
