import type { PlotZone } from "../model/plot-layout.ts";

/** Where the pointer is: in CSS pixels of the plot and in the units of its axes. */
export interface PlotPoint {
  x: number;
  y: number;
  zone: PlotZone | undefined;
  frequencyHz: number;
  levelDbmv: number;
  /** Steps are ten times as wide. */
  shiftKey: boolean;
  /** Steps are finer. */
  altKey: boolean;
}

/**
 * What lies on the plot and is taken by the pointer, asked before the plot pans or zooms. A press that `grab`
 * takes is a drag of that thing until `drop`.
 */
export interface PlotHandles {
  grab(point: PlotPoint): boolean;
  drag(point: PlotPoint): void;
  drop(): void;
  /** A press and release without a drag, on nothing. */
  click(point: PlotPoint): void;
  /** A finger rested on the plot: a marker at the peak there, else at the place itself. */
  longPress(point: PlotPoint): void;
  /** A double click; `onNothing` is what the plot does where nothing was meant. */
  doubleClick(point: PlotPoint, onNothing: () => void): void;
  /** True where the pointer is over something that it could grab. */
  isOver(point: PlotPoint): boolean;
}

/** A second click within this time means something else than the first, so that the first waits so long. */
export const DOUBLE_CLICK_MS = 280;
