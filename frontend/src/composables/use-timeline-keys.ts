import { watch } from "vue";
import type { TimeSpan } from "../api/recordings-client.ts";
import { formatClock } from "../model/format.ts";
import type { Hotkey } from "../model/hotkeys.ts";
import { type SetEdges, setEdge } from "../model/timeline/set-edge.ts";
import { announce } from "./use-announcer.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

const SCROLL_SHARE = 0.25;

/** Keys of the timeline: its selection at the playhead, its zoom, where it is scrolled to. */
export function useTimelineKeys({ timeline, playback }: Pick<LiveMonitor, "timeline" | "playback">): void {
  const { selection, span, bounds } = timeline;
  let edges: SetEdges | undefined;
  let own: TimeSpan | undefined;
  // Of a selection that was dragged both edges are known; one that was taken away leaves none.
  watch(selection, (chosen) => {
    if (chosen !== own) edges = chosen;
  });
  /** Live, the playhead is the newest end. */
  const playheadMs = () => playback.transport.value?.positionMs ?? bounds.value.toMs;
  const set = (edge: keyof TimeSpan) => {
    const atMs = playheadMs();
    const next = setEdge(edges, edge, atMs, bounds.value);
    edges = next.edges;
    own = next.selection;
    selection.value = own;
    if (own && playback.transport.value?.loop) playback.setLoop(own);
    const words = edge === "fromMs" ? "begins" : "ends";
    announce(
      `The selection ${words} at ${formatClock(atMs, true)}${own ? "" : "; its other edge is not set"}`,
    );
  };
  const anchorMs = () => {
    const { fromMs, toMs } = span.value;
    const atMs = playheadMs();
    return atMs >= fromMs && atMs <= toMs ? atMs : (fromMs + toMs) / 2;
  };
  const key = (keys: string, does: string, run: () => void): Hotkey => ({
    keys,
    does,
    group: "Time on the timeline",
    run,
  });
  useHotkeys([
    key("Shift I", "The selection begins at the playhead", () => set("fromMs")),
    key("Shift O", "The selection ends at the playhead", () => set("toMs")),
    key("Shift Delete", "No selection", () => {
      selection.value = undefined;
      edges = undefined;
    }),
    key("Ctrl Shift ↑", "Less time on the timeline", () => timeline.zoom(anchorMs(), 0.5)),
    key("Ctrl Shift ↓", "More time on the timeline", () => timeline.zoom(anchorMs(), 2)),
    key("Ctrl Shift ←", "Timeline back", () => timeline.scroll(-SCROLL_SHARE)),
    key("Ctrl Shift →", "Timeline on", () => timeline.scroll(SCROLL_SHARE)),
  ]);
}
