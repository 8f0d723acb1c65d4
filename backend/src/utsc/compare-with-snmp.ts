import { PnmLabError, sleep } from "@pnmlab/kit";
import type { SnmpComparison, SnmpTarget, SpectrumFrame } from "@pnmlab/protocol";
import type { SnmpGateway, StoredSession } from "../contracts.ts";
import type { FrameIntake } from "./frame-intake.ts";
import { comparisonOf, fileFramesSince } from "./snmp-comparison.ts";
import { readResult } from "./snmp-result.ts";
import type { ControlledRow } from "./test-control.ts";

/** How long a comparison waits for its file beside the time that two files take. */
const FILE_WAIT_MS = 1500;
const FILE_LOOK_MS = 20;

export interface ComparisonSubject {
  stored: StoredSession;
  /** Undefined while no row has been read. */
  row: ControlledRow | undefined;
  snmp: SnmpGateway;
  target: SnmpTarget;
  intake: FrameIntake;
  /** The newest frames that came in files, the oldest first; more are added as they come. */
  recent: readonly SpectrumFrame[];
  isLive(): boolean;
  signal: AbortSignal;
}

/**
 * The newest capture of the result table beside the file of it, or beside the one most like it of the first two
 * that come after it.
 *
 * @throws PnmLabError `UTSC_RESULT_NOT_FOUND` where the table holds none; as `readResult` does; the reason of the
 *   signal
 */
export async function compareWithSnmp(subject: ComparisonSubject): Promise<SnmpComparison> {
  const { stored, row, snmp, target, intake, recent, isLive, signal } = subject;
  signal.throwIfAborted();
  const result = row && (await readResult(snmp, target, row, signal));
  if (result === undefined || !intake.isReady) {
    const message = `the result table of the CMTS holds no capture of ${stored.rfPortName}`;
    throw new PnmLabError("UTSC_RESULT_NOT_FOUND", message);
  }
  const [capture] = intake.decodeResult(result);
  const untilMs = Date.now() + 2 * intake.filePeriodMs + FILE_WAIT_MS;
  for (;;) {
    const files = fileFramesSince(recent, result.capturedAtMs);
    const comparison = comparisonOf(stored.id, capture!, result.capturedAtMs, files.slice(0, 2));
    const isSame = comparison.file?.differenceDb.maxAbsolute === 0;
    if (isSame || files.length >= 2 || !isLive() || Date.now() >= untilMs) return comparison;
    await sleep(FILE_LOOK_MS, signal);
  }
}
