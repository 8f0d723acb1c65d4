import { instanceOid, system, utscResult } from "@pnmlab/docsis-mib";
import { messageOf } from "@pnmlab/kit";
import type { SnmpTarget } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { Readings } from "../snmp/values.ts";
import type { ControlledRow } from "./test-control.ts";

/** The newest capture of a row as docsPnmCmtsUtscResultTable holds it. */
export interface SnmpResult {
  /** docsPnmCmtsUtscResultOutput: the samples as they stand in a file, without its header. */
  bytes: Uint8Array;
  /** docsPnmCmtsUtscResultSampleTimestamp, by sysUpTime. */
  takenAtTicks: number;
  /** The same as Unix milliseconds by this machine's clock. */
  capturedAtMs: number;
  kHundredthsDb: number | undefined;
  sampleRateHz: number | undefined;
  resolutionBandwidthHz: number | undefined;
}

const OBJECTS = [
  utscResult.sampleTimestamp,
  utscResult.sampleRateHz,
  utscResult.resolutionBwHz,
  utscResult.calibrationConstantKHundredthsDb,
  utscResult.output,
];
const MS_PER_TICK = 10;

/**
 * Reads the newest capture of a row in one GET; undefined where the CMTS keeps none there, or one that fits in
 * no SNMP message.
 *
 * @throws PnmLabError as `SnmpGateway` does
 */
export async function readResult(
  snmp: SnmpGateway,
  target: SnmpTarget,
  { rfPortIfIndex, cfgIndex }: ControlledRow,
): Promise<SnmpResult | undefined> {
  const index = [rfPortIfIndex, cfgIndex];
  const oids = [instanceOid(system.sysUpTime), ...OBJECTS.map((object) => instanceOid(object, ...index))];
  const readings = new Readings(await snmp.get(target, oids));
  const bytes = readings.octets(utscResult.output, index);
  const takenAtTicks = readings.integer(utscResult.sampleTimestamp, index);
  const upTimeTicks = readings.integer(system.sysUpTime, [0]);
  if (bytes === undefined || bytes.length === 0 || !takenAtTicks || upTimeTicks === undefined)
    return undefined;
  return {
    bytes,
    takenAtTicks,
    capturedAtMs: Date.now() - (upTimeTicks - takenAtTicks) * MS_PER_TICK,
    kHundredthsDb: readings.integer(utscResult.calibrationConstantKHundredthsDb, index),
    sampleRateHz: readings.integer(utscResult.sampleRateHz, index) || undefined,
    resolutionBandwidthHz: readings.integer(utscResult.resolutionBwHz, index) || undefined,
  };
}

export interface SnmpFallbackOptions {
  snmp: SnmpGateway;
  target: SnmpTarget;
  /** The row to read, where no file comes from it although the CMTS measures. */
  wantedRow(): ControlledRow | undefined;
  /** Results that were taken before this are of a run before, in Unix milliseconds. */
  sinceMs(): number;
  onResult(result: SnmpResult): void;
  onFailure(message: string): void;
}

/** A CMTS that keeps no captures in its result table is asked again after this time. */
const ASK_AGAIN_MS = 5000;

/** Reads captures by SNMP while files stay away, each once. */
export class SnmpFallback {
  readonly #options: SnmpFallbackOptions;
  #isAsking = false;
  #lastTicks: number | undefined;
  #notBeforeMs = 0;

  constructor(options: SnmpFallbackOptions) {
    this.#options = options;
  }

  /** Reads the newest capture where it is wanted and was not read before. */
  async look(): Promise<void> {
    const { snmp, target, wantedRow, sinceMs, onResult, onFailure } = this.#options;
    const row = wantedRow();
    if (row === undefined || this.#isAsking || performance.now() < this.#notBeforeMs) return;
    this.#isAsking = true;
    try {
      const result = await readResult(snmp, target, row);
      if (result === undefined) this.#notBeforeMs = performance.now() + ASK_AGAIN_MS;
      const isNew = result !== undefined && result.takenAtTicks !== this.#lastTicks;
      if (!isNew || result.capturedAtMs < sinceMs() || wantedRow() === undefined) return;
      this.#lastTicks = result.takenAtTicks;
      onResult(result);
    } catch (error) {
      this.#notBeforeMs = performance.now() + ASK_AGAIN_MS;
      onFailure(messageOf(error));
    } finally {
      this.#isAsking = false;
    }
  }
}
