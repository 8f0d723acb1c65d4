import type { SpectrumFrame, UtscSession } from "@pnmlab/protocol";
import { onScopeDispose, type Ref, watch } from "vue";
import { useLab } from "./use-lab.ts";

/** Hands over every frame of a session, for as long as the component lives; follows a change of session. */
export function useFrames(
  session: Readonly<Ref<UtscSession | undefined>>,
  onFrame: (frame: SpectrumFrame) => void,
): void {
  const { sync } = useLab();
  let release = () => {};
  watch(
    () => session.value?.id,
    (sessionId) => {
      release();
      release = () => {};
      if (sessionId === undefined) return;
      const unwatch = sync.watch(sessionId);
      const untap = sync.tap(session.value!.streamId, onFrame);
      release = () => {
        untap();
        unwatch();
      };
    },
    { immediate: true },
  );
  onScopeDispose(() => release());
}
