import { type ComputedRef, computed, type Ref } from "vue";
import { useScrollPlace } from "./use-scroll-place.ts";

/** Browsers cut off elements that are much taller than this. */
const MOST_HEIGHT_PX = 8_000_000;
const OVERSCAN = 8;

export interface TallRows {
  /** Height of the element that is scrolled. */
  height: number;
  /** Where the first of the visible rows stands in it. */
  top: number;
  first: number;
  last: number;
}

/**
 * Rows of equal height in any number: where they would be taller than an element can be, one pixel of
 * scrolling stands for several of rows.
 */
export function useTallRows(
  scroller: Readonly<Ref<HTMLElement | null>>,
  count: ComputedRef<number>,
  rowHeight: number,
): { rows: ComputedRef<TallRows>; reveal(row: number): void; visibleRows(): number } {
  const { scrollTop, height, refresh } = useScrollPlace(scroller, 400);

  /** Row that stands at the upper edge, with its fraction. */
  const scale = computed(() => {
    const all = count.value * rowHeight;
    const shown = Math.min(all, MOST_HEIGHT_PX);
    const travel = Math.max(1, shown - height.value);
    return { shown, rowsPerPx: Math.max(0, all - height.value) / travel / rowHeight };
  });
  const rows = computed<TallRows>(() => {
    const { shown, rowsPerPx } = scale.value;
    const at = Math.max(0, scrollTop.value * rowsPerPx);
    const first = Math.max(0, Math.floor(at) - OVERSCAN);
    const last = Math.min(count.value, Math.ceil(at + height.value / rowHeight) + OVERSCAN);
    return { height: shown, top: scrollTop.value - (at - first) * rowHeight, first, last };
  });

  return {
    rows,
    visibleRows: () => Math.max(1, Math.floor(height.value / rowHeight)),
    /** Scrolls as little as needed; a row far away comes to the middle. */
    reveal(row) {
      const element = scroller.value;
      if (!element) return;
      const { rowsPerPx } = scale.value;
      const at = element.scrollTop * rowsPerPx;
      const visible = element.clientHeight / rowHeight;
      if (row >= Math.ceil(at) && row + 1 <= at + visible) return;
      const isNear = row > at - 2 && row < at + visible + 2;
      const target = !isNear ? row - visible / 2 : row < at + 1 ? row : row + 1 - visible;
      element.scrollTop = rowsPerPx > 0 ? Math.max(0, target) / rowsPerPx : 0;
      refresh();
    },
  };
}
