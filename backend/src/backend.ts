import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type BuildInfo, type Config, defaultRootDir, type Logger, reachableHost } from "@pnmlab/config";
import { defaultRepeatPeriodUs } from "@pnmlab/docsis-mib";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import type { FastifyInstance } from "fastify";
import { createLeaseGateway, createSnmpGateway } from "./agents/gateways.ts";
import { AgentRegistry } from "./agents/registry.ts";
import { buildApp } from "./app.ts";
import { mintSignInToken, signInUrl } from "./auth/sign-in-link.ts";
import { CaptureLibrary } from "./captures/library.ts";
import { ModemDirectory } from "./cmts/modem-directory.ts";
import { CmtsMonitor } from "./cmts/monitor.ts";
import { RfPortCache } from "./cmts/rf-port-cache.ts";
import { VendorProfiles } from "./cmts/vendor-profiles.ts";
import { DetectionService, keepEventsWithin } from "./detection/index.ts";
import { Doctor } from "./doctor/index.ts";
import { agentProbe } from "./health/agent.ts";
import { detectionProbe } from "./health/detection.ts";
import { freeBytesOf } from "./health/disk-space.ts";
import { eventLoopProbe } from "./health/event-loop.ts";
import { levelsProbe } from "./health/levels.ts";
import { HealthMonitor } from "./health/monitor.ts";
import { recorderProbe } from "./health/recorder.ts";
import { storageProbe } from "./health/storage.ts";
import { findTftpDirectoryTrouble, tftpDirectoryProbe } from "./health/tftp-directory.ts";
import { tftpServerProbe } from "./health/tftp-server.ts";
import { webhookProbe } from "./health/webhook.ts";
import {
  ConsumedFiles,
  createFileCleaner,
  type FileSource,
  FileStatusPoll,
  startFetchedFiles,
  startIngest,
} from "./ingest/index.ts";
import { FanOutPublisher } from "./live/fan-out.ts";
import { LiveHub } from "./live/hub.ts";
import { LabMasks } from "./masks/lab-masks.ts";
import { keepSeriesWithin } from "./polling/retention.ts";
import { PollService } from "./polling/service.ts";
import { RecordingSchedules } from "./recorder/schedules.ts";
import { FlightRecorder } from "./recorder/service.ts";
import { namedGateway } from "./snmp/named-gateway.ts";
import { keepAuditWithin, openStorage } from "./storage/index.ts";
import { openPollingStorage } from "./storage/polling.ts";
import { OWN_PREFIX } from "./utsc/file-name.ts";
import { createUtscService } from "./utsc/index.ts";
import { OrphanWatch } from "./utsc/orphan-watch.ts";
import { openWebhook, WEBHOOK_OFF } from "./webhook/open-webhook.ts";

export interface BackendOptions {
  config: Config;
  /** Effective texts of the settings, for their fingerprints. */
  texts: Readonly<Record<string, string>>;
  build: BuildInfo;
  log: Logger;
  /** Clock, Unix milliseconds. */
  now?: () => number;
  /** Port to listen on in place of the configured one; 0 takes any free one. */
  port?: number;
  /** Folder of the built web application; that of the checkout or image by default. */
  distDir?: string;
}

export interface Backend extends AsyncDisposable {
  /** Address of the page, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** A link that signs one browser in. */
  mintSignInLink(): string;
  close(): Promise<void>;
}

/**
 * Starts the backend: storage, agents, live sessions, captures, health and the HTTP side.
 *
 * @throws PnmLabError `STORAGE_UNAVAILABLE`, `STORAGE_NEWER`, `PORT_IN_USE`, `HOST_NOT_USABLE`.
 */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const { config, texts, build, log, now = Date.now } = options;
  const { dataDir, tftpDir } = config;
  const tftp = { host: reachableHost(config.tftpHost), port: config.tftpPort };
  await using starting = new AsyncDisposableStack();
  const storage = starting.use(openStorage(dataDir));
  starting.use(keepAuditWithin({ audit: storage.audit, log, now }));
  const { series, setAside } = starting.use(openPollingStorage(dataDir, storage.pollPlans));
  if (setAside) log.warn(`readings of a newer version were found and moved to ${setAside}; new ones begin`);
  starting.use(keepSeriesWithin({ series, keepDays: config.seriesKeepDays, log, now }));
  starting.use(
    keepEventsWithin({
      store: storage.events,
      keepDays: config.eventsDays,
      evidenceMaxMb: config.eventEvidenceMaxMb,
      log,
      now,
    }),
  );
  // Everything that talks says good-bye before the HTTP side closes under it.
  let app: FastifyInstance | undefined;
  starting.defer(() => app?.close());
  const agents = starting.use(
    new AgentRegistry({
      token: config.agentToken,
      expectedName: config.agentName,
      build,
      cmts: config.cmts,
      store: storage.agents,
      enrolments: storage.enrolments,
      history: storage.agentHistory,
      log,
      now,
    }),
  );
  const polling = starting.use(
    new PollService({
      plans: storage.pollPlans,
      series,
      agents,
      defaultAgent: config.agentName,
      log,
      now,
    }),
  );
  const snmp = namedGateway(createSnmpGateway(agents), config.cmts);
  const leases = createLeaseGateway(agents);
  const webhook = openWebhook({ config, events: storage.events, build, log, now });
  if (webhook) starting.use(webhook);
  const eventLoop = starting.use(eventLoopProbe());
  const health = starting.use(
    new HealthMonitor({
      probes: [
        agentProbe(() => agents.list()),
        tftpDirectoryProbe(config),
        tftpServerProbe({ server: tftp, source: config.fileSource, tftpDir, dataDir }),
        storageProbe(storage, dataDir),
        eventLoop,
        detectionProbe(() => detection.state()),
        levelsProbe(() => detection.state(), now),
        recorderProbe(() => recorder.failure),
        ...(webhook ? [webhookProbe(() => webhook.state())] : []),
      ],
      build,
      log,
      now,
    }),
  );
  const hub = starting.use(
    new LiveHub({
      build,
      now,
      snapshot: { agents: () => agents.list(), sessions: () => utsc.list(), health: () => health.health() },
    }),
  );
  agents.on("change", (list) => {
    hub.publishAgents(list);
    health.checkNow("agent");
  });
  health.on("change", (state) => hub.publishHealth(state));
  const captures = starting.use(
    new CaptureLibrary({
      dataDir,
      store: storage.captures,
      log,
      now,
      onCapture: (capture) => hub.publishCapture(capture),
    }),
  );
  const cmts = starting.use(new CmtsMonitor({ targets: config.cmts, snmp, log, now }));
  const profiles = starting.use(new VendorProfiles(snmp, storage.profileChoices, now));
  const rfPorts = starting.use(
    new RfPortCache(snmp, now, async ({ id, host, port, profile }) =>
      defaultRepeatPeriodUs((await profiles.of(id, { host, port, profile })).profile),
    ),
  );
  const modems = starting.use(new ModemDirectory({ targets: config.cmts, snmp, rfPorts, now }));
  const cleaner = starting.use(
    createFileCleaner({
      directory: tftpDir,
      policy: config.consumedFiles,
      source: config.fileSource,
      mode: config.cleanup,
      tftp,
      sink: captures,
      ownPrefix: OWN_PREFIX,
      isTaken: (fileName) => utsc.hasTaken(fileName),
      log,
    }),
  );
  const targetOf = (cmtsId: string) => {
    const target = config.cmts.find(({ id }) => id === cmtsId);
    if (!target) throw new PnmLabError("CMTS_UNKNOWN", `${cmtsId} is not in PNMLAB_CMTS`);
    return target;
  };
  const channelsOf = async (cmtsId: string, rfPortIfIndex: number) => {
    const { rfPorts: ports } = await rfPorts.read(targetOf(cmtsId));
    return ports.find(({ ifIndex }) => ifIndex === rfPortIfIndex)?.channels ?? [];
  };
  const recorder = starting.use(
    await FlightRecorder.open({
      dataDir,
      store: storage.recordings,
      sessions: { get: (id) => utsc.get(id) },
      channels: ({ cmtsId, rfPortIfIndex }) => channelsOf(cmtsId, rfPortIfIndex),
      origins: { origin: (id, frame) => utsc.origin(id, frame) },
      build,
      ringMinutes: config.ringMinutes,
      maxBytes: config.recordingsMaxMb * 1e6,
      freeBytes: () => freeBytesOf(dataDir),
      log,
      now,
    }),
  );
  const masks = new LabMasks({
    store: storage.masks,
    hasCmts: (cmtsId) => config.cmts.some(({ id }) => id === cmtsId),
    publish: (port) => hub.publishMasks(port),
    now,
  });
  const detection = starting.use(
    new DetectionService({
      store: storage.events,
      noise: storage.noise,
      session: (id) => utsc.get(id),
      channels: channelsOf,
      downstream: async (cmtsId, rfPortIfIndex) => rfPorts.downstream(targetOf(cmtsId), rfPortIfIndex),
      recorder,
      masks,
      publish: (event) => {
        hub.publishEvent(event);
        webhook?.take(event);
      },
      log,
      now,
    }),
  );
  // Files that are not in a folder are looked for by the names that sessions read.
  let fetched: FileSource | undefined;
  const utsc = createUtscService({
    cmts: config.cmts,
    snmp,
    profiles,
    modems,
    leases,
    store: storage.sessions,
    publisher: new FanOutPublisher([hub, recorder, detection], log),
    cleaner,
    destination: {
      index: config.tftpDestinationIndex,
      host: config.tftpAdvertisedHost,
      port: config.tftpAdvertisedPort,
    },
    leaseMs: config.leaseMs,
    samples: config.utscSamples,
    reportFile: (fileName) => fetched?.report(fileName),
    isFetched: config.fileSource === "tftp",
    lookAtStorage: () => findTftpDirectoryTrouble({ tftpDir, cleanup: config.cleanup }),
    log,
  });
  starting.defer(() => utsc.close());
  const schedules = starting.use(
    new RecordingSchedules({ store: storage.recordings.schedules, recorder, utsc, log, now }),
  );
  const orphans = starting.use(
    new OrphanWatch({
      cmts: config.cmts,
      snmp,
      sessions: utsc,
      portName: async (target, ifIndex) =>
        (await rfPorts.read(target)).rfPorts.find((port) => port.ifIndex === ifIndex)?.name ?? null,
      log,
      now,
    }),
  );
  const isFetched = config.fileSource === "tftp";
  const staysSomewhere = config.consumedFiles === "keep" || (isFetched && config.cleanup === "unlink");
  const consumed = staysSomewhere ? starting.use(new ConsumedFiles(storage.consumedFiles)) : undefined;
  const ingest = {
    directory: tftpDir,
    claimer: utsc,
    sink: captures,
    cleaner,
    ...(consumed === undefined ? {} : { consumed }),
    log,
    onDirectoryState: () => {
      health.checkNow("tftpDirectory");
      health.checkNow("tftpServer");
    },
  };
  const files = starting.use(
    await (isFetched
      ? startFetchedFiles({ ...ingest, server: tftp, ownPrefix: OWN_PREFIX })
      : startIngest(ingest)),
  );
  if (isFetched) {
    const onReported = (fileName: string, wasThere: boolean) => files.report(fileName, wasThere);
    fetched = files;
    starting.use(new FileStatusPoll({ targets: config.cmts, snmp, log, onReported }));
  }
  const doctor = new Doctor({
    config,
    texts,
    build,
    tftp,
    storage,
    agents,
    snmp,
    lastHeard: (cmtsId) => cmts.lastHeard(cmtsId),
    cleaner,
    orphans,
    eventLoop,
    log,
    now,
  });
  app = await buildApp({
    build,
    log,
    now,
    sessionKey: config.sessionKey,
    checkToken: config.checkToken,
    distDir: options.distDir ?? join(defaultRootDir, "frontend", "dist"),
    storage,
    agents,
    hub,
    health,
    doctor,
    captures,
    cmts,
    rfPorts,
    modems,
    profiles,
    utsc,
    utscSetup: utsc,
    polling,
    series,
    utscProbe: utsc,
    orphans,
    detection,
    masks,
    webhook: () => webhook?.state() ?? WEBHOOK_OFF,
    recorder,
    schedules,
  });
  await listen(app, config.httpHost, options.port ?? config.httpPort);
  health.start();

  const { port } = app.server.address() as AddressInfo;
  const url = urlOf(config.httpHost, port);
  const running = starting.move();
  return {
    url,
    port,
    mintSignInLink: () => signInUrl(url, mintSignInToken(config.sessionKey, now())),
    close: () => running.disposeAsync(),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

function urlOf(host: string, port: number): string {
  const reached = reachableHost(host);
  return `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port, listenTextResolver: (address) => `listening on ${address}` });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new PnmLabError("PORT_IN_USE", `port ${port} on ${host} is taken by another program`, {
        cause: error,
        details: { host, port },
      });
    }
    throw new PnmLabError("HOST_NOT_USABLE", `cannot listen on ${host}:${port}: ${messageOf(error)}`, {
      cause: error,
      details: { host, port },
    });
  }
}
