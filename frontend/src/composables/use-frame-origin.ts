import { messageOf } from "@pnmlab/kit";
import type { FrameProvenance } from "@pnmlab/protocol";
import { computed, onScopeDispose, type ShallowRef, shallowRef, watch } from "vue";
import { ApiError } from "../api/api-error.ts";
import { useLab } from "./use-lab.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

/** The page is not faster than its figures. */
const LEAST_MS = 250;
/** A capture that came behind a later one has the time of that one in the picture; a restart takes longer. */
const SAME_MS = 1000;

/**
 * Where the frame comes from that the picture shows, asked for at most four times a second and one at a time, only
 * while the component around this lives. `missing` says why there is none.
 */
export function useFrameOrigin({ shownSession, report }: LiveMonitor): {
  origin: ShallowRef<FrameProvenance | undefined>;
  missing: ShallowRef<string | undefined>;
} {
  const { sync } = useLab();
  const origin = shallowRef<FrameProvenance>();
  const missing = shallowRef<string>();
  let isAsking = false;
  let isOver = false;

  const wanted = computed(() => {
    const id = shownSession.value?.id;
    const frame = report.value?.shownFrame?.frame;
    return id === undefined || !frame ? undefined : { id, ...frame };
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
      const answer = await sync.client.frameOrigin(asked.id, asked.sequence);
      // A backend that was restarted numbers frames anew; what was shown or recorded before has older numbers.
      const isOther = Math.abs(Date.parse(answer.capturedAt) - asked.capturedAtMs) > SAME_MS;
      origin.value = isOther ? undefined : answer;
      missing.value = isOther
        ? "the backend now knows another frame by this number, not the one shown"
        : undefined;
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 404) origin.value = undefined;
      missing.value = messageOf(cause);
    }
    setTimeout(
      () => {
        isAsking = false;
        const now = wanted.value;
        if (now?.id !== asked.id || now.sequence !== asked.sequence) void ask();
      },
      Math.max(0, LEAST_MS - (performance.now() - startMs)),
    );
  }

  watch(
    () => [wanted.value?.id, wanted.value?.sequence],
    () => void ask(),
    { immediate: true },
  );
  onScopeDispose(() => {
    isOver = true;
  });
  return { origin, missing };
}
