import { type ComputedRef, computed, type Ref } from "vue";
import { useScrollPlace } from "./use-scroll-place.ts";

export interface VirtualRows {
  first: number;
  last: number;
  padTop: number;
  padBottom: number;
}

const OVERSCAN = 12;

/** Which rows of equal height are near the visible part of a scrolling element; `last` is exclusive. */
export function useVirtualRows(
  scroller: Readonly<Ref<HTMLElement | null>>,
  count: ComputedRef<number>,
  rowHeight: number,
): ComputedRef<VirtualRows> {
  const { scrollTop, height } = useScrollPlace(scroller, 800);
  return computed(() => {
    const first = Math.max(0, Math.floor(scrollTop.value / rowHeight) - OVERSCAN);
    const last = Math.min(count.value, Math.ceil((scrollTop.value + height.value) / rowHeight) + OVERSCAN);
    return {
      first: Math.min(first, last),
      last,
      padTop: Math.min(first, last) * rowHeight,
      padBottom: (count.value - last) * rowHeight,
    };
  });
}
