import { runningMedian } from "@pnmlab/pnm-analysis";
import type { FigureSeries } from "./figure.ts";

/** Values that one median is taken of: about a hundredth of the trace, an odd number. */
const SHARE = 100;

/** A noisy trace, quiet in the background, with its running median before it. */
export function withMedian(series: FigureSeries): FigureSeries[] {
  const width = 2 * Math.floor(series.y.length / SHARE / 2) + 1;
  if (width < 5) return [series];
  const median = runningMedian(series.y, width);
  return [
    { ...series, isBackground: true },
    { ...series, name: `Median of ${width} subcarriers`, form: "line", y: median },
  ];
}
