import type { MarkerReading } from "./marker.ts";
import type { PlotData } from "./plot-data.ts";
import type { PlotView } from "./plot-view.ts";

/** What the markers of the view read now. */
export function readMarkers(_data: PlotData, _view: PlotView): MarkerReading[] {
  return [];
}
