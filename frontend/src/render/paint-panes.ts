import type { MarkerReading } from "../model/marker.ts";
import type { MaskJudge } from "../model/mask-judge.ts";
import { paintAxes } from "./paint-axes.ts";
import { paintEvents } from "./paint-events.ts";
import { paintMarkers, paintTimeMarkers } from "./paint-markers.ts";
import { paintMasks } from "./paint-masks.ts";
import { paintTrace } from "./paint-trace.ts";
import { paintColourBar, paintWaterfall } from "./paint-waterfall.ts";
import type { Scene } from "./scene.ts";
import type { Painting } from "./surface.ts";

/** What stands in the panes besides the scene. */
export interface PaneContent {
  judge: MaskJudge;
  markers: readonly MarkerReading[];
  /** Median noise floor, dBmV; NaN where none shows. */
  floorDbmv: number;
  palette: Uint8Array;
  drawPersistence(): void;
  /** Puts the rows of the waterfall into its pane; undefined while there are none. */
  drawRows: (() => void) | undefined;
}

/** Everything that a plot shows but the pointer: the same on the screen and in a file. */
export function paintPanes(context: Painting, scene: Scene, content: PaneContent): void {
  const { judge, markers } = content;
  if (scene.layout.trace.height > 0) {
    paintTrace(context, scene, content.drawPersistence);
    paintMasks(context, scene, judge, judge.reports());
    paintMarkers(context, scene, markers);
  }
  if (scene.layout.waterfall.height > 0) {
    paintWaterfall(context, scene, content.drawRows);
    paintColourBar(context, scene, content.palette);
    paintTimeMarkers(context, scene, markers);
  }
  paintEvents(context, scene);
  paintAxes(context, scene, content.floorDbmv);
}
