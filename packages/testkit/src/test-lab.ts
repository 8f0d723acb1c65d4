import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, pollingOf, profilesOf, startAgent, tokenOf, wayOf } from "@pnmlab/agent";
import { type Backend, startBackend } from "@pnmlab/backend";
import {
  type BuildInfo,
  type Config,
  comparableSettings,
  createLogger,
  type LoadedConfig,
  type Logger,
  loadConfig,
  readBuildInfo,
  settingsFingerprints,
} from "@pnmlab/config";
import { type DeviceOptions, Simulator } from "@pnmlab/simulator";
import { type TftpLimits, TftpServer } from "@pnmlab/tftp-server";

export interface TestLabOptions {
  /** Least level that is logged; `silent` by default. */
  logLevel?: string;
  /** Settings beside those that the lab needs, by name of the variable. */
  env?: Readonly<Record<string, string>>;
  /** Clock of the backend, Unix milliseconds. */
  now?: () => number;
  /** Folder of the built page; that of the frontend unless given. */
  distDir?: string;
  /** CMTSs by name; `lab-cmts-1` (generic) and `lab-cmts-2` (e6000) unless given. */
  cmts?: readonly Pick<DeviceOptions, "name" | "personality" | "scenario" | "rfPorts">[];
}

const DEFAULT_CMTS = [
  { name: "lab-cmts-1", personality: "generic" },
  { name: "lab-cmts-2", personality: "e6000" },
] as const;

/** A whole lab in one process on free ports, with real sockets between its parts. */
export interface TestLab extends AsyncDisposable {
  readonly url: string;
  readonly config: Config;
  readonly simulator: Simulator;
  readonly tftp: TftpServer;
  readonly backend: Backend;
  readonly agent: Agent;
  /** Ends the TFTP server and starts it again at the same address, with other limits. */
  restartTftp(limits?: Partial<TftpLimits>): Promise<void>;
  /** Ends the backend and starts it again at the same address, on the same data. */
  restartBackend(whileAway?: () => Promise<void>): Promise<void>;
  /** Starts another agent, with settings that differ from those of the lab; whoever starts it closes it. */
  startAgent(env: Readonly<Record<string, string>>): Agent;
  /** A link that signs one browser in. */
  signInLink(): string;
  /** Signs in as a browser does and returns the cookie. */
  signIn(): Promise<string>;
}

/** Starts TFTP server, simulator, backend and agent, and waits until the agent is connected. */
export async function startTestLab(options: TestLabOptions = {}): Promise<TestLab> {
  const log: Logger = createLogger("lab", options.logLevel ?? "silent");
  const build = readBuildInfo();
  await using starting = new AsyncDisposableStack();
  const dataDir = await mkdtemp(join(tmpdir(), "pnmlab-lab-"));
  starting.defer(() => rm(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  const tftpDir = join(dataDir, "tftp");
  await mkdir(tftpDir);
  const listen = (port: number, limits: Partial<TftpLimits>) =>
    TftpServer.listen({
      host: "127.0.0.1",
      port,
      directory: tftpDir,
      about: { program: "tftp-server", ...build },
      log,
      ...limits,
    });
  let tftp = await listen(0, {});
  starting.defer(() => tftp.close());
  const communities = { readCommunity: "public", writeCommunity: "private" };
  const simulator = starting.use(
    await Simulator.start({
      devices: (options.cmts ?? DEFAULT_CMTS).map((cmts, k) => ({
        ...cmts,
        host: "127.0.0.1",
        port: 0,
        seed: k + 1,
        // Servers of the deprecated table have no port of their own.
        tftpPort: tftp.port,
        ...communities,
      })),
      build,
      log,
    }),
  );
  const env = {
    PNMLAB_DATA_DIR: dataDir,
    PNMLAB_TFTP_PORT: String(tftp.port),
    PNMLAB_AGENT_TOKEN: randomBytes(32).toString("base64url"),
    PNMLAB_SESSION_KEY: randomBytes(32).toString("base64url"),
    PNMLAB_CHECK_TOKEN: randomBytes(32).toString("base64url"),
    PNMLAB_CMTS: simulator.devices.map(({ name, port }) => `${name}=127.0.0.1:${port}/sim`).join(","),
    ...options.env,
  };
  const { config, texts } = loadConfig("backend", { rootDir: dataDir, env });
  const { now = Date.now, distDir } = options;
  const page = distDir === undefined ? {} : { distDir };
  let backend = await startBackend({ config, texts, build, log, now, port: 0, ...page });
  starting.defer(() => backend.close());
  const { url, port } = backend;
  const startLabAgent = (differing: Readonly<Record<string, string>>) =>
    startConfiguredAgent(url, loadConfig("agent", { rootDir: dataDir, env: { ...env, ...differing } }), {
      build,
      log,
    });
  const agent = starting.use(startLabAgent({}));
  await agent.untilConnected();
  const owned = starting.move();
  const signInLink = () => backend.mintSignInLink();
  return {
    url,
    config,
    simulator,
    get tftp() {
      return tftp;
    },
    get backend() {
      return backend;
    },
    agent,
    async restartTftp(limits = {}) {
      await tftp.close();
      tftp = await listen(tftp.port, limits);
    },
    async restartBackend(whileAway) {
      await backend.close();
      await whileAway?.();
      backend = await startBackend({ config, texts, build, log, now, port, ...page });
    },
    startAgent: startLabAgent,
    signInLink,
    async signIn() {
      const answer = await fetch(signInLink(), { redirect: "manual" });
      return answer.headers.getSetCookie()[0]!.split(";")[0]!;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** An agent as its program starts it. */
function startConfiguredAgent(
  url: string,
  { config, texts }: Pick<LoadedConfig, "config" | "texts">,
  common: { build: BuildInfo; log: Logger },
): Agent {
  const salt = randomBytes(16).toString("hex");
  return startAgent({
    backendUrl: url.replace("http", "ws"),
    name: config.agentName,
    token: tokenOf(config),
    way: wayOf(config),
    profiles: profilesOf(config),
    targets: config.agentTargets,
    setSubtrees: config.agentSetSubtrees,
    polling: pollingOf(config),
    settings: {
      salt,
      fingerprints: settingsFingerprints(texts, salt, comparableSettings("agent", "backend")),
    },
    ...common,
  });
}
