import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultRootDir } from "@pnmlab/config";
import { startTestLab, type TestLab } from "@pnmlab/testkit";
import { expect, onTestFinished, test, vi } from "vitest";

const LEASE_MS = 2500;

/** A way to the backend that can fall silent, as one does where the backend's machine dies. */
async function silenceableWay(port: number) {
  const sockets = new Set<Socket>();
  const way = { url: "", isSilent: false };
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("data", (bytes) => !way.isSilent && to.write(bytes));
      from.on("close", () => !way.isSilent && to.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  way.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return way;
}

/** The agent as a program of its own, with a running capture that it guards. */
async function startGuardedTest() {
  const lab = await startTestLab({ env: { PNMLAB_LEASE_MS: String(LEASE_MS) } });
  onTestFinished(() => lab[Symbol.asyncDispose]());
  await lab.agent.close();
  const way = await silenceableWay(Number(new URL(lab.url).port));
  const rootDir = mkdtempSync(join(tmpdir(), "pnmlab-agent-"));
  onTestFinished(() => rmSync(rootDir, { recursive: true, force: true }));
  let output = "";
  const agent = spawn(
    process.execPath,
    ["--conditions=@pnmlab/source", join(defaultRootDir, "agent", "src", "main.ts")],
    {
      env: {
        ...process.env,
        PNMLAB_ROOT: rootDir,
        PNMLAB_DATA_DIR: rootDir,
        PNMLAB_BACKEND_URL: way.url,
        PNMLAB_AGENT_TOKEN: lab.config.agentToken,
        PNMLAB_SIM_COMMUNITIES: "public:private",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onTestFinished(() => void agent.kill("SIGKILL"));
  for (const stream of [agent.stdout, agent.stderr]) stream?.on("data", (chunk) => (output += chunk));
  const rfPortIfIndex = await startCapture(lab).catch((error: unknown) => {
    throw new Error(`the capture did not start; the agent said:\n${output.slice(-4000)}`, { cause: error });
  });
  const isRunning = () => lab.simulator.measStatus("lab-cmts-1", rfPortIfIndex) !== "inactive";
  return { lab, agent, way, isRunning, output: () => output };
}

async function startCapture(lab: TestLab): Promise<number> {
  const headers = { cookie: await lab.signIn(), "content-type": "application/json" };
  const rfPortsUrl = `${lab.url}/api/cmts/lab-cmts-1/rf-ports`;
  const readPorts = async () =>
    ((await (await fetch(rfPortsUrl, { headers })).json()) as { rfPorts?: { ifIndex: number }[] }).rfPorts;
  const [port] = await vi.waitUntil(readPorts, { timeout: 60_000, interval: 100 });
  const rfPortIfIndex = port!.ifIndex;
  const request = {
    cmtsId: "lab-cmts-1",
    rfPortIfIndex,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 1600,
    repeatPeriodUs: 100_000,
    outputFormat: "fftPower",
  };
  const answer = await fetch(`${lab.url}/api/utsc/sessions`, {
    method: "POST",
    headers,
    body: JSON.stringify(request),
  });
  expect(answer.ok, await answer.clone().text()).toBe(true);
  await vi.waitUntil(() => lab.simulator.measStatus("lab-cmts-1", rfPortIfIndex) === "busy", {
    timeout: 60_000,
  });
  return rfPortIfIndex;
}

function exitOf(agent: ChildProcess): Promise<{ code: number | null; afterMs: number }> {
  const startedAtMs = performance.now();
  return new Promise((resolve) =>
    agent.once("exit", (code) => resolve({ code, afterMs: performance.now() - startedAtMs })),
  );
}

test("an agent that is stopped by SIGTERM ends the test it guards, says so, and is gone within 10 s", async () => {
  const { lab, agent, isRunning, output } = await startGuardedTest();
  const exit = exitOf(agent);
  agent.kill("SIGTERM");
  const { code, afterMs } = await exit;
  expect(code, output().slice(-3000)).toBe(0);
  expect(afterMs).toBeLessThan(10_000);
  expect(isRunning()).toBe(false);
  expect(output()).toContain("is ended: the agent stops");
  expect(output()).toContain("agent has stopped");
  const { agents } = (await (
    await fetch(`${lab.url}/api/agents`, { headers: { cookie: await lab.signIn() } })
  ).json()) as { agents: { state: string }[] };
  expect(agents[0]?.state).toBe("lost");
}, 90_000);

test("an agent whose backend falls silent ends the test once the lease is over, and not before", async () => {
  const { way, isRunning, output } = await startGuardedTest();
  way.isSilent = true;
  const silentSinceMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(isRunning()).toBe(true);
  await vi.waitUntil(() => !isRunning(), { timeout: 60_000 });
  expect(performance.now() - silentSinceMs).toBeLessThan(LEASE_MS + 8000);
  await expect.poll(output).toContain("is ended: its lease has expired");
}, 90_000);
