import { type ComputedRef, computed } from "vue";
import { monitorLayout } from "../model/plot-layout.ts";
import { scrollTime, showTime, zoomTime } from "../model/waterfall-time.ts";
import { type LiveMonitor, PLOT_GUTTERS } from "./use-live-monitor.ts";

/** Which time the waterfall shows, and the ways to change it. Moves the view only. */
export interface WaterfallTime {
  /** Length of time from the upper to the lower edge, milliseconds. */
  lengthMs: ComputedRef<number>;
  /** From the newest spectrum back to the oldest that can be shown, milliseconds. */
  reachMs: ComputedRef<number>;
  /** Shows `factor` times as much, around the row at a distance from the upper edge in CSS pixels. */
  zoom(factor: number, depthPx?: number): void;
  show(lengthMs: number): void;
  /** Scrolls into the past, or with a negative length towards the newest. */
  scroll(byMs: number): void;
  /** Scrolls by shares of what is shown. */
  scrollPages(pages: number): void;
  toOldest(): void;
  toNewest(): void;
}

export function waterfallTime({
  control,
  plot,
  playback,
}: Pick<LiveMonitor, "control" | "plot" | "playback">): WaterfallTime {
  const heightPx = computed(() => {
    const { width, height } = plot.size.value;
    return monitorLayout(width, height, PLOT_GUTTERS, control.view.value).waterfall.height;
  });
  const lengthMs = computed(() => heightPx.value * control.view.value.msPerPx);
  const reachMs = computed(() => {
    const report = plot.report.value;
    if (!report) return 0;
    // Not the upper edge, which a report tells as it was before the newest scroll.
    const { capturedAtMs: newestMs, waterfall } = report;
    const recordedFromMs = playback.bounds.value?.fromMs ?? newestMs;
    return Math.max(0, newestMs - Math.min(recordedFromMs, waterfall.keptFromMs));
  });
  /** By hand until the oldest spectrum is at the upper edge, page by page until it is at the lower one. */
  const scroll = (byMs: number) => control.change(scrollTime(control.view.value, byMs, reachMs.value));
  const scrollWithin = (byMs: number) =>
    control.change(scrollTime(control.view.value, byMs, Math.max(0, reachMs.value - lengthMs.value)));
  return {
    lengthMs,
    reachMs,
    zoom: (factor, depthPx = heightPx.value / 2) =>
      control.change(zoomTime(control.view.value, factor, depthPx)),
    show: (length) => control.change(showTime(control.view.value, length, heightPx.value)),
    scroll,
    scrollPages: (pages) => scrollWithin(pages * lengthMs.value),
    toOldest: () => scrollWithin(reachMs.value),
    toNewest: () => control.change({ scrollMs: 0 }),
  };
}
