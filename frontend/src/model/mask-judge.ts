import type { MaskReport } from "./mask-spec.ts";
import type { PlotData } from "./plot-data.ts";
import type { PlotView } from "./plot-view.ts";

/** Judges every frame against the masks of the view. */
export class MaskJudge {
  judge(_data: PlotData, _view: PlotView): void {}

  reports(): MaskReport[] {
    return [];
  }
}
