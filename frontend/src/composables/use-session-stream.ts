import type { UtscSession } from "@pnmlab/protocol";
import { onScopeDispose, type Ref, watch } from "vue";
import { useLab } from "./use-lab.ts";

/**
 * Has the frames of a session sent for as long as the component lives; follows a change of session.
 *
 * @param attach takes the stream that is sent now, undefined where there is none; what it returns ends that
 */
export function useSessionStream(
  session: Readonly<Ref<UtscSession | undefined>>,
  attach: (streamId: number | undefined) => (() => void) | undefined,
): void {
  const { sync } = useLab();
  let release = () => {};
  watch(
    () => session.value?.id,
    (sessionId) => {
      release();
      const unwatch = sessionId === undefined ? undefined : sync.watch(sessionId);
      const detach = attach(session.value?.streamId);
      release = () => {
        detach?.();
        unwatch?.();
      };
    },
    { immediate: true },
  );
  onScopeDispose(() => release());
}
