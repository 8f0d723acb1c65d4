import { type PlantEvent, type RecordingTrigger, severitySchema } from "@pnmlab/protocol";

/** Whether the recorder is to keep what lies around an event: muted ones are not reported, and not recorded. */
export function isWantedByTrigger(
  { kind, severity, muted, recordingId }: Pick<PlantEvent, "kind" | "severity" | "muted" | "recordingId">,
  { enabled, leastSeverity, kinds }: Pick<RecordingTrigger, "enabled" | "leastSeverity" | "kinds">,
): boolean {
  const order = severitySchema.options;
  return (
    enabled &&
    !muted &&
    recordingId === null &&
    order.indexOf(severity) >= order.indexOf(leastSeverity) &&
    (kinds.length === 0 || kinds.includes(kind))
  );
}
