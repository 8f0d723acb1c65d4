import type { PlantEvent } from "@pnmlab/protocol";
import { formatCount } from "../format.ts";

/**
 * How seldom a capture meets a burst: a capture looks for microseconds, and what happens between two of them is not
 * seen. Undefined where the event is no burst.
 */
export function burstChanceWords({ detector, dutyPct, count }: PlantEvent): string | undefined {
  if (detector !== "D3" || !(dutyPct > 0)) return undefined;
  const captures = Math.round(100 / dutyPct);
  if (captures <= 1 && count <= 1) return "seen in one capture so far";
  return captures <= 1 ? "seen in nearly every capture" : `seen 1 in ${formatCount(captures)} captures`;
}
