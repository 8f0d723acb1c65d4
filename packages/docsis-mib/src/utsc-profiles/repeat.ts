import { holds } from "./judge.ts";
import { isInForce, type UtscSituation } from "./offer.ts";
import type { UtscProfile } from "./profile.ts";

/**
 * Periods at which frames pass all phases of 50, 60, 100 and 120 Hz, the shorter first: whole half turns of all four
 * lie at multiples of 50 ms, and these as far from them as a few milliseconds can.
 */
const CLEAR_PERIODS_US = [103_000, 403_000];
const USUAL_PERIOD_US = 100_000;

/**
 * Repeat period of a start that asks for none: one that does not hide the rhythms of the mains, where the vendor takes
 * such a one as it is, else 100 ms.
 */
export function defaultRepeatPeriodUs(profile: UtscProfile): number {
  return CLEAR_PERIODS_US.find((periodUs) => isTaken(profile, periodUs)) ?? USUAL_PERIOD_US;
}

function isTaken({ rules, adjustments, freeRunDurationMs }: UtscProfile, repeatPeriodUs: number): boolean {
  const situation: UtscSituation = {
    triggerMode: "freeRunning",
    outputFormat: "fftPower",
    channelKind: "none",
  };
  const range = rules.find(
    ({ field, limit }) => field === "freeRunDurationMs" && limit.kind === "ranges",
  )?.limit;
  const shortestMs = range?.kind === "ranges" ? range.ranges[0]![0] : freeRunDurationMs;
  const values = { repeatPeriodUs, freeRunDurationMs: Math.min(shortestMs, freeRunDurationMs) };
  const keeps = adjustments
    .filter(({ field, when }) => field === "repeatPeriodUs" && isInForce(when, situation))
    .every(({ values: changed, roundUpTo }) =>
      changed
        ? !changed.includes(repeatPeriodUs)
        : roundUpTo !== undefined && repeatPeriodUs % roundUpTo === 0,
    );
  return (
    keeps &&
    rules
      .filter(({ field, when }) => field === "repeatPeriodUs" && isInForce(when, situation))
      .every((rule) => holds(rule, values))
  );
}
