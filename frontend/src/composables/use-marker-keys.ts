import { computed, onBeforeUnmount, onMounted, type Ref } from "vue";
import type { Hotkey } from "../model/hotkeys.ts";
import { announce } from "./use-announcer.ts";
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
  const key = (keys: string, does: string, run: () => unknown): Hotkey => ({
    keys,
    does,
    group: "Markers",
    run,
  });
  /** Tells where a key has no marker to act on. */
  const isThere = () => {
    if (!markers.active.value) announce("No marker is active. M sets one, Tab in the plot goes to the next");
    return markers.active.value !== undefined;
  };
  const always = [
    key("M", "New marker", () => markers.add()),
    key("Shift M", "New marker, delta to the active one", () => markers.addDelta()),
    key("P", "Marker to the highest peak", () => void markers.search("highest")),
    key("N", "Next lower peak", () => void markers.search("nextLower")),
    key("V", "Marker to the minimum", () => void markers.search("lowest")),
    key("Alt ←", "Next peak to the left", () => void markers.search("left")),
    key("Alt →", "Next peak to the right", () => void markers.search("right")),
    key("Tab in the plot", "Next marker; with Shift the one before", () => markers.activateNext(1)),
    key("Delete", "Remove the active marker", () => {
      if (isThere()) markers.remove(markers.active.value!.number);
    }),
    key("C", "Marker to centre", () => isThere() && markers.centreOnActive()),
    key("T", "Track the peak", () => isThere() && markers.toggleTracking()),
    key("Shift ←", "Marker by ten bins down", () => isThere() && markers.moveBins(-FAST_BINS)),
    key("Shift →", "Marker by ten bins up", () => isThere() && markers.moveBins(FAST_BINS)),
    key("Ctrl Z", "Take back the last change of a marker, mask or band", () => markers.undo()),
  ];
  const ofActive = [
    key("←", "Marker by a bin down", () => markers.moveBins(-1)),
    key("→", "Marker by a bin up", () => markers.moveBins(1)),
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
