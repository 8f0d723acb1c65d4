import { messageOf } from "@pnmlab/kit";
import type { FrameProvenance } from "@pnmlab/protocol";
import { computed, onScopeDispose, type ShallowRef, shallowRef, watch } from "vue";
import { ApiError } from "../api/api-error.ts";
import type { LabClient } from "../api/lab-client.ts";
import type { ShownFrame } from "../model/shown-frame.ts";
import { useLab } from "./use-lab.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

/** The page is not faster than its figures. */
const LEAST_MS = 250;
/** A capture that came behind a later one has the time of that one in the picture; a restart takes longer. */
const SAME_MS = 1000;

/** What of the page tells which frame is shown. */
export type FramesShown = Pick<
  LiveMonitor,
  "shownSession" | "report" | "recordingId" | "isRecordingPage" | "playback"
>;

/** A frame that is played from a recording, or of a live session, whose ring is then the recording. */
interface WantedOrigin {
  sessionId: string | undefined;
  recordingId: string | undefined;
  sequence: number;
  capturedAtMs: number;
}

/** What a session has forgotten, as it keeps little and numbers anew when the backend was restarted, its ring knows. */
async function originOf(client: LabClient, wanted: WantedOrigin): Promise<FrameProvenance> {
  const { sessionId, recordingId, sequence, capturedAtMs } = wanted;
  const recorded = (id: string) => client.recordings.frameOrigin(id, sequence, capturedAtMs);
  if (sessionId === undefined) return recorded(recordingId!);
  try {
    const answer = await client.frameOrigin(sessionId, sequence);
    if (recordingId === undefined || isOf(answer, wanted)) return answer;
  } catch (cause) {
    const isForgotten = cause instanceof ApiError && cause.status === 404;
    if (recordingId === undefined || !isForgotten) throw cause;
    return recorded(recordingId).catch(() => {
      throw cause;
    });
  }
  return recorded(recordingId);
}

function isOf({ capturedAt }: FrameProvenance, { capturedAtMs }: WantedOrigin): boolean {
  return Math.abs(Date.parse(capturedAt) - capturedAtMs) <= SAME_MS;
}

function keyOf(wanted: WantedOrigin | undefined): string {
  return wanted ? JSON.stringify([wanted.sessionId, wanted.recordingId, wanted.sequence]) : "";
}

/**
 * Where the frame comes from that the picture shows, asked for at most four times a second and one at a time, only
 * while the component around this lives. `missing` says why there is none.
 */
export function useFrameOrigin({
  shownSession,
  report,
  recordingId,
  isRecordingPage,
  playback,
}: FramesShown): {
  origin: ShallowRef<FrameProvenance | undefined>;
  missing: ShallowRef<string | undefined>;
} {
  const { sync } = useLab();
  const origin = shallowRef<FrameProvenance>();
  const missing = shallowRef<string>();
  let isAsking = false;
  let isOver = false;

  const isPast = computed(() => isRecordingPage || playback.active.value);
  const frame = computed(() => report.value?.shownFrame?.frame);
  /** The frame that playback showed last: it stands in the figures still when playback ends, and is none of the session. */
  const played = shallowRef<ShownFrame["frame"]>();
  watch(
    [frame, isPast],
    () => {
      if (isPast.value) played.value = frame.value;
    },
    { immediate: true, flush: "sync" },
  );

  const wanted = computed((): WantedOrigin | undefined => {
    const isPlayed =
      isPast.value ||
      (recordingId.value !== undefined &&
        frame.value?.sequence === played.value?.sequence &&
        frame.value?.capturedAtMs === played.value?.capturedAtMs);
    // Figures may still be of the session before, whose frames this one does not know.
    if (!isPlayed && shownSession.value?.streamId !== report.value?.streamId) return undefined;
    const sessionId = isPlayed ? undefined : shownSession.value?.id;
    if (!frame.value || (sessionId ?? recordingId.value) === undefined) return undefined;
    return { sessionId, recordingId: recordingId.value, ...frame.value };
  });

  async function ask(): Promise<void> {
    if (isAsking || isOver) return;
    const asked = wanted.value;
    if (!asked) {
      origin.value = undefined;
      missing.value = undefined;
      return;
    }
    isAsking = true;
    const startMs = performance.now();
    try {
      const answer = await originOf(sync.client, asked);
      // A backend that was restarted numbers frames anew; what was shown or recorded before has older numbers.
      origin.value = isOf(answer, asked) ? answer : undefined;
      missing.value = isOf(answer, asked)
        ? undefined
        : "the backend now knows another frame by this number, not the one shown";
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 404) origin.value = undefined;
      missing.value = messageOf(cause);
    }
    setTimeout(
      () => {
        isAsking = false;
        const now = wanted.value;
        if (keyOf(now) !== keyOf(asked)) void ask();
      },
      Math.max(0, LEAST_MS - (performance.now() - startMs)),
    );
  }

  watch(
    () => keyOf(wanted.value),
    () => void ask(),
    { immediate: true },
  );
  onScopeDispose(() => {
    isOver = true;
  });
  return { origin, missing };
}
