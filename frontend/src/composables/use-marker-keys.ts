import { computed, onBeforeUnmount, onMounted, type Ref } from "vue";
import type { Hotkey } from "../model/hotkeys.ts";
import { useHotkeys } from "./use-hotkeys.ts";
import type { Markers } from "./use-markers.ts";
import type { Masks } from "./use-masks.ts";

const FAST_BINS = 10;

/**
 * The keys of the markers. Arrows belong to the active marker; without one they pan.
 *
 * @param isArmed the next drag draws a box, which Esc leaves first
 */
export function useMarkerKeys(markers: Markers, masks: Masks, isArmed: () => boolean): void {
  const key = (keys: string, does: string, run: () => void): Hotkey => ({
    keys,
    does,
    group: "Markers",
    run,
  });
  const always = [
    key("M", "New marker", () => markers.add()),
    key("Shift M", "New marker, delta to the active one", () => markers.addDelta()),
    key("P", "Marker to the highest peak", () => void markers.search("highest")),
    key("N", "Next lower peak", () => void markers.search("nextLower")),
    key("V", "Marker to the minimum", () => void markers.search("lowest")),
    key("Alt ←", "Next peak to the left", () => void markers.search("left")),
    key("Alt →", "Next peak to the right", () => void markers.search("right")),
    key("Ctrl Z", "Take back the last change of a marker, mask or band", () => markers.undo()),
  ];
  const ofActive = [
    key("Delete", "Remove the active marker", () => {
      if (markers.active.value) markers.remove(markers.active.value.number);
    }),
    key("C", "Marker to centre", () => markers.centreOnActive()),
    key("T", "Track the peak", () => markers.toggleTracking()),
    key("←", "Marker by a bin down", () => markers.moveBins(-1)),
    key("→", "Marker by a bin up", () => markers.moveBins(1)),
    key("Shift ←", "Marker by ten bins down", () => markers.moveBins(-FAST_BINS)),
    key("Shift →", "Marker by ten bins up", () => markers.moveBins(FAST_BINS)),
  ];
  const leave = key("Esc", "Deselect the marker, leave the drawing of a mask", () => {
    if (masks.drawing.value !== undefined) masks.drawing.value = undefined;
    else markers.activate(undefined);
  });
  useHotkeys(
    computed(() => [
      ...always,
      ...(markers.active.value ? ofActive : []),
      ...(!isArmed() && (markers.active.value || masks.drawing.value !== undefined) ? [leave] : []),
    ]),
  );
}

/** `Tab` on the plot goes from marker to marker and, after the last, on through the page. */
export function useMarkerTab(element: Readonly<Ref<HTMLElement | null>>, markers: Markers): void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Tab" || event.altKey || event.ctrlKey || event.metaKey) return;
    if (markers.activateNext(event.shiftKey ? -1 : 1)) event.preventDefault();
  };
  let attached: HTMLElement | null = null;
  onMounted(() => {
    attached = element.value;
    attached?.addEventListener("keydown", onKey);
  });
  onBeforeUnmount(() => attached?.removeEventListener("keydown", onKey));
}
