import type { UtscSession } from "@pnmlab/protocol";
import { onScopeDispose, type Ref, watch } from "vue";
import type { ReceivedFrame } from "../api/lab-sync.ts";
import { useLab } from "./use-lab.ts";

/** Hands over every frame of a session, for as long as the component lives; follows a change of session. */
export function useFrames(
  session: Readonly<Ref<UtscSession | undefined>>,
  onFrame: (received: ReceivedFrame) => void,
): void {
  const { sync } = useLab();
  let streamId: number | undefined;
  let release = () => {};
  watch(
    () => session.value?.id,
    (sessionId) => {
      release();
      release = sessionId === undefined ? () => {} : sync.watch(sessionId);
      streamId = session.value?.streamId;
    },
    { immediate: true },
  );
  const stop = sync.frames.on("frame", (received) => {
    if (received.frame.streamId === streamId) onFrame(received);
  });
  onScopeDispose(() => {
    stop();
    release();
  });
}
