import type { BuildInfo } from "@pnmlab/config";
import { PnmLabError } from "@pnmlab/kit";
import { CmtsDevice } from "./device/cmts.ts";
import type { Fault } from "./device/fault.ts";
import type { FaultInjector } from "./device/fault-injector.ts";
import type { SimulatorLog } from "./log.ts";
import { type PersonalityName, personalityOf } from "./personality/index.ts";
import type { Personality } from "./personality/personality.ts";
import { type Scenario, type ScenarioName, scenarios } from "./signal/scenario.ts";
import type { PortTruth } from "./signal/truth.ts";
import type { RecordedRequest } from "./snmp/engine.ts";
import type { Faults } from "./snmp/faults.ts";
import type { UtscState } from "./utsc/machine.ts";

export interface DeviceOptions {
  /** sysName, and the CCAP id in files and file names. */
  name: string;
  /** By name, or one of your own making. */
  personality: PersonalityName | Personality;
  /** 127.0.0.1 unless given. */
  host?: string;
  /** UDP port; 0 takes any free one. */
  port: number;
  readCommunity: string;
  writeCommunity: string;
  /** The name unless given. */
  seed?: number | string;
  /** "plant" unless given. */
  scenario?: ScenarioName | Scenario;
  /** RF ports, the scenario's coming round again; as many as the scenario has unless given. */
  rfPorts?: number;
  /** Where TFTP servers listen that a manager names without a port; 69 unless given. */
  tftpPort?: number;
  /** 1,400 unless given. */
  maxBulkResponseOctets?: number;
}

export interface SimulatorOptions {
  devices: readonly DeviceOptions[];
  /** Which code runs; sysDescr of every device ends with it. */
  build?: BuildInfo;
  log?: SimulatorLog;
}

/** A running device, for whoever wants to talk to it. */
export interface DeviceInfo {
  name: string;
  personality: string;
  address: string;
  port: number;
  rfPorts: { ifIndex: number; label: string }[];
}

function buildTextOf({ version, commit, dirty }: BuildInfo): string {
  return `PNM Lab simulator ${version} (${commit}${dirty ? "-dirty" : ""})`;
}

/** Simulated CMTSs on UDP ports, with the truth about their signals and switches for their faults. */
export class Simulator implements AsyncDisposable {
  readonly #devices: readonly CmtsDevice[];

  private constructor(devices: readonly CmtsDevice[]) {
    this.#devices = devices;
  }

  /**
   * Starts every device, or none.
   *
   * @throws PnmLabError `PORT_IN_USE`, `HOST_NOT_USABLE`, `UNKNOWN_PERSONALITY`, `UNKNOWN_SCENARIO` or `DUPLICATE_DEVICE`
   */
  static async start(options: SimulatorOptions): Promise<Simulator> {
    const names = options.devices.map(({ name }) => name);
    const duplicate = names.find((name, i) => names.indexOf(name) !== i);
    if (duplicate !== undefined) {
      throw new PnmLabError("DUPLICATE_DEVICE", `there are two devices named ${duplicate}`);
    }
    const settings = options.devices.map((device) => ({
      ...device,
      personality:
        typeof device.personality === "string" ? personalityOf(device.personality) : device.personality,
      scenario: scenarioOf(device.scenario ?? "plant"),
    }));
    const started: CmtsDevice[] = [];
    try {
      for (const device of settings) {
        started.push(
          await CmtsDevice.start({
            ...device,
            host: device.host ?? "127.0.0.1",
            seed: device.seed ?? device.name,
            buildText: options.build && buildTextOf(options.build),
            log: options.log,
          }),
        );
      }
    } catch (error) {
      await Promise.all(started.map((device) => device.close()));
      throw error;
    }
    for (const device of started) {
      const { name, address, port, personality } = device;
      options.log?.info({ device: name, address, port, personality: personality.name }, "a CMTS answers");
    }
    return new Simulator(started);
  }

  get devices(): DeviceInfo[] {
    return this.#devices.map(({ name, personality, address, port, rfPorts }) => ({
      name,
      personality: personality.name,
      address,
      port,
      rfPorts,
    }));
  }

  /**
   * What really lies on a port, gated carriers as they are at `atMs` (now unless given).
   *
   * @throws PnmLabError `UNKNOWN_DEVICE` or `UNKNOWN_PORT`
   */
  truth(name: string, rfPortIfIndex: number, atMs = Date.now()): PortTruth {
    return this.#device(name).truth(rfPortIfIndex, atMs);
  }

  /**
   * State of a port's UTSC test, of the one that ran last where there are several rows; undefined where
   * there is none.
   *
   * @throws PnmLabError `UNKNOWN_DEVICE` or `UNKNOWN_PORT`
   */
  measStatus(name: string, rfPortIfIndex: number, cfgIndex?: number): UtscState | undefined {
    return this.#device(name).measStatus(rfPortIfIndex, cfgIndex);
  }

  /**
   * Faults of a device: behaviours per OID, and latency, loss and freeze of the whole.
   *
   * @throws PnmLabError `UNKNOWN_DEVICE`
   */
  faults(name: string): Faults {
    return this.#device(name).faults;
  }

  /**
   * Puts a fault of any kind into a device. The answer takes it out again.
   *
   * @throws PnmLabError `UNKNOWN_DEVICE`, `UNKNOWN_PORT` or `UNKNOWN_OBJECT`
   */
  inject(name: string, fault: Fault): () => void {
    const { injector } = this.#device(name);
    const id = injector.inject(fault);
    return () => injector.remove(id);
  }

  /**
   * What was put into a device with `inject`.
   *
   * @throws PnmLabError `UNKNOWN_DEVICE`
   */
  injector(name: string): FaultInjector {
    return this.#device(name).injector;
  }

  /**
   * Restarts a device: runs and rows are gone, sysUpTime begins at 0, K stays. It answers nothing for
   * `downMs`.
   *
   * @throws PnmLabError `UNKNOWN_DEVICE`
   */
  reboot(name: string, downMs = 0): void {
    this.#device(name).reboot(downMs);
  }

  /**
   * Changes the channels under a port, which ends its test as interfaceModification(8).
   *
   * @throws PnmLabError `UNKNOWN_DEVICE` or `UNKNOWN_PORT`
   */
  modifyInterface(name: string, rfPortIfIndex: number): void {
    this.#device(name).modifyInterface(rfPortIfIndex);
  }

  /**
   * Takes a port's rows away, and its test with them.
   *
   * @throws PnmLabError `UNKNOWN_DEVICE` or `UNKNOWN_PORT`
   */
  dropRows(name: string, rfPortIfIndex: number): void {
    this.#device(name).dropRows(rfPortIfIndex);
  }

  /**
   * Counters of a device's SNMP engine and of its uploads.
   *
   * @throws PnmLabError `UNKNOWN_DEVICE`
   */
  counters(name: string): CmtsDevice["counters"] {
    return this.#device(name).counters;
  }

  /**
   * The last requests that a device received, oldest first.
   *
   * @throws PnmLabError `UNKNOWN_DEVICE`
   */
  recorded(name: string): readonly RecordedRequest[] {
    return this.#device(name).recorded;
  }

  /** Ends every run and upload and frees the ports. */
  async close(): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #device(name: string): CmtsDevice {
    const device = this.#devices.find((candidate) => candidate.name === name);
    if (device) return device;
    throw new PnmLabError("UNKNOWN_DEVICE", `there is no simulated device named ${name}`);
  }
}

function scenarioOf(scenario: ScenarioName | Scenario): Scenario {
  if (typeof scenario !== "string") return scenario;
  const found = (scenarios as Readonly<Record<string, Scenario>>)[scenario];
  if (found) return found;
  throw new PnmLabError(
    "UNKNOWN_SCENARIO",
    `there is no scenario "${scenario}"; choose one of ${Object.keys(scenarios).join(", ")}`,
  );
}
