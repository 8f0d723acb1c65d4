import { formatMhz } from "./format.ts";
import type { PlotReport } from "./plot-report.ts";
import { formatShownLevel, type LevelDisplay } from "./shown-level.ts";

/** What the plot shows, in one sentence, for those who do not see it. */
export function monitorSummary(report: PlotReport | undefined, display: LevelDisplay): string {
  if (!report) return "The plot shows no spectrum yet.";
  const level = (levelDbmv: number) =>
    formatShownLevel(display, levelDbmv, report.resolutionBandwidthHz || report.binSpacingHz);
  const range = `${formatMhz(report.startHz, 1)} to ${formatMhz(report.stopHz, 1)} MHz in ${report.bins} bins`;
  const peak = `Peak of the average ${formatMhz(report.peak.frequencyHz)} MHz, ${level(report.peak.levelDbmv)}`;
  const floor = Number.isNaN(report.floorDbmv) ? "no quiet bins" : `floor ${level(report.floorDbmv)}`;
  return `${range}. ${peak}; ${floor}.`;
}
