/** Judgement of a codeword error ratio: below 1e-6, to 1e-4, above. */
export type CodewordVerdict = "ok" | "warn" | "alarm";

const WARN_RATIO = 1e-6;
const ALARM_RATIO = 1e-4;

/** Ratio of sums, never a mean of ratios; undefined without codewords. */
export function codewordErrorRatio(uncorrectable: number, total: number): number | undefined {
  return total > 0 ? uncorrectable / total : undefined;
}

/** Upper 95 % bound of the ratio where no error was seen: 3 / total. */
export function errorFreeBound(total: number): number {
  return 3 / total;
}

export function judgeCodewords(ratio: number): CodewordVerdict {
  return ratio > ALARM_RATIO ? "alarm" : ratio >= WARN_RATIO ? "warn" : "ok";
}
