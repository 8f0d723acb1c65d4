import { type ComputedRef, computed, onBeforeUnmount, onMounted, type Ref, shallowRef } from "vue";

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
  const scrollTop = shallowRef(0);
  const height = shallowRef(800);
  let observer: ResizeObserver | undefined;
  const onScroll = () => {
    scrollTop.value = scroller.value?.scrollTop ?? 0;
  };
  onMounted(() => {
    const element = scroller.value;
    if (!element) return;
    element.addEventListener("scroll", onScroll, { passive: true });
    observer = new ResizeObserver(() => {
      height.value = element.clientHeight;
    });
    observer.observe(element);
  });
  onBeforeUnmount(() => {
    observer?.disconnect();
    scroller.value?.removeEventListener("scroll", onScroll);
  });
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
