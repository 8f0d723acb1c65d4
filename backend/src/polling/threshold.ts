import type { PollThreshold } from "@pnmlab/protocol";

/**
 * Whether a metric is out of bounds after `value`. It is raised beyond the limit; once raised, it ends
 * only when the value has come back by more than the hysteresis.
 */
export function isRaisedAfter(
  { direction, limit, hysteresis }: Pick<PollThreshold, "direction" | "limit" | "hysteresis">,
  value: number,
  wasRaised: boolean,
): boolean {
  const beyond = direction === "above" ? value - limit : limit - value;
  return wasRaised ? beyond >= -hysteresis : beyond > 0;
}
