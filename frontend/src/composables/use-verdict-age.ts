import { type ComputedRef, computed } from "vue";
import { verdictAge } from "../model/verdict-age.ts";
import { useLab } from "./use-lab.ts";
import { useLiveMonitor } from "./use-live-monitor.ts";

/** `as of 09:42:51` where the verdicts of masks on this page are old, because no frame comes. */
export function useVerdictAge(): ComputedRef<string | undefined> {
  const { session, report, playback, isRecordingPage } = useLiveMonitor();
  const { snapshot } = useLab();
  return computed(() => {
    const newest = session.value?.newestFrameAt;
    return verdictAge({
      isPast: isRecordingPage || playback.active.value,
      isReceiving: session.value?.state === "receiving" && snapshot.value.connection.status === "open",
      newestMs: report.value?.capturedAtMs ?? (newest ? Date.parse(newest) : undefined),
    });
  });
}
