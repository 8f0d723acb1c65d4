import type { TimingRules } from "../personality/personality.ts";
import type { UtscConfig } from "./utsc-config.ts";

export const FREE_RUNNING = 2;
export const IDLE_SID = 5;
export const CM_MAC = 6;

/** When a run captures and when it ends. */
export interface Schedule {
  /** Captures of the run, at most; Infinity until it is stopped. */
  captures: number;
  intervalUs: number;
  /** Length of the run; it is over with its last capture where this is 0. */
  durationUs: number;
}

/**
 * `RepeatPeriod <= FreeRunDuration`, compared in one unit: the first is in microseconds, the second in
 * milliseconds. A RepeatPeriod of 0 captures once.
 */
export function isTimingConsistent(repeatPeriodUs: number, freeRunDurationMs: number): boolean {
  return repeatPeriodUs === 0 || repeatPeriodUs <= freeRunDurationMs * 1000;
}

/** Schedule of a run (DOCS-PNM-MIB, TriggerMode, RepeatPeriod, FreeRunDuration, TriggerCount). */
export function scheduleOf(config: UtscConfig, timing: TimingRules): Schedule {
  if (config.triggerMode !== FREE_RUNNING) {
    return {
      captures: config.triggerCount === 0 ? Infinity : config.triggerCount,
      intervalUs: timing.grantIntervalMs * 1000,
      durationUs: 0,
    };
  }
  if (config.repeatPeriodUs === 0) return { captures: 1, intervalUs: 0, durationUs: 0 };
  const intervalUs = Math.max(config.repeatPeriodUs, timing.minRepeatPeriodUs);
  const durationUs = config.freeRunDurationMs * 1000;
  return { captures: Math.max(1, Math.floor(durationUs / intervalUs)), intervalUs, durationUs };
}
