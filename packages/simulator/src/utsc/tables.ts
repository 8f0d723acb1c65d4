import {
  FALSE,
  octetsFromBits,
  TRUE,
  utscCapab,
  utscCfg,
  utscCtrl,
  utscResult,
  utscStatus,
} from "@pnmlab/docsis-mib";
import { UTSC_FORMATS, type UtscSamples } from "@pnmlab/pnm-codec";
import type { Personality } from "../personality/personality.ts";
import { type Oid, oidText } from "../snmp/oid.ts";
import { SnmpTable } from "../snmp/table.ts";
import { type Draft, type Images, WritableTable } from "../snmp/writable-table.ts";
import { configColumns, isComplete, newConfig, type UtscRow } from "./config.ts";
import { calibrationConstant, outputFormatOf } from "./measurement.ts";
import { PortTest } from "./port-test.ts";
import { isTimingConsistent } from "./schedule.ts";
import type { UtscConfig } from "./utsc-config.ts";

/** Result values that SNMP cannot carry in one datagram are not offered there; the file has them. */
const MAX_OUTPUT_OCTETS = 60_000;
/** The only configuration set of a port. */
const CFG_INDEX = 1;

export interface UtscTableOptions {
  personality: Personality;
  /** ifIndex of the RF ports, port 1 first. */
  rfPortIfIndices: readonly number[];
  /** Whether a destination row will exist after the request. */
  hasDestination: (index: number, images: Images) => boolean;
  /** Judges a start; refuses through the draft where the personality refuses. */
  checkStart: (test: PortTest, row: UtscRow, draft: Draft<CtrlRow>, images: Images) => void;
  start: (test: PortTest, config: UtscConfig) => void;
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

  constructor(options: UtscTableOptions) {
    this.#options = options;
    this.capab = capabilityTable(options);
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

  testOf(rfPortIfIndex: number): PortTest | undefined {
    return this.#tests.get(oidText([rfPortIfIndex, CFG_INDEX]));
  }

  /** Clears every row, as a reboot does; fixed rows come back with their defaults. */
  reset(): void {
    for (const test of this.#tests.values()) test.dispose();
    this.#tests.clear();
    for (const table of [this.cfg, this.ctrl, this.status, this.result]) table.clear();
    this.#provision();
  }

  #provision(): void {
    const { personality, rfPortIfIndices } = this.#options;
    if (personality.provisioning.utscRows !== "fixed") return;
    for (const ifIndex of rfPortIfIndices) {
      const index = [ifIndex, CFG_INDEX];
      this.cfg.put(index, { config: newConfig(personality), state: "active" });
      this.#addTest(index);
    }
  }

  #addTest(index: Oid): PortTest {
    const key = oidText(index);
    const existing = this.#tests.get(key);
    if (existing) return existing;
    const test = new PortTest(index[0]!, index[1]!);
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

  #isPossible(index: Oid): boolean {
    return index.length === 2 && index[1] === CFG_INDEX && this.#options.rfPortIfIndices.includes(index[0]!);
  }

  #configTable(): WritableTable<UtscRow> {
    const { personality } = this.#options;
    return new WritableTable(configColumns(personality), {
      create: (index) =>
        this.#isPossible(index) && personality.provisioning.utscRows === "byManager"
          ? { config: newConfig(personality), state: "notReady" as const }
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
      committed: (draft) => {
        if (draft.after === undefined) this.#removeTest(draft.index);
        else this.#addTest(draft.index);
      },
    });
  }

  #checkConfig(draft: Draft<UtscRow>, images: Images): void {
    if (this.#tests.get(oidText(draft.index))?.isBusy) {
      draft.refuse("inconsistentValue", "the test is running");
    }
    if (draft.before !== undefined && this.#options.personality.provisioning.utscRows === "fixed") {
      if (draft.after === undefined) {
        draft.refuse("inconsistentValue", "rows of this device stay", utscCfg.rowStatus);
      }
      if (draft.after.state !== "active") {
        draft.refuse("wrongValue", "rows of this device are always active", utscCfg.rowStatus);
      }
    }
    if (draft.after === undefined) return;
    const { repeatPeriodUs, freeRunDurationMs, destinationIndex } = draft.after.config;
    const timing = [utscCfg.repeatPeriodUs, utscCfg.freeRunDurationMs];
    if (
      timing.some((object) => draft.wrote(object)) &&
      !isTimingConsistent(repeatPeriodUs, freeRunDurationMs)
    ) {
      draft.refuse(
        "inconsistentValue",
        `RepeatPeriod ${repeatPeriodUs} us is longer than FreeRunDuration ${freeRunDurationMs} ms`,
        ...timing,
      );
    }
    if (
      draft.wrote(utscCfg.destinationIndex) &&
      destinationIndex !== 0 &&
      !this.#options.hasDestination(destinationIndex, images)
    ) {
      draft.refuse("inconsistentValue", "no such destination row", utscCfg.destinationIndex);
    }
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
    const test = this.#tests.get(oidText(draft.index)) ?? new PortTest(draft.index[0]!, draft.index[1]!);
    if (test.isBusy) draft.refuse("inconsistentValue", "the test is running");
    if (row.state !== "active") draft.refuse("inconsistentValue", `the row is ${row.state}`);
    this.#options.checkStart(test, row, draft, images);
  }

  #control(draft: Draft<CtrlRow>): void {
    const test = this.#addTest(draft.index);
    if (draft.after?.written === TRUE) this.#options.start(test, this.cfg.get(draft.index)!.config);
    else test.stop();
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
          if (samples === undefined) return new Uint8Array(0);
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
    const row = this.cfg.get([test.rfPortIfIndex, test.cfgIndex])!;
    const port = this.#options.rfPortIfIndices.indexOf(test.rfPortIfIndex) + 1;
    return calibrationConstant(outputFormatOf(row.config), port);
  }
}

function capabilityTable({ personality, rfPortIfIndices }: UtscTableOptions): SnmpTable<number> {
  const { triggerModes, outputFormats, windows, description } = personality.capabilities;
  // Bit numbers: the configuration's value less 1, but for the format, which has no other(..) member.
  const triggerBits = octetsFromBits(
    triggerModes.map((value) => value - 1),
    2,
  );
  const formatBits = octetsFromBits(outputFormats.map((format) => UTSC_FORMATS[format].code));
  const windowBits = octetsFromBits(windows.map((value) => value - 1));
  return new SnmpTable(
    [
      { object: utscCapab.triggerMode, read: () => triggerBits },
      { object: utscCapab.outputFormat, read: () => formatBits },
      { object: utscCapab.window, read: () => windowBits },
      { object: utscCapab.description, read: () => description },
    ],
    rfPortIfIndices.map((ifIndex) => ({ index: [ifIndex], row: ifIndex })),
  );
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
