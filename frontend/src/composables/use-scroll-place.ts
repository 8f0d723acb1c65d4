import { onBeforeUnmount, onMounted, type Ref, type ShallowRef, shallowRef } from "vue";

export interface ScrollPlace {
  /** Pixels above the visible part. */
  scrollTop: ShallowRef<number>;
  /** Height of the visible part in pixels. */
  height: ShallowRef<number>;
  /** Reads the place at once, for who has just scrolled. */
  refresh(): void;
}

/** Where a scrolling element stands and how much of it is visible; `likelyHeightPx` until it is mounted. */
export function useScrollPlace(
  scroller: Readonly<Ref<HTMLElement | null>>,
  likelyHeightPx: number,
): ScrollPlace {
  const scrollTop = shallowRef(0);
  const height = shallowRef(likelyHeightPx);
  let observer: ResizeObserver | undefined;
  const refresh = () => {
    scrollTop.value = scroller.value?.scrollTop ?? 0;
  };
  onMounted(() => {
    const element = scroller.value;
    if (!element) return;
    element.addEventListener("scroll", refresh, { passive: true });
    observer = new ResizeObserver(() => {
      height.value = element.clientHeight;
    });
    observer.observe(element);
  });
  onBeforeUnmount(() => {
    observer?.disconnect();
    scroller.value?.removeEventListener("scroll", refresh);
  });
  return { scrollTop, height, refresh };
}
