import type { DetectionState } from "@pnmlab/protocol";
import { degraded, ok, type Probe } from "./check.ts";

const EVERY_MS = 10_000;

/** Whether the detectors see every frame. */
export function detectionProbe(state: () => DetectionState): Probe {
  let skippedBefore = new Map<string, number>();
  let blindBefore = new Set<string>();
  return {
    name: "detection",
    everyMs: EVERY_MS,
    everyMsUnlessOk: EVERY_MS / 5,
    run: () => {
      const { worker, sentence, sessions } = state();
      const skipped = new Map(sessions.map(({ sessionId, framesSkipped }) => [sessionId, framesSkipped]));
      let missed = 0;
      for (const [sessionId, count] of skipped) missed += count - (skippedBefore.get(sessionId) ?? 0);
      skippedBefore = skipped;
      if (worker !== "running") return degraded(`${sentence}: frames wait for them meanwhile`);
      if (missed > 0) {
        return degraded(
          `the detectors did not see ${missed} frames since the last look: the machine is overloaded, capture fewer ports or less often`,
        );
      }
      // A capture that has just begun reads its channel table.
      const withoutPlan = sessions.filter(({ hasPlan }) => !hasPlan).map(({ sessionId }) => sessionId);
      const blind = withoutPlan.filter((sessionId) => blindBefore.has(sessionId)).length;
      blindBefore = new Set(withoutPlan);
      if (blind > 0) {
        return degraded(
          `the detectors wait for the channel table of ${blind === 1 ? "a port" : `${blind} ports`}: the CMTS must answer its upstream channel tables`,
        );
      }
      return ok(sentence);
    },
  };
}
