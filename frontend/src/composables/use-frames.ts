import type { SpectrumFrame, UtscSession } from "@pnmlab/protocol";
import type { Ref } from "vue";
import { useLab } from "./use-lab.ts";
import { useSessionStream } from "./use-session-stream.ts";

/** Hands over every frame of a session, for as long as the component lives; follows a change of session. */
export function useFrames(
  session: Readonly<Ref<UtscSession | undefined>>,
  onFrame: (frame: SpectrumFrame) => void,
): void {
  const { sync } = useLab();
  useSessionStream(session, (streamId) => (streamId === undefined ? undefined : sync.tap(streamId, onFrame)));
}
