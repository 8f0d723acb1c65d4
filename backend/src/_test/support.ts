import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Logger } from "@pnmlab/config";
import {
  AGENT_NAME_HEADER,
  AGENT_PATH,
  AGENT_PROTOCOL_HEADER,
  AGENT_PROTOCOL_VERSION,
  type AgentMethod,
  type AgentToBackend,
  type BackendToAgent,
  type BackendToBrowser,
  type BuildInfo,
  LIVE_PATH,
  type PackedRows,
  packRows,
  type StartUtscSession,
  type UtscSession,
  type Varbind,
} from "@pnmlab/protocol";
import type { FrameOrigin } from "@pnmlab/recording";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { createSnmpGateway } from "../agents/gateways.ts";
import { AgentRegistry } from "../agents/registry.ts";
import { buildApp } from "../app.ts";
import { mintSession } from "../auth/session.ts";
import { CaptureLibrary } from "../captures/library.ts";
import { ModemDirectory } from "../cmts/modem-directory.ts";
import { CmtsMonitor } from "../cmts/monitor.ts";
import { RfPortCache } from "../cmts/rf-port-cache.ts";
import { VendorProfiles } from "../cmts/vendor-profiles.ts";
import type { UtscService, UtscSetup } from "../contracts.ts";
import { DetectionService } from "../detection/index.ts";
import { Doctor } from "../doctor/index.ts";
import { agentProbe } from "../health/agent.ts";
import { judgeDelay } from "../health/event-loop.ts";
import { HealthMonitor } from "../health/monitor.ts";
import { storageProbe } from "../health/storage.ts";
import type { LiveLimits } from "../live/client.ts";
import { LiveHub } from "../live/hub.ts";
import { LabMasks } from "../masks/lab-masks.ts";
import { PollService } from "../polling/service.ts";
import { RecordingSchedules } from "../recorder/schedules.ts";
import { FlightRecorder } from "../recorder/service.ts";
import { openStorage } from "../storage/index.ts";
import { openPollingStorage } from "../storage/polling.ts";
import { OrphanWatch } from "../utsc/orphan-watch.ts";
import { WEBHOOK_OFF } from "../webhook/open-webhook.ts";

export const build: BuildInfo = {
  version: "0.1.0",
  commit: "0123456789",
  dirty: false,
  builtAt: "2026-01-01T00:00:00.000Z",
};
export const AGENT_TOKEN = "agent-token-of-at-least-32-characters";
export const CHECK_TOKEN = "check-token-of-at-least-32-characters";
export const SESSION_KEY = "session-key-of-at-least-32-characters";

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pnmlab-backend-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A logger whose lines can be read. */
export function recordingLog(): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
  return { log, lines };
}

export interface TestBackendOptions {
  dataDir?: string;
  distDir?: string;
  now?: () => number;
  liveLimits?: Partial<LiveLimits>;
  /** How long a session outlives its connection. */
  resumeMs?: number;
  utsc?: UtscService;
  utscSetup?: UtscSetup;
  doctor?: Pick<Doctor, "run">;
  recordingsMaxBytes?: number;
  /** Where frames come from, by their number. */
  originOf?: (sequence: number) => FrameOrigin;
}

/** The HTTP side with real storage, agents, live hub and captures, listening on a free port. */
export async function openTestBackend(options: TestBackendOptions = {}) {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const now = options.now ?? Date.now;
  const targets = [{ id: "lab-cmts-1", host: "127.0.0.1", port: 16161, profile: "sim" }];
  const { log, lines } = recordingLog();
  const stack = new AsyncDisposableStack();
  const storage = stack.use(openStorage(dataDir));
  const agents = stack.use(
    new AgentRegistry({
      token: AGENT_TOKEN,
      expectedName: "lab-1",
      build,
      cmts: targets,
      store: storage.agents,
      enrolments: storage.enrolments,
      history: storage.agentHistory,
      resumeMs: options.resumeMs ?? 1000,
      log,
      now,
    }),
  );
  const utsc = options.utsc ?? new MemoryUtscService();
  const health = stack.use(
    new HealthMonitor({
      probes: [agentProbe(() => agents.list()), storageProbe(storage, dataDir)],
      build,
      log,
      now,
    }),
  );
  const hub = stack.use(
    new LiveHub({
      build,
      now,
      limits: options.liveLimits ?? {},
      snapshot: { agents: () => agents.list(), sessions: () => utsc.list(), health: () => health.health() },
    }),
  );
  agents.on("change", (list) => {
    hub.publishAgents(list);
    health.checkNow("agent");
  });
  health.on("change", (state) => hub.publishHealth(state));
  const snmp = createSnmpGateway(agents);
  const captures = stack.use(
    new CaptureLibrary({
      dataDir,
      store: storage.captures,
      log,
      now,
      onCapture: (capture) => hub.publishCapture(capture),
    }),
  );
  const cmts = stack.use(new CmtsMonitor({ targets, snmp, log, now }));
  const rfPorts = stack.use(new RfPortCache(snmp, now));
  const modems = stack.use(new ModemDirectory({ targets, snmp, rfPorts, now }));
  const profiles = stack.use(new VendorProfiles(snmp, storage.profileChoices, now));
  const orphans = stack.use(
    new OrphanWatch({
      cmts: targets,
      snmp,
      sessions: { isOwn: () => false, wasOwn: () => false },
      portName: async () => null,
      log,
      now,
    }),
  );
  const recorder = stack.use(
    await FlightRecorder.open({
      dataDir,
      store: storage.recordings,
      sessions: { get: (id) => utsc.get(id) },
      channels: async () => [],
      origins: { origin: (_, { sequence }) => options.originOf?.(sequence) },
      build,
      ringMinutes: 10,
      maxBytes: options.recordingsMaxBytes ?? 1e9,
      freeBytes: async () => Infinity,
      log,
      now,
    }),
  );
  const schedules = stack.use(
    new RecordingSchedules({ store: storage.recordings.schedules, recorder, utsc, log, now }),
  );
  const masks = new LabMasks({
    store: storage.masks,
    hasCmts: (id) => targets.some((target) => target.id === id),
    publish: (port) => hub.publishMasks(port),
    now,
  });
  const detection = stack.use(
    new DetectionService({
      store: storage.events,
      noise: storage.noise,
      session: (id) => utsc.get(id),
      channels: async () => [],
      publish: (event) => hub.publishEvent(event),
      masks,
      log,
      now,
    }),
  );
  const doctor =
    options.doctor ??
    new Doctor({
      config: {
        dataDir,
        tftpDir: dataDir,
        cleanup: "auto",
        fileSource: "folder",
        agentName: "lab-1",
        cmts: targets,
        publicUrl: "",
      },
      texts: {},
      build,
      tftp: { host: "127.0.0.1", port: 9 },
      storage,
      agents,
      snmp,
      lastHeard: (cmtsId) => cmts.lastHeard(cmtsId),
      cleaner: { list: async () => [] },
      orphans,
      eventLoop: { latest: judgeDelay(0) },
      log,
      now,
    });
  const { series } = stack.use(openPollingStorage(dataDir, storage.pollPlans));
  const polling = stack.use(
    new PollService({ plans: storage.pollPlans, series, agents, defaultAgent: "lab-1", log, now }),
  );
  const app = await buildApp({
    build,
    log,
    now,
    sessionKey: SESSION_KEY,
    checkToken: CHECK_TOKEN,
    doctor,
    distDir: options.distDir ?? join(dataDir, "no-dist"),
    storage,
    agents,
    hub,
    health,
    captures,
    cmts,
    rfPorts,
    modems,
    profiles,
    utsc,
    utscSetup: options.utscSetup ?? noSetup,
    polling,
    series,
    utscProbe: {
      probe: () => Promise.reject(new Error("no test of this kind probes")),
      compareWithSnmp: () => Promise.reject(new Error("no test of this kind compares")),
    },
    orphans,
    detection,
    masks,
    webhook: () => WEBHOOK_OFF,
    recorder,
    schedules,
  });
  stack.defer(() => app.close());
  await app.listen({ host: "127.0.0.1", port: 0 });
  health.start();
  let isClosed = false;
  const close = async () => {
    if (!isClosed) await stack.disposeAsync();
    isClosed = true;
  };
  onTestFinished(close);
  const { port } = app.server.address() as AddressInfo;
  return {
    app,
    agents,
    captures,
    close,
    dataDir,
    detection,
    masks,
    recorder,
    health,
    hub,
    lines,
    port,
    storage,
    url: `http://127.0.0.1:${port}`,
    /** Headers of a script that is signed in. */
    signedIn: { authorization: `Bearer ${mintSession(SESSION_KEY, now())}` },
  };
}
export type TestBackend = Awaited<ReturnType<typeof openTestBackend>>;

export interface TestAgentOptions {
  token?: string | null;
  name?: string;
  protocol?: string;
  sayHello?: boolean;
  /**
   * Results by method; a method that is not here is answered with an error. Of `snmp.walkStream` all varbinds
   * at once.
   */
  answers?: Partial<Record<AgentMethod, (params: never) => unknown>>;
}

/** An agent as far as the backend sees it. */
export class TestAgent {
  readonly socket: WebSocket;
  readonly received: BackendToAgent[] = [];
  /** False plays a process that hangs: the connection stays, no word comes. */
  isTalking = true;

  constructor(url: string, options: TestAgentOptions = {}) {
    const { token = AGENT_TOKEN, name = "lab-1", protocol = String(AGENT_PROTOCOL_VERSION) } = options;
    this.socket = new WebSocket(`${url.replace("http", "ws")}${AGENT_PATH}`, {
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        [AGENT_NAME_HEADER]: name,
        [AGENT_PROTOCOL_HEADER]: protocol,
      },
    });
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data) => this.#received(JSON.parse(data.toString()), options));
    if (options.sayHello !== false) {
      this.socket.on("open", () =>
        this.send({
          type: "hello",
          name,
          protocolVersion: AGENT_PROTOCOL_VERSION,
          build,
          hostName: "jump",
          clockMs: Date.now(),
          methods: ["snmp.get"],
          profiles: ["sim"],
        }),
      );
    }
    onTestFinished(() => this.socket.terminate());
  }

  /** Connects and waits for the welcome. */
  static async connect(url: string, options: TestAgentOptions = {}): Promise<TestAgent> {
    const agent = new TestAgent(url, options);
    await waitFor(() => agent.received.some((message) => message.type === "welcome"));
    return agent;
  }

  send(message: AgentToBackend): void {
    this.socket.send(JSON.stringify(message));
  }

  #received(message: BackendToAgent, options: TestAgentOptions): void {
    this.received.push(message);
    if (!this.isTalking) return;
    if (message.type === "ping") this.send({ type: "pong", sentAtMs: message.sentAtMs });
    if (message.type !== "request") return;
    const answer = options.answers?.[message.method];
    if (answer && message.method === "snmp.walkStream") {
      this.#sendRows(message.id, (message.params as { oid: string }).oid, answer(message.params as never));
      return;
    }
    this.send(
      answer
        ? { type: "response", id: message.id, ok: true, result: answer(message.params as never) }
        : {
            type: "response",
            id: message.id,
            ok: false,
            error: { code: "SNMP_TIMEOUT", message: "no answer" },
          },
    );
  }

  /** In chunks, as an agent sends them, but without waiting for the backend to take them. */
  #sendRows(id: number, oid: string, result: unknown): void {
    const { varbinds } = result as { varbinds: Varbind[] };
    for (let at = 0; at < varbinds.length; at += ROWS_PER_CHUNK) {
      const chunk: PackedRows = [];
      packRows(chunk, varbinds.slice(at, at + ROWS_PER_CHUNK), oid);
      this.send({ type: "response", id, ok: true, result: chunk, more: true });
    }
    this.send({ type: "response", id, ok: true, result: { rows: varbinds.length } });
  }
}

const ROWS_PER_CHUNK = 200;

/** Status and body with which an upgrade request is refused. */
export async function refusalOf(
  socket: WebSocket,
): Promise<{ status: number; body: { error: { code: string; message: string } } }> {
  const [, response] = (await once(socket, "unexpected-response")) as [
    unknown,
    import("node:http").IncomingMessage,
  ];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, body: JSON.parse(text) };
}

/** A browser's live connection. */
export class TestBrowser {
  readonly socket: WebSocket;
  readonly messages: BackendToBrowser[] = [];
  readonly frames: ArrayBuffer[] = [];

  private constructor(url: string, headers: Record<string, string>) {
    this.socket = new WebSocket(`${url.replace("http", "ws")}${LIVE_PATH}`, { headers });
    this.socket.binaryType = "arraybuffer";
    this.socket.on("error", () => undefined);
    this.socket.on("message", (data, isBinary) => {
      if (isBinary) this.frames.push(data as ArrayBuffer);
      else this.messages.push(JSON.parse(data.toString()) as BackendToBrowser);
    });
    onTestFinished(() => this.socket.terminate());
  }

  static async open(backend: TestBackend, headers: Record<string, string> = backend.signedIn) {
    const browser = new TestBrowser(backend.url, headers);
    await waitFor(() => browser.messages.some((message) => message.type === "health"));
    return browser;
  }

  last<T extends BackendToBrowser["type"]>(type: T): Extract<BackendToBrowser, { type: T }> | undefined {
    return this.messages.findLast((message) => message.type === type) as
      | Extract<BackendToBrowser, { type: T }>
      | undefined;
  }
}

/** Waits for something to become true, with a generous deadline. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 45_000,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`not within ${deadlineMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function exampleSession(id: string): UtscSession {
  return {
    id,
    streamId: 1,
    cmtsId: "lab-cmts-1",
    rfPortIfIndex: 5,
    rfPortName: "us 1/0",
    state: "receiving",
    sentence: "Receiving",
    since: "2026-01-01T00:00:00.000Z",
    desired: "running",
    requested: {
      centerFrequencyHz: 40_000_000,
      spanHz: 80_000_000,
      bins: 1600,
      repeatPeriodUs: 50_000,
      outputFormat: "fftPower",
    },
    accepted: null,
    observed: null,
    kHundredthsDb: null,
    measStatus: null,
    framesReceived: 0,
    framesPerSecond: 0,
    framesDropped: 0,
    newestFrameAt: null,
    rearms: 0,
    lastGapMs: null,
    failure: null,
    createdAt: "2026-01-01T00:00:00.000Z",
  };
}

/** Keeps sessions in memory and never touches a CMTS. */
/** Set-up has tests of its own, which bring a service. */
const noSetup: UtscSetup = {
  options: () => Promise.reject(new Error("no set-up in this test")),
  dryRun: () => Promise.reject(new Error("no set-up in this test")),
  columns: () => undefined,
  frame: () => {
    throw new Error("no set-up in this test");
  },
};

class MemoryUtscService implements UtscService {
  readonly sessions: UtscSession[] = [exampleSession("s-1"), exampleSession("s-2")];

  list(): UtscSession[] {
    return this.sessions;
  }

  get(id: string): UtscSession | undefined {
    return this.sessions.find((session) => session.id === id);
  }

  async start({ cmtsId, rfPortIfIndex, ...requested }: StartUtscSession): Promise<UtscSession> {
    const session = { ...exampleSession(`s-${this.sessions.length + 1}`), cmtsId, rfPortIfIndex, requested };
    this.sessions.push(session);
    return session;
  }

  single(request: StartUtscSession): Promise<UtscSession> {
    return this.start(request);
  }

  async stop(id: string): Promise<UtscSession> {
    const session = this.get(id)!;
    Object.assign(session, { state: "stopped", desired: "stopped" });
    return session;
  }

  async close(): Promise<void> {}
}
