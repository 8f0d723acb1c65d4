import { FALSE, TRUE, utscCfg, utscCtrl, utscResult, utscStatus } from "@pnmlab/docsis-mib";
import type { UtscSamples } from "@pnmlab/pnm-codec";
import type { Personality } from "../personality/personality.ts";
import { type Oid, oidText } from "../snmp/oid.ts";
import { SnmpTable } from "../snmp/table.ts";
import { type Draft, type Images, WritableTable } from "../snmp/writable-table.ts";
import { capabilityTable } from "./capability-table.ts";
import { configColumns, isComplete, newConfig, type UtscRow } from "./config.ts";
import { calibrationConstant, outputFormatOf } from "./measurement.ts";
import { PortTest } from "./port-test.ts";
import { FREE_RUNNING, isTimingConsistent } from "./schedule.ts";
import { hiddenRefusal } from "./start-refusal.ts";
import type { UtscConfig } from "./utsc-config.ts";

/** Result values that SNMP cannot carry in one datagram are not offered there; the file has them. */
const MAX_OUTPUT_OCTETS = 60_000;
/** What another manager writes into its row. */
const OTHER_MANAGERS = {
  centerFreqHz: 60_000_000,
  spanHz: 80_000_000,
  numBins: 800,
  filename: "other-manager",
} as const;

/** An RF port that can be measured. */
export interface UtscPort {
  /** Counted from 1. */
  number: number;
  /** What may stand for it in the index of a row, its own ifIndex first. */
  rowIfIndices: readonly number[];
  hasModems: boolean;
}

export interface UtscTableOptions {
  personality: Personality;
  ports: readonly UtscPort[];
  /** Whether a destination row will exist after the request. */
  hasDestination: (index: number, images: Images) => boolean;
  /** Whether a server of the deprecated table will take UTSC files after the request. */
  hasServer: (images: Images) => boolean;
  /** Judges a start; refuses through the draft where the personality refuses. */
  checkStart: (test: PortTest, row: UtscRow, draft: Draft<CtrlRow>, images: Images) => void;
  start: (test: PortTest, config: UtscConfig) => void;
  /** Told why a confirmed write has no effect. */
  onSilence: (reason: string) => void;
  /** sysUpTime at a time, in hundredths of a second. */
  timeTicks: (atMs: number) => number;
}

/** Control row: what a request has written; the state itself is the test's. */
export interface CtrlRow {
  written: number | undefined;
}

/** The five tables of Upstream Triggered Spectrum Capture of one device. */
export class UtscTables {
  readonly capab: SnmpTable<number>;
  readonly cfg: WritableTable<UtscRow>;
  readonly ctrl: WritableTable<CtrlRow>;
  readonly status: SnmpTable<PortTest>;
  readonly result: SnmpTable<PortTest>;
  readonly #options: UtscTableOptions;
  readonly #tests = new Map<string, PortTest>();
  /** When a row was last created and destroyed, by its index. */
  readonly #touchedMs = new Map<string, { created: number; destroyed: number }>();

  constructor(options: UtscTableOptions) {
    this.#options = options;
    this.capab = capabilityTable(
      options.personality,
      options.ports.flatMap(({ rowIfIndices }) => rowIfIndices),
    );
    this.cfg = this.#configTable();
    this.ctrl = this.#controlTable();
    this.status = new SnmpTable([
      { object: utscStatus.measStatus, read: (test) => test.measStatus },
      { object: utscStatus.calibrationConstantKHundredthsDb, read: (test) => this.#currentK(test) },
    ]);
    this.result = this.#resultTable();
    this.#provision();
  }

  get all() {
    return [this.capab, this.cfg, this.ctrl, this.status, this.result];
  }

  get tests(): readonly PortTest[] {
    return [...this.#tests.values()];
  }

  /** The test of a port that tells most: the one that runs, else the one that ran last, else the first. */
  testOf(port: number, cfgIndex?: number): PortTest | undefined {
    const tests = this.tests.filter(
      (test) => test.port === port && (cfgIndex === undefined || test.index[1] === cfgIndex),
    );
    return tests.reduce<PortTest | undefined>(
      (best, test) => (best === undefined || test.startedMs > best.startedMs ? test : best),
      undefined,
    );
  }

  /** Clears every row, as a reboot does; rows from boot come back with their defaults. */
  reset(): void {
    for (const test of this.#tests.values()) test.dispose();
    this.#tests.clear();
    this.#touchedMs.clear();
    for (const table of [this.cfg, this.ctrl, this.status, this.result]) table.clear();
    this.#provision();
  }

  /** A port's rows are gone with their tests, as by another manager's destroy. */
  dropRows(port: number): void {
    for (const test of this.tests) {
      if (test.port !== port) continue;
      test.dispose();
      this.cfg.remove(test.index);
      this.#removeTest(test.index);
    }
  }

  /**
   * Another manager takes a port: a row of its own making, or the port's, and a test that runs until it is
   * stopped. The answer gives the port back.
   */
  occupy(port: UtscPort): () => void {
    const { personality } = this.#options;
    const { boundTriggerModes, cfgIndices } = personality.provisioning;
    const cfgIndex = cfgIndices.find(
      (index) => (boundTriggerModes?.[index] ?? FREE_RUNNING) === FREE_RUNNING,
    );
    const index = [port.rowIfIndices[0]!, cfgIndex ?? cfgIndices[0]!];
    const isNew = this.cfg.get(index) === undefined;
    const row = this.cfg.get(index) ?? { config: newConfig(personality, index[1]), state: "active" };
    this.cfg.put(index, { config: { ...row.config, ...OTHER_MANAGERS }, state: "active" });
    const test = this.#addTest(index);
    test.hold();
    return () => {
      if (this.#tests.get(oidText(index)) !== test) return;
      test.stop();
      if (!isNew) return;
      this.cfg.remove(index);
      this.#removeTest(index);
    };
  }

  #provision(): void {
    const { personality, ports } = this.#options;
    const { rows, needsModems } = personality.provisioning;
    for (const port of ports) {
      if (needsModems && !port.hasModems) continue;
      for (const { cfgIndex, state, config } of rows) {
        const index = [port.rowIfIndices[0]!, cfgIndex];
        this.cfg.put(index, { config: { ...newConfig(personality, cfgIndex), ...config }, state });
        this.#addTest(index);
      }
    }
  }

  #addTest(index: Oid): PortTest {
    const key = oidText(index);
    const existing = this.#tests.get(key);
    if (existing) return existing;
    const test = new PortTest(this.#portOf(index)!.number, index);
    this.#tests.set(key, test);
    this.ctrl.put(index, { written: undefined });
    this.status.put(index, test);
    this.result.put(index, test);
    return test;
  }

  #removeTest(index: Oid): void {
    this.#tests.delete(oidText(index));
    for (const table of [this.ctrl, this.status, this.result]) table.remove(index);
  }

  #portOf(index: Oid): UtscPort | undefined {
    return this.#options.ports.find(({ rowIfIndices }) => rowIfIndices.includes(index[0]!));
  }

  #isPossible(index: Oid): boolean {
    const { cfgIndices, needsModems } = this.#options.personality.provisioning;
    const port = this.#portOf(index);
    if (port === undefined || (needsModems && !port.hasModems)) return false;
    return index.length === 2 && cfgIndices.includes(index[1]!);
  }

  #configTable(): WritableTable<UtscRow> {
    const { personality } = this.#options;
    return new WritableTable(configColumns(personality), {
      create: (index) =>
        this.#isPossible(index) && personality.provisioning.creation === "byManager"
          ? { config: newConfig(personality, index[1]), state: "notReady" as const }
          : { refused: "noCreation" },
      copy: (row) => ({ config: { ...row.config }, state: row.state }),
      rowStatus: {
        object: utscCfg.rowStatus,
        getState: (row) => row.state,
        setState: (row, state) => {
          row.state = state;
        },
        isReady: (row) => isComplete(row.config),
      },
      check: (draft, images) => this.#checkConfig(draft, images),
      committed: (draft) => this.#committedConfig(draft),
    });
  }

  #checkConfig(draft: Draft<UtscRow>, images: Images): void {
    if (this.#tests.get(oidText(draft.index))?.isBusy) {
      draft.refuse("inconsistentValue", "the test is running");
    }
    const { personality } = this.#options;
    const { refusedActions, boundTriggerModes } = personality.provisioning;
    const refusal = draft.action && refusedActions[draft.action];
    if (refusal) draft.refuse(refusal, `${draft.action} is not for rows of this device`, utscCfg.rowStatus);
    this.#checkSettled(draft);
    if (draft.after === undefined) return;
    const { repeatPeriodUs, freeRunDurationMs, destinationIndex, triggerMode } = draft.after.config;
    if (triggerMode !== (boundTriggerModes?.[draft.index[1]!] ?? triggerMode)) {
      draft.refuse("inconsistentValue", "the row is bound to another TriggerMode", utscCfg.triggerMode);
    }
    const timing = [utscCfg.repeatPeriodUs, utscCfg.freeRunDurationMs];
    if (
      personality.timing.checkedWhenWritten &&
      timing.some((object) => draft.wrote(object)) &&
      !isTimingConsistent(repeatPeriodUs, freeRunDurationMs)
    ) {
      draft.refuse(
        "inconsistentValue",
        `RepeatPeriod ${repeatPeriodUs} us is longer than FreeRunDuration ${freeRunDurationMs} ms`,
        ...timing,
      );
    }
    if (!draft.wrote(utscCfg.destinationIndex) || destinationIndex === 0) return;
    const { destinationWithoutServer } = personality.bulk;
    if (destinationWithoutServer && !this.#options.hasServer(images)) {
      draft.refuse(destinationWithoutServer, "no server takes UTSC files", utscCfg.destinationIndex);
    }
    if (!this.#options.hasDestination(destinationIndex, images)) {
      draft.refuse("inconsistentValue", "no such destination row", utscCfg.destinationIndex);
    }
  }

  /** Refuses what comes sooner after a destroy or a creation than the device can follow. */
  #checkSettled(draft: Draft<UtscRow>): void {
    const { settleMs } = this.#options.personality.provisioning;
    const touched = this.#touchedMs.get(oidText(draft.index));
    if (!settleMs || !touched) return;
    const now = Date.now();
    const isTooSoon =
      draft.before === undefined
        ? now - touched.destroyed < settleMs.afterDestroy
        : now - touched.created < settleMs.afterCreate;
    if (isTooSoon) draft.refuse("inconsistentValue", "the row is not settled yet");
  }

  #committedConfig(draft: Draft<UtscRow>): void {
    const key = oidText(draft.index);
    const touched = this.#touchedMs.get(key) ?? { created: 0, destroyed: 0 };
    if (draft.after === undefined) {
      if (draft.before !== undefined) this.#touchedMs.set(key, { ...touched, destroyed: Date.now() });
      this.#removeTest(draft.index);
      return;
    }
    if (draft.before === undefined) this.#touchedMs.set(key, { ...touched, created: Date.now() });
    this.#addTest(draft.index);
    const { personality, onSilence } = this.#options;
    if (draft.after.state !== "active" || personality.start.hidden?.beyond !== "silentRevert") return;
    const reason = hiddenRefusal(draft.after.config, personality);
    if (reason === undefined) return;
    draft.after.state = "notInService";
    onSilence(`the row goes out of service: ${reason}`);
  }

  #controlTable(): WritableTable<CtrlRow> {
    return new WritableTable<CtrlRow>(
      [
        {
          object: utscCtrl.initiateTest,
          read: (_row, index) => (this.#tests.get(oidText(index))?.isBusy ? TRUE : FALSE),
          write: {
            assign: (row, value) => {
              row.written = value as number;
            },
          },
        },
      ],
      {
        // A row of its own only where the same request creates the configuration, which `check` sees to.
        create: (index) => (this.#isPossible(index) ? { written: undefined } : { refused: "noCreation" }),
        copy: () => ({ written: undefined }),
        check: (draft, images) => this.#checkControl(draft, images),
        committed: (draft) => this.#control(draft),
      },
    );
  }

  #checkControl(draft: Draft<CtrlRow>, images: Images): void {
    const row = images.after(this.cfg, draft.index);
    if (row === undefined) draft.refuse("inconsistentName", "there is no configuration row");
    if (draft.after?.written !== TRUE) return;
    const test =
      this.#tests.get(oidText(draft.index)) ?? new PortTest(this.#portOf(draft.index)!.number, draft.index);
    if (test.isBusy) draft.refuse("inconsistentValue", "the test is running");
    const { inactiveRow } = this.#options.personality.start;
    if (row.state !== "active") draft.refuse(inactiveRow, `the row is ${row.state}`);
    this.#options.checkStart(test, row, draft, images);
  }

  #control(draft: Draft<CtrlRow>): void {
    const test = this.#addTest(draft.index);
    if (draft.after?.written !== TRUE) {
      test.stop();
      return;
    }
    const { personality, onSilence, start } = this.#options;
    const { config } = this.cfg.get(draft.index)!;
    const reason =
      personality.start.hidden?.beyond === "silentNoStart" ? hiddenRefusal(config, personality) : undefined;
    if (reason === undefined) start(test, config);
    else onSilence(`the test does not start: ${reason}`);
  }

  #resultTable(): SnmpTable<PortTest> {
    return new SnmpTable([
      {
        object: utscResult.sampleRateHz,
        read: (test) => test.latest?.measurement.receiver.sampleRateHz ?? 0,
      },
      { object: utscResult.sampleSize, read: (test) => test.latest?.measurement.sampleSize ?? 0 },
      {
        object: utscResult.sampleTimestamp,
        read: (test) => (test.latest ? this.#options.timeTicks(test.latest.capture.atMs) : 0),
      },
      { object: utscResult.resolutionBwHz, read: (test) => test.latest?.measurement.resolutionBwHz ?? 0 },
      {
        object: utscResult.output,
        read: (test) => {
          const samples = test.latest?.capture.samples;
          if (samples === undefined || !this.#options.personality.resultOutput) return new Uint8Array(0);
          return samples.byteLength > MAX_OUTPUT_OCTETS ? undefined : bigEndian(samples);
        },
      },
      {
        object: utscResult.calibrationConstantKHundredthsDb,
        read: (test) => test.latest?.measurement.kHundredthsDb ?? this.#currentK(test),
      },
    ]);
  }

  /** K of the port for the format that the row asks for. */
  #currentK(test: PortTest): number {
    return calibrationConstant(outputFormatOf(this.cfg.get(test.index)!.config), test.port);
  }
}

/** Sample data as it stands in a file. */
function bigEndian(samples: UtscSamples): Uint8Array {
  const bytes = new Uint8Array(samples.byteLength);
  const view = new DataView(bytes.buffer);
  samples.forEach((value, i) => {
    if (samples instanceof Uint32Array) view.setUint32(4 * i, value);
    else view.setUint16(2 * i, value & 0xffff);
  });
  return bytes;
}
