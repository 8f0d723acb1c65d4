import type { UtscSession } from "@pnmlab/protocol";
import type { FrequencyRange } from "./frequency-axis.ts";
import type { PlotReport } from "./plot-report.ts";

/**
 * The range to show when nobody has zoomed: the accepted span where the data cover it to within a bin
 * (bins may be centred on its edges), else exactly what the data cover.
 */
export function naturalRange(
  session: UtscSession | undefined,
  data: Pick<PlotReport, "startHz" | "stopHz" | "binSpacingHz">,
): FrequencyRange {
  const covered = { startHz: data.startHz, stopHz: data.stopHz };
  const { centerFrequencyHz, spanHz } = session?.accepted ?? session?.requested ?? {};
  if (centerFrequencyHz === undefined || spanHz === undefined) return covered;
  const asked = { startHz: centerFrequencyHz - spanHz / 2, stopHz: centerFrequencyHz + spanHz / 2 };
  const near = (a: number, b: number) => Math.abs(a - b) <= data.binSpacingHz;
  return near(asked.startHz, covered.startHz) && near(asked.stopHz, covered.stopHz) ? asked : covered;
}
