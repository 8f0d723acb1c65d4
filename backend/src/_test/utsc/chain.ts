import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent } from "@pnmlab/agent";
import { createLogger } from "@pnmlab/config";
import type { StartUtscSession, UtscSession } from "@pnmlab/protocol";
import { type Fault, type PersonalityName, type Scenario, Simulator } from "@pnmlab/simulator";
import { TftpServer } from "@pnmlab/tftp-server";
import { onTestFinished } from "vitest";
import { createLeaseGateway, createSnmpGateway } from "../../agents/gateways.ts";
import { ModemDirectory } from "../../cmts/modem-directory.ts";
import { RfPortCache } from "../../cmts/rf-port-cache.ts";
import { VendorProfiles } from "../../cmts/vendor-profiles.ts";
import { createFileCleaner, startIngest } from "../../ingest/index.ts";
import { namedGateway } from "../../snmp/named-gateway.ts";
import { OWN_PREFIX } from "../../utsc/file-name.ts";
import { createUtscService } from "../../utsc/index.ts";
import { AGENT_TOKEN, build, openTestBackend } from "../support.ts";
import { MemoryChoices, MemoryPublisher, MemoryStore } from "./fixture.ts";

/** What the scenario of the chain shows on each port. */
export const CARRIER = { frequencyHz: 20_000_000, levelDbmv: -12 };
const scenario: Scenario = {
  name: "carrier",
  ports: [1, 2].map((number) => ({
    label: `Port ${number}`,
    noise: { levelDbmvPer50Khz: -55, riseBelowHz: 10e6, riseDbPerOctave: 3 },
    channels: [],
    carriers: [{ kind: "ism", label: "Carrier", ...CARRIER }],
    impulses: [],
    modemCount: 1,
  })),
};
const log = createLogger("test", "silent");

/** Simulated CMTS, TFTP server, agent over its WebSocket, and the rooms of the backend that a session uses. */
export async function startChain(
  personality: PersonalityName,
  plant = scenario,
  { probePatienceMs = 10_000 } = {},
) {
  const directory = await mkdtemp(join(tmpdir(), "utsc-chain-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  const listen = (port: number) =>
    TftpServer.listen({ host: "127.0.0.1", port, directory, namePrefix: "pnm/utsc" });
  let tftp = await listen(0);
  stack.defer(() => tftp.close());
  const simulator = stack.use(
    await Simulator.start({
      devices: [
        {
          name: "cmts",
          personality,
          port: 0,
          readCommunity: "public",
          writeCommunity: "private",
          scenario: plant,
          tftpPort: tftp.port,
        },
      ],
    }),
  );
  const web = await openTestBackend();
  const agentOptions = {
    backendUrl: web.url.replace("http", "ws"),
    name: "lab-1",
    token: AGENT_TOKEN,
    profiles: [{ name: "sim", version: "v2c" as const, readCommunity: "public", writeCommunity: "private" }],
    targets: ["127.0.0.0/8"],
    setSubtrees: ["1.3.6.1.4.1.4491.2.1.27"],
    build,
    log,
  };
  let agent = startAgent(agentOptions);
  stack.defer(() => agent.close());
  await agent.untilConnected();
  const device = simulator.devices[0]!;
  const target = { host: device.address, port: device.port, profile: "sim" };
  const cleaner = stack.use(
    createFileCleaner({
      directory,
      policy: "remove",
      source: "folder",
      mode: "auto",
      tftp: { host: tftp.host, port: tftp.port },
      sink: { accept: async () => {}, knows: () => false },
      ownPrefix: OWN_PREFIX,
      isTaken: (fileName): boolean => service.hasTaken(fileName),
      log,
    }),
  );
  const store = new MemoryStore();
  const publisher = new MemoryPublisher();
  const targets = [{ id: "cmts", ...target }];
  const snmp = namedGateway(createSnmpGateway(web.agents), targets);
  const rfPorts = stack.use(new RfPortCache(snmp, Date.now));
  const modems = stack.use(new ModemDirectory({ targets, snmp, rfPorts, now: Date.now }));
  const profiles = stack.use(new VendorProfiles(snmp, new MemoryChoices(), Date.now));
  const create = (): ReturnType<typeof createUtscService> =>
    createUtscService({
      cmts: targets,
      snmp,
      profiles,
      modems,
      leases: createLeaseGateway(web.agents),
      store,
      publisher,
      cleaner,
      destination: { index: 1, host: tftp.host, port: tftp.port },
      leaseMs: 3000,
      probePatienceMs,
      log,
    });
  let service: ReturnType<typeof createUtscService> = create();
  stack.defer(() => service.close());
  const sinkFiles: string[] = [];
  stack.use(
    await startIngest({
      directory,
      cleaner,
      log,
      claimer: { claim: (fileName) => service.claim(fileName) },
      sink: { accept: async ({ fileName }) => void sinkFiles.push(fileName), knows: () => false },
    }),
  );
  const [rfPort, nextRfPort] = device.rfPorts.map(({ ifIndex }) => ifIndex) as [number, number];
  const request = (overrides: Partial<StartUtscSession>): StartUtscSession => ({
    cmtsId: "cmts",
    rfPortIfIndex: rfPort,
    centerFrequencyHz: 45_000_000,
    spanHz: 80_000_000,
    bins: 800,
    repeatPeriodUs: 50_000,
    outputFormat: "fftPower",
    ...overrides,
  });
  return {
    simulator,
    publisher,
    snmp,
    target,
    store,
    sinkFiles,
    rfPort,
    nextRfPort,
    faults: simulator.faults("cmts"),
    inject: (fault: Fault) => simulator.inject("cmts", fault),
    modems,
    profiles,
    start: (overrides: Partial<StartUtscSession> = {}) => service.start(request(overrides)),
    single: (overrides: Partial<StartUtscSession> = {}) => service.single(request(overrides)),
    dryRun: (overrides: Partial<StartUtscSession> = {}) => service.dryRun(request(overrides)),
    options: (profileId?: string) => service.options("cmts", rfPort, profileId),
    columns: (id: string) => service.columns(id)!.columns,
    frame: (id: string, sequence: number) => service.frame(id, sequence),
    stop: (id: string) => service.stop(id),
    compareWithSnmp: (id: string, signal = new AbortController().signal) =>
      service.compareWithSnmp(id, signal),
    probe: () => service.probe("cmts", rfPort),
    sessions: () => service.list(),
    session: (id: string): UtscSession => service.get(id)!,
    files: () => readdir(directory),
    uploads: () => simulator.counters("cmts").files.uploaded,
    measStatus: (port = rfPort) => simulator.measStatus("cmts", port),
    closeBackend: () => service.close(),
    openBackend: () => {
      service = create();
    },
    stopTftp: () => tftp.close(),
    startTftp: async () => {
      tftp = await listen(tftp.port);
    },
    stopAgent: () => agent.close(),
    startAgent: async () => {
      agent = startAgent(agentOptions);
      await agent.untilConnected();
    },
  };
}
