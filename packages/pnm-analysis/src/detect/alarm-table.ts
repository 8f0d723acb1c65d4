/** State of one alarm. `cooling`: cleared a short time ago, the same alarm again continues the old event. */
export type AlarmState = "quiet" | "suspected" | "raised" | "clearing" | "cooling";

/** What a frame tells an alarm; several may follow from one frame, in this order. */
export type AlarmSignal =
  /** At or over the threshold. */
  | "over"
  /** Under the threshold by more than the hysteresis. */
  | "under"
  /** Neither: within the hysteresis. */
  | "between"
  /** n of the last m frames were over. */
  | "confirmed"
  /** None of the last m frames was over. */
  | "faded"
  /** Under for the whole clearing time. */
  | "clearElapsed"
  /** The time after which a return is a new event is over. */
  | "coolElapsed";

/** States that a signal leads to; what is not listed changes nothing. */
export const ALARM_TABLE: Readonly<Record<AlarmState, Partial<Record<AlarmSignal, AlarmState>>>> = {
  quiet: { over: "suspected" },
  suspected: { confirmed: "raised", faded: "quiet" },
  raised: { under: "clearing" },
  clearing: { over: "raised", between: "raised", clearElapsed: "cooling" },
  cooling: { confirmed: "raised", coolElapsed: "quiet" },
};

export interface AlarmTiming {
  /** Raised once `n` of the last `m` frames (at most 31) were over the threshold ... */
  n: number;
  m: number;
  /** ... and the statistic has not been under the hysteresis for this long; 0 unless it is to last. */
  holdS: number;
  hysteresisDb: number;
  clearS: number;
  cooldownS: number;
}

export const DEFAULT_TIMING: AlarmTiming = {
  n: 3,
  m: 5,
  holdS: 0,
  hysteresisDb: 3,
  clearS: 30,
  cooldownS: 60,
};

export interface AlarmMemory {
  state: AlarmState;
  /** One bit per frame, the newest lowest: over the threshold or not. */
  history: number;
  /** Since when the statistic has not been under the hysteresis; NaN while it is. */
  overSinceS: number;
  /** Entry into the present state. */
  sinceS: number;
}

export const QUIET_ALARM: AlarmMemory = {
  state: "quiet",
  history: 0,
  overSinceS: Number.NaN,
  sinceS: Number.NEGATIVE_INFINITY,
};

export type AlarmEffect = "raise" | "reopen" | "clear";

/**
 * One frame of an alarm: a pure function of memory, statistic and time.
 *
 * @param excessDb how far the statistic lies over the threshold; NaN (nothing measured) counts as under
 */
export function alarmStep(
  memory: AlarmMemory,
  excessDb: number,
  timeS: number,
  timing: AlarmTiming,
): { memory: AlarmMemory; effect: AlarmEffect | undefined } {
  const isOver = excessDb >= 0;
  const isUnder = !(excessDb >= -timing.hysteresisDb);
  const history = ((memory.history << 1) | (isOver ? 1 : 0)) & (2 ** timing.m - 1);
  const overSinceS = isUnder ? Number.NaN : Number.isNaN(memory.overSinceS) ? timeS : memory.overSinceS;
  const hits = bitCount(history);
  const isConfirmed = hits >= timing.n && (timing.holdS === 0 || timeS - overSinceS >= timing.holdS);

  let { state, sinceS } = memory;
  let effect: AlarmEffect | undefined;
  const send = (signal: AlarmSignal) => {
    const next = ALARM_TABLE[state][signal];
    if (next === undefined) return;
    if (next === "raised" && state === "suspected") effect = "raise";
    if (next === "raised" && state === "cooling") effect = "reopen";
    if (next === "cooling") effect = "clear";
    state = next;
    sinceS = timeS;
  };
  send(isOver ? "over" : isUnder ? "under" : "between");
  if (isConfirmed) send("confirmed");
  else if (hits === 0) send("faded");
  if (state === "clearing" && timeS - sinceS >= timing.clearS) send("clearElapsed");
  if (state === "cooling" && timeS - sinceS >= timing.cooldownS) send("coolElapsed");
  return { memory: { state, history, overSinceS, sinceS }, effect };
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
