import {
  bulkDataTransferCfg,
  DOCS_PNM_MIB_OID,
  ifXTable,
  instanceOid,
  type MibObject,
  RowStatus,
  system,
  UTSC_OBJECTS_OID,
  utscCapab,
  utscCfg,
  utscCtrl,
  utscResult,
  utscStatus,
} from "@pnmlab/docsis-mib";
import { PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget, SnmpValue, Varbind } from "@pnmlab/protocol";
import type { LeaseGateway, RequestOptions, SnmpGateway } from "../../contracts.ts";

export const RF_PORT = 1000;
const INACTIVE = 2;
const BUSY = 3;
const SAMPLE_READY = 4;

type SetHook = (value: SnmpValue) => void;

/**
 * Scripted SNMP at the edge of the utsc room: the UTSC rows of one port in memory, with refusals and
 * faults on demand. What a CMTS really does is the simulator's business.
 */
export class FakeCmts implements SnmpGateway, LeaseGateway {
  available = true;
  sentence = "agent lab-1 lost since 09:41:00";
  readonly values = new Map<string, SnmpValue>();
  /** Every SET that was taken, as `name = value`. */
  readonly sets: string[] = [];
  readonly leases = new Map<string, { ttlMs: number; abort: Varbind[] }>();
  /** Error-status for the next SETs of a column, by the column's OID. */
  readonly refusals = new Map<string, number>();
  /** Every request fails like this while it is set. */
  fault: PnmLabError | undefined;
  /** What activation makes of the row. */
  activatesTo: number = RowStatus.active;
  /** Called when a test starts; calls back into `endRun` when it is over. */
  onStart: () => void = () => {};
  #availabilityListeners = new Set<(available: boolean) => void>();
  readonly #startedAtMs = performance.now();
  #upTimeOffsetTicks = 100_000;

  constructor() {
    this.put(ifXTable.ifName, [RF_PORT], { type: "OctetString", value: hex("us-conn 0/1") });
    this.put(utscCapab.triggerMode, [RF_PORT], { type: "OctetString", value: "40" });
    this.put(utscCapab.outputFormat, [RF_PORT], { type: "OctetString", value: "60" });
    this.put(utscCapab.window, [RF_PORT], { type: "OctetString", value: "60" });
  }

  put(object: MibObject, index: readonly number[], value: SnmpValue): void {
    this.values.set(instanceOid(object, ...index), value);
  }

  read(object: MibObject, index: readonly number[] = [RF_PORT, 1]): SnmpValue | undefined {
    return this.values.get(instanceOid(object, ...index));
  }

  get hasRow(): boolean {
    return this.read(utscCfg.rowStatus) !== undefined;
  }

  /** A row that was there before, busy or not, with somebody's file name. */
  provide(fileName: string, measStatus = INACTIVE): void {
    this.#createRow(RowStatus.active);
    this.put(utscCfg.filename, [RF_PORT, 1], { type: "OctetString", value: hex(fileName) });
    this.put(utscStatus.measStatus, [RF_PORT, 1], { type: "Integer", value: measStatus });
    for (const [object, value] of [
      [utscCfg.centerFreqHz, 50_000_000],
      [utscCfg.spanHz, 80_000_000],
      [utscCfg.numBins, 1600],
      [utscCfg.repeatPeriodUs, 0],
      [utscCfg.freeRunDurationMs, 0],
    ] as const) {
      this.put(object, [RF_PORT, 1], { type: "Unsigned32", value });
    }
    this.put(utscCfg.outputFormat, [RF_PORT, 1], { type: "Integer", value: 2 });
    this.put(utscCfg.window, [RF_PORT, 1], { type: "Integer", value: 2 });
  }

  get fileName(): string {
    const value = this.read(utscCfg.filename);
    return value?.type === "OctetString" ? Buffer.from(value.value, "hex").toString() : "";
  }

  get isBusy(): boolean {
    const value = this.read(utscStatus.measStatus);
    return value?.type === "Integer" && value.value === BUSY;
  }

  endRun(measStatus = SAMPLE_READY): void {
    if (this.hasRow) this.put(utscStatus.measStatus, [RF_PORT, 1], { type: "Integer", value: measStatus });
  }

  /** Configuration and uptime are lost. */
  restart(): void {
    for (const oid of this.values.keys()) {
      if (oid.startsWith(DOCS_PNM_MIB_OID) && !oid.startsWith(`${UTSC_OBJECTS_OID}.1`))
        this.values.delete(oid);
    }
    this.#upTimeOffsetTicks = 0;
  }

  setAvailable(available: boolean): void {
    this.available = available;
    for (const listener of this.#availabilityListeners) listener(available);
  }

  reach() {
    return { available: this.available, sentence: this.sentence };
  }

  onAvailabilityChange(listener: (available: boolean) => void): () => void {
    this.#availabilityListeners.add(listener);
    return () => this.#availabilityListeners.delete(listener);
  }

  async get(_target: SnmpTarget, oids: string[]): Promise<Varbind[]> {
    this.#check();
    const ticks = Math.floor((performance.now() - this.#startedAtMs) / 10) + this.#upTimeOffsetTicks;
    this.put(system.sysUpTime, [], { type: "TimeTicks", value: ticks });
    return oids.map((oid) => ({ oid, value: this.values.get(oid) ?? { type: "noSuchInstance" } }));
  }

  async walk(_target: SnmpTarget, oid: string): Promise<Varbind[]> {
    this.#check();
    return [...this.values].flatMap(([at, value]) => (at.startsWith(`${oid}.`) ? [{ oid: at, value }] : []));
  }

  async set(_target: SnmpTarget, varbinds: Varbind[], _options?: RequestOptions): Promise<Varbind[]> {
    this.#check();
    for (const { oid } of varbinds) this.#refuse(oid);
    for (const { oid, value } of varbinds) {
      const hook = this.#hooks().get(oid);
      const text = "value" in value ? String(value.value) : value.type;
      this.sets.push(`${oid.slice(DOCS_PNM_MIB_OID.length + 1)} = ${text}`);
      if (hook) hook(value);
      else this.values.set(oid, value);
    }
    return varbinds;
  }

  async grant(lease: { leaseId: string; ttlMs: number; abort: Varbind[] }): Promise<void> {
    this.#check();
    this.leases.set(lease.leaseId, lease);
  }

  async release(leaseId: string): Promise<void> {
    this.#check();
    this.leases.delete(leaseId);
  }

  #check(): void {
    if (!this.available) throw new PnmLabError("AGENT_UNAVAILABLE", this.sentence);
    if (this.fault) throw this.fault;
  }

  #refuse(oid: string): void {
    for (const [column, errorStatus] of this.refusals) {
      if (!oid.startsWith(`${column}.`)) continue;
      throw new PnmLabError("SNMP_ERROR_STATUS", `refused ${oid}`, {
        details: { errorStatus, errorIndex: 1, oid },
      });
    }
  }

  #hooks(): Map<string, SetHook> {
    return new Map<string, SetHook>([
      [instanceOid(utscCfg.rowStatus, RF_PORT, 1), (value) => this.#setRowStatus(numberOf(value))],
      [instanceOid(utscCtrl.initiateTest, RF_PORT, 1), (value) => this.#initiate(numberOf(value) === 1)],
      [
        instanceOid(bulkDataTransferCfg.rowStatus, 7),
        (value) =>
          this.put(bulkDataTransferCfg.rowStatus, [7], {
            type: "Integer",
            value: numberOf(value) === RowStatus.active ? RowStatus.active : RowStatus.notReady,
          }),
      ],
    ]);
  }

  #setRowStatus(value: number): void {
    if (value === RowStatus.destroy) {
      for (const oid of this.values.keys()) {
        if (oid.startsWith(UTSC_OBJECTS_OID) && oid.endsWith(`.${RF_PORT}.1`)) this.values.delete(oid);
      }
    } else if (value === RowStatus.active) {
      this.put(utscCfg.rowStatus, [RF_PORT, 1], { type: "Integer", value: this.activatesTo });
    } else this.#createRow(RowStatus.notReady);
  }

  #createRow(rowStatus: number): void {
    this.put(utscCfg.rowStatus, [RF_PORT, 1], { type: "Integer", value: rowStatus });
    this.put(utscCfg.triggerMode, [RF_PORT, 1], { type: "Integer", value: 2 });
    this.put(utscCfg.filename, [RF_PORT, 1], { type: "OctetString", value: "" });
    this.put(utscStatus.measStatus, [RF_PORT, 1], { type: "Integer", value: INACTIVE });
    this.put(utscStatus.calibrationConstantKHundredthsDb, [RF_PORT, 1], { type: "Integer", value: -8600 });
    this.put(utscResult.sampleRateHz, [RF_PORT, 1], { type: "Unsigned32", value: 102_400_000 });
  }

  #initiate(start: boolean): void {
    this.put(utscStatus.measStatus, [RF_PORT, 1], { type: "Integer", value: start ? BUSY : INACTIVE });
    if (start) this.onStart();
  }
}

function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

function numberOf(value: SnmpValue): number {
  return "value" in value ? Number(value.value) : 0;
}
