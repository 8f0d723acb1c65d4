import type { Ref } from "vue";
import type { Hotkey } from "../model/hotkeys.ts";
import { clampTraceShare } from "../model/plot-layout.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import type { LiveMonitor } from "./use-live-monitor.ts";

const STEP = 0.02;

/** Keys of the divider between trace and waterfall, and of the box whose limits are typed. */
export function usePaneKeys({ control }: Pick<LiveMonitor, "control">, limitsOpen: Ref<boolean>): void {
  const key = (keys: string, does: string, run: () => void): Hotkey => ({ keys, does, group: "View", run });
  const divide = (by: number) =>
    control.change({ traceShare: clampTraceShare(control.view.value.traceShare + by) });
  useHotkeys([
    key("Shift Z", "Box zoom with typed limits", () => {
      limitsOpen.value = true;
    }),
    key("Ctrl ↑", "More room for the waterfall", () => divide(-STEP)),
    key("Ctrl ↓", "More room for the trace", () => divide(STEP)),
  ]);
}
