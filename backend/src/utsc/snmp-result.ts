import { instanceOid, system, utscResult } from "@pnmlab/docsis-mib";
import { isPnmLabError, messageOf, PnmLabError } from "@pnmlab/kit";
import type { SnmpTarget } from "@pnmlab/protocol";
import type { SnmpGateway } from "../contracts.ts";
import { Readings } from "../snmp/values.ts";
import { ErrorStatus, errorStatusOf } from "./snmp-words.ts";
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

/** Reads of a capture that was replaced while it was read, before the table is given up for now. */
const MAX_READS = 3;

/**
 * Reads the newest capture of a row; undefined where the CMTS keeps none there. The timestamp is read again after
 * the samples, since not every CMTS answers a GET from one moment and a large one is asked in parts: what does not
 * belong together is read anew.
 *
 * @throws PnmLabError `UTSC_RESULT_TOO_BIG` where it fits in no SNMP message; `UTSC_RESULT_CHANGING` where
 *   captures follow each other too fast to be read whole; as `SnmpGateway` does
 */
export async function readResult(
  snmp: SnmpGateway,
  target: SnmpTarget,
  row: ControlledRow,
  signal: AbortSignal,
): Promise<SnmpResult | undefined> {
  const timestamp = instanceOid(utscResult.sampleTimestamp, row.rfPortIfIndex, row.cfgIndex);
  for (let read = 0; read < MAX_READS; read += 1) {
    const result = await readOnce(snmp, target, row, signal);
    if (result === undefined) return undefined;
    const after = new Readings(await snmp.get(target, [timestamp], { signal }));
    const ticks = after.integer(utscResult.sampleTimestamp, [row.rfPortIfIndex, row.cfgIndex]);
    if (ticks === result.takenAtTicks) return result;
  }
  throw new PnmLabError(
    "UTSC_RESULT_CHANGING",
    `the result table of the CMTS had a new capture each of ${MAX_READS} times before the one before was read whole`,
    { retryable: true },
  );
}

async function readOnce(
  snmp: SnmpGateway,
  target: SnmpTarget,
  { rfPortIfIndex, cfgIndex }: ControlledRow,
  signal: AbortSignal,
): Promise<SnmpResult | undefined> {
  const index = [rfPortIfIndex, cfgIndex];
  const oids = [instanceOid(system.sysUpTime), ...OBJECTS.map((object) => instanceOid(object, ...index))];
  const readings = new Readings(await snmp.get(target, oids, { signal }).catch(tellTooBig));
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

function tellTooBig(error: unknown): never {
  if (errorStatusOf(error) !== ErrorStatus.tooBig) throw error;
  throw new PnmLabError(
    "UTSC_RESULT_TOO_BIG",
    "the capture in the result table of the CMTS fits in no SNMP message: one of fewer bins may",
    { cause: error },
  );
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
/** The same where they fit in no message, which only another configuration changes. */
const TOO_BIG_AGAIN_MS = 60_000;

/** Reads captures by SNMP while files stay away, each once. */
export class SnmpFallback {
  readonly #options: SnmpFallbackOptions;
  readonly #closing = new AbortController();
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
    if (row === undefined || this.#isAsking || this.#closing.signal.aborted) return;
    if (performance.now() < this.#notBeforeMs) return;
    this.#isAsking = true;
    try {
      const result = await readResult(snmp, target, row, this.#closing.signal);
      if (result === undefined) this.#notBeforeMs = performance.now() + ASK_AGAIN_MS;
      const isNew = result !== undefined && result.takenAtTicks !== this.#lastTicks;
      if (this.#closing.signal.aborted) return;
      if (!isNew || result.capturedAtMs < sinceMs() || wantedRow() === undefined) return;
      this.#lastTicks = result.takenAtTicks;
      onResult(result);
    } catch (error) {
      if (this.#closing.signal.aborted || isPnmLabError(error, "UTSC_RESULT_CHANGING")) return;
      const againMs = isPnmLabError(error, "UTSC_RESULT_TOO_BIG") ? TOO_BIG_AGAIN_MS : ASK_AGAIN_MS;
      this.#notBeforeMs = performance.now() + againMs;
      onFailure(messageOf(error));
    } finally {
      this.#isAsking = false;
    }
  }

  /** Ends what is being read; nothing is told any more. */
  close(): void {
    this.#closing.abort(new PnmLabError("CLOSED", "the session is closing"));
  }
}
