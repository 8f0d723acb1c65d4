import type { MeasStatus, UtscAccepted, UtscTriggerMode } from "@pnmlab/protocol";

/** How often the CMTS is asked for its status while nothing special is awaited. */
export const POLL_MS = 500;
const FIRST_QUICK_POLL_MS = 20;
/** A file is overdue when this many periods, and a little for its way, have passed. */
const OVERDUE_PERIODS = 1.5;
const TRANSFER_ALLOWANCE_MS = 30;
/** A CMTS that took a start may need this long to say busy; until then its status is the one of before. */
const START_GRACE_MS = 5000;
/** The same where it says that something is wrong. */
const TROUBLE_GRACE_MS = 1000;
/** A run that ends like this was cut off. */
export const TROUBLE: ReadonlySet<MeasStatus | undefined> = new Set([
  "error",
  "resourceUnavailable",
  "interfaceModification",
]);

export interface RunView {
  nowMs: number;
  armedAtMs: number;
  lastPollAtMs: number;
  /** Arrival of this run's newest file. */
  lastFileAtMs: number | undefined;
  filesThisRun: number;
  /** Files after which this run is expected to end. */
  expectedFiles: number;
  periodMs: number;
  /** How long a trigger may let wait for its event; 0 where captures come by the clock. */
  patienceMs: number;
  busySeen: boolean;
  /** Polls in a row that found no change although one was awaited. */
  quickPolls: number;
}

/**
 * Milliseconds until the next look at MeasStatus. Every 500 ms, and sooner where it pays: right after the
 * start, as soon as the run has given all the files it can, and when a file is overdue.
 */
export function pollDelayMs(view: RunView): number {
  const { nowMs, lastPollAtMs } = view;
  const regularMs = lastPollAtMs + POLL_MS;
  const awaited = !view.busySeen || view.filesThisRun >= view.expectedFiles;
  if (awaited) {
    const quickMs = view.quickPolls === 0 ? 0 : FIRST_QUICK_POLL_MS * 2 ** (view.quickPolls - 1);
    return Math.max(0, lastPollAtMs + Math.min(POLL_MS, quickMs) - nowMs);
  }
  const overdueMs =
    view.lastFileAtMs === undefined
      ? Number.POSITIVE_INFINITY
      : view.lastFileAtMs + OVERDUE_PERIODS * view.periodMs + TRANSFER_ALLOWANCE_MS;
  const nextMs = overdueMs > lastPollAtMs ? Math.min(regularMs, overdueMs) : regularMs;
  return Math.max(0, nextMs - nowMs);
}

/** Whether this status says that the run has ended, and is not left over from the run before. */
export function hasEnded(measStatus: MeasStatus | undefined, view: RunView): boolean {
  if (measStatus === "busy") return false;
  // These say nothing: only the arithmetic can tell.
  if (measStatus === undefined || measStatus === "other") return view.filesThisRun >= view.expectedFiles;
  if (view.busySeen || view.filesThisRun > 0) return true;
  const graceMs = TROUBLE.has(measStatus) ? TROUBLE_GRACE_MS : START_GRACE_MS;
  return view.nowMs - view.armedAtMs > graceMs;
}

/**
 * Files that one run gives by the arithmetic of DOCS-PNM-MIB, or by a limit that
 * the vendor is known for; a CMTS can end sooner by a limit of its own.
 */
export function filesPerRun(
  accepted: { [Key in keyof UtscAccepted]?: UtscAccepted[Key] | undefined } | undefined,
  vendorLimit = Number.POSITIVE_INFINITY,
): number {
  const { triggerMode, freeRunDurationMs = 0, repeatPeriodUs = 0, triggerCount = 0 } = accepted ?? {};
  const perFile = accepted?.maxResultsPerFile ?? 1;
  // 0 stands for all captures of a run in one file.
  const files = (captures: number) => (perFile === 0 ? 1 : Math.ceil(captures / perFile));
  if (triggerPatienceMs(triggerMode) > 0) return triggerCount === 0 ? vendorLimit : files(triggerCount);
  if (repeatPeriodUs === 0) return 1;
  const captures = Math.max(1, Math.floor((freeRunDurationMs * 1000) / repeatPeriodUs));
  return Math.min(vendorLimit, files(captures));
}

/**
 * How long a start may wait for the event that triggers. 90 s for an idle SID and 120 s for a modem are the
 * time-outs of a CommScope E6000 (user guide, PNM chapter); the other events have none of their own.
 */
export function triggerPatienceMs(triggerMode: UtscTriggerMode | undefined): number {
  if (triggerMode === undefined || triggerMode === "freeRunning" || triggerMode === "other") return 0;
  return triggerMode === "idleSid" ? 90_000 : 120_000;
}

/** Whether a run has been without a file for so long that it must be started again. */
export function isSilent(view: RunView): boolean {
  const graceMs = Math.max(stallAfterMs(view.periodMs), view.patienceMs);
  if (view.lastFileAtMs !== undefined) return view.nowMs - view.lastFileAtMs > graceMs;
  return view.nowMs - view.armedAtMs > (view.busySeen ? graceMs : Math.max(graceMs, START_GRACE_MS));
}

/** How long no file may come before a session counts as stalled. */
export function stallAfterMs(periodMs: number): number {
  return Math.max(2000, 5 * periodMs);
}
