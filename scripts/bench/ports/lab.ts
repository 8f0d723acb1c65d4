import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Health } from "@pnmlab/protocol";
import { mintSignInToken, signInUrl } from "../../../backend/src/index.ts";
import { MeasuredProgram } from "./program.ts";

const CMTS_ID = "ports-cmts";
const CONNECT_DEADLINE_MS = 30_000;

/** A capture file that the TFTP server has closed under its own name. */
export interface ClosedFile {
  name: string;
  /** Unix time in whole milliseconds, as the server's log has it: up to 1 ms too early. */
  atMs: number;
}

/** Files as the simulated CMTS counts them. */
export interface SimulatorFiles {
  uploaded: number;
  failed: number;
  underWay: number;
}

/** The product with one simulated CMTS, every program in a process of its own, beside two anchors. */
export interface PortsLab extends AsyncDisposable {
  readonly url: string;
  readonly cookie: string;
  readonly cmtsId: string;
  readonly rfPorts: readonly number[];
  readonly programs: Readonly<Record<ProgramName, MeasuredProgram>>;
  /** Every capture file that was closed so far. */
  readonly closedFiles: readonly ClosedFile[];
  api<Answer>(path: string, body?: unknown): Promise<Answer>;
  simulatorFiles(): Promise<SimulatorFiles>;
}

export const PROGRAMS = ["backend", "agent", "simulator", "tftp-server", "bare watch", "empty"] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/** Starts everything and waits until the agent is connected. */
export async function startPortsLab(rfPorts: number): Promise<PortsLab> {
  await using starting = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "pnmlab-ports-"));
  starting.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
  const tftpDir = join(dataDir, "tftp");
  await mkdir(tftpDir);
  const [httpPort, healthPort, controlPort] = [await freeTcpPort(), await freeTcpPort(), await freeTcpPort()];
  const [tftpPort, snmpPort] = [await freeUdpPort(), await freeUdpPort()];
  const sessionKey = randomBytes(32).toString("base64url");
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    PNMLAB_HTTP_PORT: String(httpPort),
    PNMLAB_AGENT_HEALTH_PORT: String(healthPort),
    PNMLAB_TFTP_PORT: String(tftpPort),
    PNMLAB_SIM_SNMP_PORT: String(snmpPort),
    PNMLAB_CMTS: `${CMTS_ID}=127.0.0.1:${snmpPort}/sim`,
    PNMLAB_DATA_DIR: dataDir,
    PNMLAB_AGENT_TOKEN: randomBytes(32).toString("base64url"),
    PNMLAB_SESSION_KEY: sessionKey,
    PNMLAB_CHECK_TOKEN: randomBytes(32).toString("base64url"),
    PNMLAB_LOG_LEVEL: "warn",
  };
  const closedFiles: ClosedFile[] = [];
  const start = async (
    name: ProgramName,
    script: string,
    options: { args?: string[]; env?: NodeJS.ProcessEnv; onLine?: (line: string) => void } = {},
  ) =>
    starting.use(await MeasuredProgram.start({ name, script, ...options, env: { ...env, ...options.env } }));

  const anchor = "scripts/bench/ports/anchor.ts";
  const programs: Record<ProgramName, MeasuredProgram> = {
    empty: await start("empty", anchor),
    "bare watch": await start("bare watch", anchor, { args: [tftpDir] }),
    "tftp-server": await start("tftp-server", "packages/tftp-server/src/main.ts", {
      env: { PNMLAB_LOG_LEVEL: "debug" },
      onLine: (line) => {
        const file = closedFileOf(line);
        if (file) closedFiles.push(file);
      },
    }),
    simulator: await start("simulator", "packages/simulator/src/main.ts", {
      args: [
        ...["--personality", "generic", "--name", CMTS_ID, "--rf-ports", String(rfPorts)],
        ...["--control-port", String(controlPort)],
      ],
    }),
    backend: await start("backend", "backend/src/main.ts"),
    agent: await start("agent", "agent/src/main.ts"),
  };

  const url = `http://127.0.0.1:${httpPort}`;
  const signedIn = await fetch(signInUrl(url, mintSignInToken(sessionKey)), { redirect: "manual" });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const api = async <Answer>(path: string, body?: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      headers: { cookie, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { method: "POST", body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as Answer;
  };
  const device = async () => {
    const answer = await fetch(`http://127.0.0.1:${controlPort}/devices/${CMTS_ID}`);
    return ((await answer.json()) as { result: SimulatedDevice }).result;
  };
  await untilConnected(() => api<Health>("/api/health"));
  const ifIndexes = (await device()).rfPorts.map(({ ifIndex }) => ifIndex);
  const owned = starting.move();
  return {
    url,
    cookie,
    cmtsId: CMTS_ID,
    rfPorts: ifIndexes,
    programs,
    closedFiles,
    api,
    simulatorFiles: async () => (await device()).counters.files,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface SimulatedDevice {
  rfPorts: { ifIndex: number }[];
  counters: { files: SimulatorFiles };
}

/** The capture file that a line of the TFTP server's log tells of; the probes of the health checks are none. */
function closedFileOf(line: string): ClosedFile | undefined {
  if (!line.includes('"msg":"received"')) return undefined;
  const { name, time } = JSON.parse(line) as { name: string; time: string };
  return /^pnmlab_[0-9a-z]+_[cr]\d+_/.test(name) ? { name, atMs: Date.parse(time) } : undefined;
}

async function untilConnected(health: () => Promise<Health>): Promise<void> {
  const deadlineMs = performance.now() + CONNECT_DEADLINE_MS;
  for (;;) {
    const { checks } = await health();
    const agent = checks?.find(({ name }) => name === "agent");
    if (agent?.status === "ok") return;
    if (performance.now() > deadlineMs) throw new Error(`the agent is not connected: ${agent?.detail}`);
    await sleep(50);
  }
}

async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}
