import type { UtscSession } from "@pnmlab/protocol";
import type { Ref } from "vue";
import type { Plot } from "./use-plot.ts";
import { useSessionStream } from "./use-session-stream.ts";

/** Lets a plot show the frames of a session as they come, for as long as the component lives. */
export function usePlotFrames(session: Readonly<Ref<UtscSession | undefined>>, plot: Plot): void {
  useSessionStream(session, (streamId) => void plot.follow(streamId));
}
