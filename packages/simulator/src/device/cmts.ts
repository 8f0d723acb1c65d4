import { TRUE, UTSC_OBJECTS_OID } from "@pnmlab/docsis-mib";
import { messageOf, PnmLabError } from "@pnmlab/kit";
import { seedFrom } from "@pnmlab/pnm-analysis";
import { type Destination, destinationTable, TFTP_PORT, uploadTarget } from "../bulk/destination.ts";
import { FileStatusTable } from "../bulk/file-status.ts";
import { BulkServerTable } from "../bulk/server-table.ts";
import { Uploader } from "../bulk/uploader.ts";
import type { SimulatorLog } from "../log.ts";
import type { Personality } from "../personality/personality.ts";
import { PortActivity } from "../signal/activity.ts";
import { createSampleSource } from "../signal/samples.ts";
import { portPlans, type Scenario } from "../signal/scenario.ts";
import { type PortTruth, portTruth } from "../signal/truth.ts";
import { SnmpAgent } from "../snmp/agent.ts";
import { type RecordedRequest, type SnmpCounters, SnmpEngine } from "../snmp/engine.ts";
import { Faults } from "../snmp/faults.ts";
import { MibView } from "../snmp/mib-view.ts";
import { type Oid, parseOid, startsWith } from "../snmp/oid.ts";
import type { Draft, Images, WritableTable } from "../snmp/writable-table.ts";
import { missingResource } from "../utsc/capacity.ts";
import type { UtscRow } from "../utsc/config.ts";
import { captureFileName } from "../utsc/file-name.ts";
import type { UtscState } from "../utsc/machine.ts";
import { measurementOf, outputFormatOf } from "../utsc/measurement.ts";
import type { PortTest } from "../utsc/port-test.ts";
import type { ClosedFile } from "../utsc/run.ts";
import { scheduleOf } from "../utsc/schedule.ts";
import { startRefusal } from "../utsc/start-refusal.ts";
import { type CtrlRow, type UtscPort, UtscTables } from "../utsc/tables.ts";
import { modemNumber, triggerState } from "../utsc/trigger.ts";
import type { UtscConfig } from "../utsc/utsc-config.ts";
import { FaultInjector } from "./fault-injector.ts";
import { interfaceTables, layOutPorts, type RfPort } from "./interfaces.ts";
import { modemTables } from "./modems.ts";
import { moduleTables } from "./modules.ts";
import { systemTables } from "./system.ts";

export interface CmtsOptions {
  name: string;
  personality: Personality;
  host: string;
  port: number;
  readCommunity: string;
  writeCommunity: string;
  /** Makes the signals of two devices differ, and one device repeat itself. */
  seed: number | string;
  scenario: Scenario;
  /** RF ports; the scenario's come round again. As many as the scenario has unless given. */
  rfPorts?: number | undefined;
  /** Where TFTP servers listen that a manager names without a port. */
  tftpPort?: number | undefined;
  maxBulkResponseOctets?: number | undefined;
  /** Which simulator runs, at the end of sysDescr. */
  buildText?: string | undefined;
  log?: SimulatorLog | undefined;
}

interface SimulatedPort extends RfPort {
  activity: PortActivity;
  utsc: UtscPort;
}

/** One simulated CMTS: its tables, its tests, its signals, on one UDP port. */
export class CmtsDevice implements AsyncDisposable {
  readonly name: string;
  readonly personality: Personality;
  readonly faults = new Faults();
  readonly #ports: readonly SimulatedPort[];
  readonly #destinations: WritableTable<Destination>;
  readonly injector: FaultInjector;
  readonly #servers = new BulkServerTable();
  readonly #tftpPort: number;
  readonly #fileStatus: FileStatusTable;
  readonly #utsc: UtscTables;
  readonly #uploader: Uploader;
  readonly #engine: SnmpEngine;
  readonly #log: SimulatorLog | undefined;
  #bootMs = Date.now();
  #agent: SnmpAgent | undefined;

  private constructor(options: CmtsOptions) {
    const { personality, scenario, log } = options;
    this.name = options.name;
    this.personality = personality;
    this.#log = log;
    this.#tftpPort = options.tftpPort ?? TFTP_PORT;
    this.#ports = layOutPorts(personality, portPlans(scenario, options.rfPorts)).map((port) => ({
      ...port,
      activity: new PortActivity(port.plan, seedFrom(String(options.seed), options.name, port.number)),
      utsc: utscPortOf(port, personality),
    }));
    this.#destinations = destinationTable(personality.bulk, this.#tftpPort);
    this.#fileStatus = new FileStatusTable(() => Date.now() + this.injector.clockSkewMs);
    this.#uploader = new Uploader(this.#fileStatus, personality.bulk.reportsUploads ?? false, log);
    this.#utsc = new UtscTables({
      personality,
      ports: this.#ports.map(({ utsc }) => utsc),
      hasDestination: (index, images) => images.after(this.#destinations, [index]) !== undefined,
      hasServer: (images) => this.#servers.utscTarget(this.#tftpPort, images) !== undefined,
      checkStart: (test, row, draft, images) => this.#checkStart(test, row, draft, images),
      start: (test, config) => this.#start(test, config),
      onSilence: (reason) => log?.info({ device: this.name, reason }, "a confirmed SET has no effect"),
      timeTicks: (atMs) => this.#timeTicks(atMs),
    });
    const { tables } = personality.bulk;
    const upTimeS = () => Math.max(0, Date.now() - this.#bootMs) / 1000;
    const view = new MibView([
      ...systemTables({
        name: options.name,
        sysDescrMarker: personality.sysDescrMarker,
        sysObjectId: personality.sysObjectId,
        buildText: options.buildText,
        upTime: () => this.#timeTicks(Date.now()),
      }),
      ...interfaceTables(personality, this.#ports, upTimeS),
      ...moduleTables(personality, this.#ports, upTimeS),
      ...modemTables(personality, this.#ports, upTimeS),
      ...(tables === "deprecated" ? [] : [this.#destinations]),
      ...(tables === "current" ? [] : [this.#servers]),
      this.#fileStatus,
      ...this.#utsc.all,
    ]);
    this.injector = new FaultInjector({
      snmp: this.faults,
      objectOid: (name) => view.objectNamed(name)?.oid,
      rowIfIndices: (rfPortIfIndex) => this.#portOf(rfPortIfIndex).utsc.rowIfIndices,
      occupy: (rfPortIfIndex) => this.#utsc.occupy(this.#portOf(rfPortIfIndex).utsc),
    });
    this.#engine = new SnmpEngine({
      view,
      faults: this.faults,
      readCommunity: options.readCommunity,
      writeCommunity: options.writeCommunity,
      ...(options.maxBulkResponseOctets === undefined
        ? {}
        : { maxBulkResponseOctets: options.maxBulkResponseOctets }),
      onSet: (moment, oids) => this.injector.noteSet(moment, rowIfIndicesOf(oids)),
      onRefused: (refusal) =>
        log?.info({ device: this.name, status: refusal.status, reason: refusal.message }, "SET refused"),
      onFailure: (error) => log?.error({ device: this.name, error: messageOf(error) }, "an object failed"),
    });
  }

  /** @throws PnmLabError `PORT_IN_USE` or `HOST_NOT_USABLE` */
  static async start(options: CmtsOptions): Promise<CmtsDevice> {
    const device = new CmtsDevice(options);
    device.#agent = await SnmpAgent.listen({
      engine: device.#engine,
      faults: device.faults,
      host: options.host,
      port: options.port,
    });
    return device;
  }

  get address(): string {
    return this.#agent!.address;
  }

  get port(): number {
    return this.#agent!.port;
  }

  get rfPorts(): { ifIndex: number; label: string }[] {
    return this.#ports.map(({ ifIndex, plan }) => ({ ifIndex, label: plan.label }));
  }

  get counters(): { snmp: SnmpCounters; files: Uploader["counters"] } {
    return { snmp: this.#engine.counters, files: this.#uploader.counters };
  }

  /** The last requests, oldest first. */
  get recorded(): readonly RecordedRequest[] {
    return this.#engine.recorded;
  }

  /** @throws PnmLabError `UNKNOWN_PORT` */
  truth(rfPortIfIndex: number, atMs: number): PortTruth {
    const port = this.#portOf(rfPortIfIndex);
    const ifIndices = port.channels.map(({ ifIndex }) => ifIndex);
    return portTruth(port.activity, ifIndices, Math.round(atMs * 1000));
  }

  /** State of the port's test; undefined where it has no row. */
  measStatus(rfPortIfIndex: number, cfgIndex?: number): UtscState | undefined {
    return this.#utsc.testOf(this.#portOf(rfPortIfIndex).number, cfgIndex)?.state;
  }

  /** A channel change or switch-over under the port: its test ends as interfaceModification(8). */
  modifyInterface(rfPortIfIndex: number): void {
    this.#utsc.testOf(this.#portOf(rfPortIfIndex).number)?.renumber();
  }

  /** The port's rows go, and its test with them. */
  dropRows(rfPortIfIndex: number): void {
    this.#utsc.dropRows(this.#portOf(rfPortIfIndex).number);
  }

  /** Starts anew: runs and rows are gone, sysUpTime begins at 0, K stays. Silent for `downMs`. */
  reboot(downMs = 0): void {
    this.#bootMs = Date.now() + downMs;
    this.faults.downUntilMs = this.#bootMs;
    this.#servers.reset();
    this.#fileStatus.clear();
    this.#destinations.clear();
    for (const { index, row } of destinationTable(this.personality.bulk, this.#tftpPort).rows) {
      this.#destinations.put(index, row);
    }
    this.#utsc.reset();
  }

  async close(): Promise<void> {
    await this.#agent?.close();
    this.#engine.close();
    for (const test of this.#utsc.tests) test.dispose();
    await this.#uploader.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #portOf(rfPortIfIndex: number): SimulatedPort {
    const port = this.#ports.find(({ ifIndex }) => ifIndex === rfPortIfIndex);
    if (port) return port;
    throw new PnmLabError("UNKNOWN_PORT", `${this.name} has no RF port ${rfPortIfIndex}`);
  }

  #timeTicks(atMs: number): number {
    return Math.max(0, Math.floor((atMs - this.#bootMs) / 10)) % 2 ** 32;
  }

  #portNumbered(number: number): SimulatedPort {
    return this.#ports[number - 1]!;
  }

  #checkStart(test: PortTest, { config }: UtscRow, draft: Draft<CtrlRow>, images: Images): void {
    const port = this.#portNumbered(test.port);
    const { start, bulk, concurrency } = this.personality;
    const destination = images.after(this.#destinations, [config.destinationIndex]);
    const reason = startRefusal(config, {
      personality: this.personality,
      outputFormat: outputFormatOf(config),
      channelKind: port.channels.find(({ ifIndex }) => ifIndex === config.logicalChIfIndex)?.plan.kind,
      isKnownModem: modemNumber(port.activity, config.cmMacAddr) >= 0,
      upTimeTicks: this.#timeTicks(Date.now()),
      isDestinationReady:
        config.destinationIndex === 0 || bulk.steeredBy === "deprecated" || destination?.state === "active",
    });
    if (reason !== undefined) draft.refuse(start.refusal, reason);
    const missing = concurrency.beyond === "refused" ? this.#missingResource(test) : undefined;
    if (missing !== undefined) draft.refuse(start.refusal, missing);
  }

  #missingResource(test: PortTest): string | undefined {
    return this.injector.isExhausted(this.#portNumbered(test.port).ifIndex)
      ? "resources are exhausted"
      : missingResource(test, this.#utsc.tests, this.personality);
  }

  #start(test: PortTest, config: UtscConfig): void {
    const port = this.#portNumbered(test.port);
    const missing = this.#missingResource(test);
    if (missing !== undefined) {
      this.#log?.info({ device: this.name, reason: missing }, "a test has no resources");
      test.starve();
      return;
    }
    const { personality } = this;
    const measurement = measurementOf(config, personality, port.number);
    const { receiver, outputFormat, kHundredthsDb } = measurement;
    // The row may change once the run is over; the run keeps what it was started with.
    const frozen = { ...config };
    const naming = {
      rules: personality.files,
      ccapId: this.name,
      rfPortIfIndex: port.ifIndex,
      filename: frozen.filename,
      maxResultsPerFile: frozen.maxResultsPerFile,
    };
    const nowMs = Date.now();
    test.start({
      config: frozen,
      measurement,
      schedule: scheduleOf(frozen, personality.timing, { nowMs, upTimeTicks: this.#timeTicks(nowMs) }),
      source: createSampleSource(port.activity, receiver, outputFormat, kHundredthsDb),
      rules: personality.files,
      ccapId: this.name,
      rfPortIfIndex: port.ifIndex,
      logicalIfIndex: frozen.logicalChIfIndex,
      trigger: (atMs) => triggerState(port, frozen, atMs),
      triggerTimeoutMs: personality.timing.triggerTimeoutMs[frozen.triggerMode],
      clockSkewMs: () => this.injector.clockSkewMs,
      nameFile: (atMs) => captureFileName(naming, atMs),
      timeTicks: (atMs) => this.#timeTicks(atMs),
      onFile: (file) => {
        // A default name reads back from the column that asked for it (DOCS-PNM-MIB, Filename).
        if (frozen.filename === "") config.filename = file.name;
        this.#store(file, frozen.destinationIndex, port.ifIndex);
      },
      onFailure: (error) =>
        this.#log?.error({ device: this.name, error: messageOf(error) }, "a capture run failed"),
    });
  }

  /** Sends a file where its destination says, or keeps it. */
  #store(file: ClosedFile, destinationIndex: number, rfPortIfIndex: number): void {
    const send = (target: ReturnType<typeof uploadTarget>) =>
      this.#uploader.send(file, target, this.injector.uploads.take(rfPortIfIndex));
    if (destinationIndex === 0) {
      this.#uploader.keep(file);
    } else if (this.personality.bulk.steeredBy === "deprecated") {
      const target = this.#servers.utscTarget(this.#tftpPort);
      if (target === undefined) this.#uploader.keep(file);
      else send(target);
    } else {
      const destination = this.#destinations.get([destinationIndex]);
      if (destination === undefined || destination.localStore === TRUE) this.#uploader.keep(file);
      else send(uploadTarget(destination));
    }
  }
}

/** The first index of every UTSC row among these objects. */
function rowIfIndicesOf(oids: readonly Oid[]): ReadonlySet<number> {
  const subtree = parseOid(UTSC_OBJECTS_OID);
  return new Set(oids.flatMap((oid) => (startsWith(oid, subtree) ? (oid.at(-2) ?? []) : [])));
}

function utscPortOf({ number, ifIndex, channels, plan }: RfPort, personality: Personality): UtscPort {
  const ofdma = channels.filter((channel) => channel.plan.kind === "ofdma").map((channel) => channel.ifIndex);
  return {
    number,
    rowIfIndices: [ifIndex, ...(personality.provisioning.rowKeys === "rfPortOrOfdma" ? ofdma : [])],
    hasModems: plan.modemCount > 0,
  };
}
