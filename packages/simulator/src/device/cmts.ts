import { messageOf, PnmLabError } from "@pnmlab/kit";
import { seedFrom } from "@pnmlab/pnm-analysis";
import { type Destination, destinationTable } from "../bulk/destination.ts";
import { FileStatusTable } from "../bulk/file-status.ts";
import { Uploader } from "../bulk/uploader.ts";
import type { SimulatorLog } from "../log.ts";
import type { Personality } from "../personality/personality.ts";
import { type ChannelState, PortActivity } from "../signal/activity.ts";
import { createSampleSource } from "../signal/samples.ts";
import type { Scenario } from "../signal/scenario.ts";
import { type PortTruth, portTruth } from "../signal/truth.ts";
import { SnmpAgent } from "../snmp/agent.ts";
import { type RecordedRequest, type SnmpCounters, SnmpEngine } from "../snmp/engine.ts";
import { Faults } from "../snmp/faults.ts";
import { MibView } from "../snmp/mib-view.ts";
import type { Draft, Images, WritableTable } from "../snmp/writable-table.ts";
import type { UtscRow } from "../utsc/config.ts";
import { captureFileName } from "../utsc/file-name.ts";
import type { UtscState } from "../utsc/machine.ts";
import { measurementOf, outputFormatOf } from "../utsc/measurement.ts";
import type { PortTest } from "../utsc/port-test.ts";
import { CM_MAC, FREE_RUNNING, IDLE_SID, scheduleOf } from "../utsc/schedule.ts";
import { startRefusal } from "../utsc/start-refusal.ts";
import { type CtrlRow, UtscTables } from "../utsc/tables.ts";
import type { UtscConfig } from "../utsc/utsc-config.ts";
import { interfaceTables, layOutPorts, type RfPort } from "./interfaces.ts";
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
  maxBulkResponseOctets?: number | undefined;
  /** Which simulator runs, at the end of sysDescr. */
  buildText?: string | undefined;
  log?: SimulatorLog | undefined;
}

interface SimulatedPort extends RfPort {
  activity: PortActivity;
}

/** One simulated CMTS: its tables, its tests, its signals, on one UDP port. */
export class CmtsDevice implements AsyncDisposable {
  readonly name: string;
  readonly personality: Personality;
  readonly faults = new Faults();
  readonly #ports: readonly SimulatedPort[];
  readonly #destinations: WritableTable<Destination>;
  readonly #fileStatus = new FileStatusTable();
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
    this.#ports = layOutPorts(personality, scenario.ports).map((port) => ({
      ...port,
      activity: new PortActivity(port.plan, seedFrom(String(options.seed), options.name, port.number)),
    }));
    this.#destinations = destinationTable(personality.provisioning.destinationRow);
    this.#uploader = new Uploader(this.#fileStatus, log);
    this.#utsc = new UtscTables({
      personality,
      rfPortIfIndices: this.#ports.map(({ ifIndex }) => ifIndex),
      hasDestination: (index, images) => images.after(this.#destinations, [index]) !== undefined,
      checkStart: (test, row, draft, images) => this.#checkStart(test, row, draft, images),
      start: (test, config) => this.#start(test, config),
      timeTicks: (atMs) => this.#timeTicks(atMs),
    });
    this.#engine = new SnmpEngine({
      view: new MibView([
        ...systemTables({
          name: options.name,
          sysDescrMarker: personality.sysDescrMarker,
          buildText: options.buildText,
          upTime: () => this.#timeTicks(Date.now()),
        }),
        ...interfaceTables(personality, this.#ports),
        this.#destinations,
        this.#fileStatus,
        ...this.#utsc.all,
      ]),
      faults: this.faults,
      readCommunity: options.readCommunity,
      writeCommunity: options.writeCommunity,
      ...(options.maxBulkResponseOctets === undefined
        ? {}
        : { maxBulkResponseOctets: options.maxBulkResponseOctets }),
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
  measStatus(rfPortIfIndex: number): UtscState | undefined {
    return this.#utsc.testOf(this.#portOf(rfPortIfIndex).ifIndex)?.state;
  }

  /** A channel change or switch-over under the port: its test ends as interfaceModification(8). */
  modifyInterface(rfPortIfIndex: number): void {
    this.#utsc.testOf(this.#portOf(rfPortIfIndex).ifIndex)?.renumber();
  }

  /** Starts anew: runs and rows are gone, sysUpTime begins at 0, K stays. */
  reboot(): void {
    this.#bootMs = Date.now();
    this.#fileStatus.clear();
    this.#destinations.clear();
    for (const { index, row } of destinationTable(this.personality.provisioning.destinationRow).rows) {
      this.#destinations.put(index, row);
    }
    this.#utsc.reset();
  }

  async close(): Promise<void> {
    await this.#agent?.close();
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

  #checkStart(test: PortTest, { config }: UtscRow, draft: Draft<CtrlRow>, images: Images): void {
    const port = this.#portOf(test.rfPortIfIndex);
    const destination = images.after(this.#destinations, [config.destinationIndex]);
    const reason = startRefusal(config, {
      personality: this.personality,
      outputFormat: outputFormatOf(config),
      channelKind: port.channels.find(({ ifIndex }) => ifIndex === config.logicalChIfIndex)?.plan.kind,
      isKnownModem: modemNumber(port, config.cmMacAddr) >= 0,
      isDestinationReady: config.destinationIndex === 0 || destination?.state === "active",
    });
    if (reason !== undefined) draft.refuse("inconsistentValue", reason);
    if (this.personality.concurrency.beyond === "refused" && this.#isCardBusy(port)) {
      draft.refuse("inconsistentValue", "the card runs as many tests as it can");
    }
  }

  #isCardBusy(port: SimulatedPort): boolean {
    const { portsPerCard, testsPerCard } = this.personality.concurrency;
    const cardOf = (number: number) => Math.ceil(number / portsPerCard);
    const busy = this.#utsc.tests.filter(
      (test) => test.isBusy && cardOf(this.#portOf(test.rfPortIfIndex).number) === cardOf(port.number),
    );
    return busy.length >= testsPerCard;
  }

  #start(test: PortTest, config: UtscConfig): void {
    const port = this.#portOf(test.rfPortIfIndex);
    if (this.#isCardBusy(port)) {
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
    test.start({
      config: frozen,
      measurement,
      schedule: scheduleOf(frozen, personality.timing),
      source: createSampleSource(port.activity, receiver, outputFormat, kHundredthsDb),
      rules: personality.files,
      ccapId: this.name,
      rfPortIfIndex: port.ifIndex,
      logicalIfIndex: frozen.logicalChIfIndex,
      trigger: () => triggerState(port, frozen),
      triggerTimeoutMs: personality.timing.triggerTimeoutMs[frozen.triggerMode],
      nameFile: (atMs) => captureFileName(naming, atMs),
      timeTicks: (atMs) => this.#timeTicks(atMs),
      onFile: (file) => {
        // A default name reads back from the column that asked for it (DOCS-PNM-MIB, Filename).
        if (frozen.filename === "") config.filename = file.name;
        const { destinationIndex } = frozen;
        this.#uploader.accept(
          file,
          destinationIndex === 0 ? undefined : this.#destinations.get([destinationIndex]),
        );
      },
      onFailure: (error) =>
        this.#log?.error({ device: this.name, error: messageOf(error) }, "a capture run failed"),
    });
  }
}

function modemNumber(port: SimulatedPort, macAddress: Uint8Array): number {
  return port.activity.modems.findIndex((modem) => Buffer.compare(modem.macAddress, macAddress) === 0);
}

/** What a trigger finds: everything as it is, the channel at rest, one modem's grant, or nothing to trigger on. */
function triggerState(port: SimulatedPort, config: UtscConfig): ChannelState | "none" | undefined {
  if (config.triggerMode === FREE_RUNNING) return undefined;
  const channel = port.channels.findIndex(({ ifIndex }) => ifIndex === config.logicalChIfIndex);
  const { utilization } = port.plan.channels[channel]!;
  if (config.triggerMode === IDLE_SID) return utilization >= 1 ? "none" : { channel, modem: undefined };
  if (config.triggerMode === CM_MAC && utilization > 0) {
    return { channel, modem: modemNumber(port, config.cmMacAddr) };
  }
  return "none";
}
