import { REQUIRED_MER_DOWNSTREAM, REQUIRED_MER_UPSTREAM, runningMedian } from "@pnmlab/pnm-analysis";
import type { PlotPanel } from "./inspection.ts";

const MEDIAN_SUBCARRIERS = 21;
/** Orders further than this from what was measured would only stretch the axis. */
const MARK_MARGIN_DB = 3;

/** RxMER as dots of a quarter dB with their running median, and what each QAM order needs. */
export function rxMerPanel(panel: PlotPanel, direction: "downstream" | "upstream"): PlotPanel {
  const values = panel.series[0]!.values;
  const required = direction === "downstream" ? REQUIRED_MER_DOWNSTREAM : REQUIRED_MER_UPSTREAM;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return {
    ...panel,
    series: [
      { name: "RxMER", unit: "dB", values, form: "dots" },
      {
        name: `Median of ${MEDIAN_SUBCARRIERS}`,
        unit: "dB",
        values: runningMedian(values, MEDIAN_SUBCARRIERS),
        form: "line",
      },
    ],
    marks: required
      .filter(({ merDb }) => merDb >= least - MARK_MARGIN_DB && merDb <= most + MARK_MARGIN_DB)
      .map(({ order, merDb }) => ({ value: merDb, name: `${order}-QAM ${merDb}` })),
  };
}
