import type { UtscSession } from "@pnmlab/protocol";
import { onScopeDispose, type Ref, watch } from "vue";
import { useLab } from "./use-lab.ts";
import type { Plot } from "./use-plot.ts";

/** Lets a plot show the frames of a session as they come, for as long as the component lives. */
export function usePlotFrames(session: Readonly<Ref<UtscSession | undefined>>, plot: Plot): void {
  const { sync } = useLab();
  let release = () => {};
  watch(
    () => session.value?.id,
    (sessionId) => {
      release();
      release = sessionId === undefined ? () => {} : sync.watch(sessionId);
      plot.follow(session.value?.streamId);
    },
    { immediate: true },
  );
  onScopeDispose(() => release());
}
