import type { FrequencyRange } from "./frequency-axis.ts";

const MIN_SPAN_HZ = 100_000;

/** Moves and, where it must, narrows a range so that it lies within the bounds. */
export function clampRange(range: FrequencyRange, bounds: FrequencyRange): FrequencyRange {
  const boundsSpan = bounds.stopHz - bounds.startHz;
  const span = Math.min(
    Math.max(range.stopHz - range.startHz, Math.min(MIN_SPAN_HZ, boundsSpan)),
    boundsSpan,
  );
  const centre = (range.startHz + range.stopHz) / 2;
  const startHz = Math.min(Math.max(centre - span / 2, bounds.startHz), bounds.stopHz - span);
  return { startHz, stopHz: startHz + span };
}

/** Scales the span by `factor` (below 1 zooms in) and keeps `anchorHz` where it is on the screen. */
export function zoomAt(
  range: FrequencyRange,
  anchorHz: number,
  factor: number,
  bounds: FrequencyRange,
): FrequencyRange {
  const span = Math.max((range.stopHz - range.startHz) * factor, MIN_SPAN_HZ);
  const share = (anchorHz - range.startHz) / (range.stopHz - range.startHz);
  const startHz = anchorHz - share * span;
  return clampRange({ startHz, stopHz: startHz + span }, bounds);
}

/** Moves the range by a share of its span, to the right where positive. */
export function panBy(range: FrequencyRange, share: number, bounds: FrequencyRange): FrequencyRange {
  const shift = (range.stopHz - range.startHz) * share;
  return clampRange({ startHz: range.startHz + shift, stopHz: range.stopHz + shift }, bounds);
}

/** Steps of a view that can be taken back and forth, like a browser's history. */
export class ViewHistory<View> {
  #past: View[] = [];
  #future: View[] = [];

  /** Remembers the view that is about to be left. */
  push(left: View): void {
    this.#past = [...this.#past.slice(-49), left];
    this.#future = [];
  }

  back(current: View): View | undefined {
    const view = this.#past.pop();
    if (view !== undefined) this.#future.push(current);
    return view;
  }

  forward(current: View): View | undefined {
    const view = this.#future.pop();
    if (view !== undefined) this.#past.push(current);
    return view;
  }
}
