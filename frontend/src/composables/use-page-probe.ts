import { NO_LEVEL } from "@pnmlab/protocol";
import { onBeforeUnmount, onMounted, type ShallowRef } from "vue";
import type { PageProbe, ProbeTrace } from "../model/page-probe.ts";
import type { PlotReport } from "../model/plot-report.ts";

/** Puts `window.pnmlab` on the page while a monitor is open. See `PageProbe` for what it gives. */
export function usePageProbe(report: Readonly<ShallowRef<PlotReport | undefined>>): void {
  const probe: PageProbe = Object.freeze({
    trace: () => (report.value ? traceOf(report.value) : null),
    get framesShown() {
      return report.value?.framesShown ?? 0;
    },
    get framesDropped() {
      return report.value?.withheld ?? 0;
    },
  });
  onMounted(() => {
    window.pnmlab = probe;
  });
  onBeforeUnmount(() => {
    if (window.pnmlab === probe) delete window.pnmlab;
  });
}

function traceOf(report: PlotReport): ProbeTrace {
  const { levelsHundredthsDbmv: levels, averageDbmv, firstBinHz, binSpacingHz } = report;
  return {
    frequencyHz: Array.from(levels, (_, bin) => firstBinHz + bin * binSpacingHz),
    levelDbmv: Array.from(levels, (level) => (level === NO_LEVEL ? null : level / 100)),
    averageDbmv: Array.from(averageDbmv, (level) => (Number.isNaN(level) ? null : level)),
    sequence: report.sequence,
    capturedAtMs: report.capturedAtMs,
  };
}
