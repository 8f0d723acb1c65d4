import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createLogger, readBuildInfo } from "@pnmlab/config";
import { WebSocketServer } from "ws";
import { createSnmpGateway } from "../../../backend/src/agents/gateways.ts";
import { AgentRegistry } from "../../../backend/src/agents/registry.ts";
import { createSnmpStreamGateway } from "../../../backend/src/agents/stream-gateway.ts";
import { openStorage } from "../../../backend/src/storage/index.ts";

/** The backend's side of the chain in this process, and an agent in another one that has dialed in. */
export async function startChain() {
  await using starting = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "pnmlab-bench-"));
  starting.defer(() => rm(dataDir, { recursive: true, force: true }));
  const storage = starting.use(openStorage(dataDir));
  const token = randomBytes(32).toString("base64url");
  const registry = starting.use(
    new AgentRegistry({
      token,
      expectedName: "lab-1",
      build: readBuildInfo(),
      cmts: [],
      store: storage.agents,
      enrolments: storage.enrolments,
      history: storage.agentHistory,
      log: createLogger("bench", "error"),
      now: Date.now,
    }),
  );
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    void registry.admit(request.headers, "127.0.0.1").then((admission) => {
      if (!admission.ok) socket.destroy();
      else {
        sockets.handleUpgrade(request, socket, head, (webSocket) =>
          registry.attach(webSocket, admission, "127.0.0.1", request.socket),
        );
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  starting.defer(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const agent = startAgentProgram(`ws://127.0.0.1:${port}`, token);
  starting.defer(async () => {
    agent.child.stdin!.end();
    await once(agent.child, "exit");
  });
  await agent.nextLine();
  while (registry.connected.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  const owned = starting.move();
  return {
    snmp: createSnmpGateway(registry),
    streams: createSnmpStreamGateway(registry),
    /** Resident memory in octets, and processor time in microseconds, of the agent's process. */
    async agentUsage(): Promise<{ memory: number; cpuUs: number }> {
      agent.child.stdin!.write("\n");
      const [memory = 0, cpuUs = 0] = (await agent.nextLine()).split(" ").map(Number);
      return { memory, cpuUs };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export type Chain = Awaited<ReturnType<typeof startChain>>;

function startAgentProgram(url: string, token: string): { child: ChildProcess; nextLine(): Promise<string> } {
  const program = join(import.meta.dirname, "agent-program.ts");
  // With this program's own options: `--cpu-prof` shows both ends of the link.
  const child = spawn(process.execPath, [...process.execArgv, program, url, token], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  return {
    child,
    nextLine: async () => {
      const { value, done } = await lines.next();
      if (done) throw new Error("the agent of the benchmark ended");
      return value;
    },
  };
}
