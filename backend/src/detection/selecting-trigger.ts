import type { UtscAccepted, UtscRequest, UtscTriggerMode } from "@pnmlab/protocol";

/** Triggers that take frames by the clock, whoever sends at that moment. */
const BY_THE_CLOCK: ReadonlySet<UtscTriggerMode> = new Set([
  "other",
  "freeRunning",
  "miniSlotCount",
  "timestamp",
]);

/** Trigger of a capture that selects its frames by what is sent; undefined where none does, or nothing is captured. */
export function selectingTriggerOf(
  captured:
    | {
        requested: Pick<UtscRequest, "triggerMode">;
        accepted: Pick<UtscAccepted, "triggerMode"> | null;
      }
    | undefined,
): UtscTriggerMode | undefined {
  const mode = captured?.accepted?.triggerMode ?? captured?.requested.triggerMode;
  return mode === undefined || BY_THE_CLOCK.has(mode) ? undefined : mode;
}
