import type { RecordingSettings } from "@pnmlab/protocol";
import { crc32, encodeJson } from "@pnmlab/recording";

/**
 * Number that changes with what was recorded and how: what merely counts on, as the time of the newest read or the
 * period that was measured, leaves it as it is.
 */
export function settingsKey(settings: Omit<RecordingSettings, "fromMs" | "firstSequence">): number {
  const { requested, accepted, observed, kHundredthsDb, channels, software } = settings;
  const lasting = {
    requested,
    accepted: accepted && { ...accepted, readAt: "" },
    observed: observed && {
      ...observed,
      repeatPeriodUs: 0,
      fileSizeBytes: 0,
      // Which figure a file showed differs from file to file.
      mismatches: observed.mismatches?.map(({ what }) => what),
      comparison: undefined,
    },
    kHundredthsDb,
    channels,
    commit: software.commit,
  };
  return crc32(encodeJson(lasting));
}
