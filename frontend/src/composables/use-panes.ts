import { type ComputedRef, computed, type Ref, ref, type ShallowRef, shallowRef } from "vue";
import { hasRoomForBoth, type Pane, type Panes } from "../model/plot-layout.ts";
import { NARROW, useMedia } from "./use-media.ts";

/** Which of trace and waterfall the page shows. */
export interface PaneChoice {
  shown: ComputedRef<Panes>;
  /** The one that is shown where there is room for one. */
  chosen: Ref<Pane>;
  /** The one that fills the screen. */
  alone: ShallowRef<Pane | undefined>;
  /** Changes to the other pane; nothing where both are shown. */
  swap(): void;
}

/** @param height height of the plot in CSS pixels; 0 while it is not known */
export function usePanes(height: Readonly<Ref<number>>): PaneChoice {
  const chosen = ref<Pane>("trace");
  const alone = shallowRef<Pane>();
  const isNarrow = useMedia(NARROW);
  const shown = computed<Panes>(() => {
    if (alone.value) return alone.value;
    const isTooLow = height.value > 0 && !hasRoomForBoth(height.value);
    return isNarrow.value || isTooLow ? chosen.value : "both";
  });
  return {
    shown,
    chosen,
    alone,
    swap() {
      if (shown.value === "both") return;
      const other = shown.value === "trace" ? "waterfall" : "trace";
      chosen.value = other;
      if (alone.value) alone.value = other;
    },
  };
}
