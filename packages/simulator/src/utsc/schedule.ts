import type { TimingRules } from "../personality/personality.ts";
import type { UtscConfig } from "./utsc-config.ts";

/** Values of docsPnmCmtsUtscCfgTriggerMode. */
export const FREE_RUNNING = 2;
export const MINISLOT_COUNT = 3;
export const SID = 4;
export const IDLE_SID = 5;
export const CM_MAC = 6;
export const QUIET_PROBE = 7;
export const BURST_IUC = 8;
export const TIMESTAMP = 9;
export const ACTIVE_PROBE = 10;

/** Minislots of four ticks of 6.25 us, counted round in 16 bits. */
const MINISLOT_US = 25;
const MINISLOTS = 65_536;

/** When a run captures and when it ends. */
export interface Schedule {
  /** Time from the start to the first capture. */
  delayUs: number;
  /** Captures of the run, at most; Infinity until it is stopped. */
  captures: number;
  intervalUs: number;
  /** Length of the run from its first capture; it is over with its last capture where this is 0. */
  durationUs: number;
}

/**
 * `RepeatPeriod <= FreeRunDuration`, compared in one unit: the first is in microseconds, the second in
 * milliseconds. A RepeatPeriod of 0 captures once.
 */
export function isTimingConsistent(repeatPeriodUs: number, freeRunDurationMs: number): boolean {
  return repeatPeriodUs === 0 || repeatPeriodUs <= freeRunDurationMs * 1000;
}

/**
 * Schedule of a run (DOCS-PNM-MIB, TriggerMode, RepeatPeriod, FreeRunDuration, TriggerCount).
 *
 * @param clock Unix time of the start in milliseconds, and sysUpTime then in hundredths of a second
 */
export function scheduleOf(
  config: UtscConfig,
  timing: TimingRules,
  clock: { nowMs: number; upTimeTicks: number },
): Schedule {
  const isEndless = timing.endless?.includes(config.triggerMode) || config.triggerCount === 0;
  const captures = isEndless ? Infinity : config.triggerCount;
  switch (config.triggerMode) {
    case FREE_RUNNING:
      return { delayUs: 0, ...freeRun(config, timing) };
    case TIMESTAMP: {
      const delayUs = Math.max(0, config.timestamp - clock.upTimeTicks) * 10_000;
      const repeats = config.repeatPeriodUs > 0 && config.freeRunDurationMs > 0;
      return { delayUs, ...(repeats ? freeRun(config, timing) : ONCE) };
    }
    case MINISLOT_COUNT: {
      const wanted = config.minislotCount % MINISLOTS;
      const now = minislotAt(clock.nowMs);
      return {
        delayUs: ((wanted - now + MINISLOTS) % MINISLOTS) * MINISLOT_US,
        captures,
        intervalUs: MINISLOTS * MINISLOT_US,
        durationUs: 0,
      };
    }
    default:
      return { delayUs: 0, captures, intervalUs: timing.grantIntervalMs * 1000, durationUs: 0 };
  }
}

/** The minislot that runs at a Unix time. */
function minislotAt(atMs: number): number {
  return Math.floor((atMs * 1000) / MINISLOT_US) % MINISLOTS;
}

const ONCE = { captures: 1, intervalUs: 0, durationUs: 0 };

function freeRun({ repeatPeriodUs, freeRunDurationMs }: UtscConfig, timing: TimingRules) {
  if (repeatPeriodUs === 0) return ONCE;
  const intervalUs = Math.max(repeatPeriodUs, timing.minRepeatPeriodUs);
  const durationUs = freeRunDurationMs * 1000;
  return { captures: Math.max(1, Math.floor(durationUs / intervalUs)), intervalUs, durationUs };
}
