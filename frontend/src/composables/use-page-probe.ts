import { NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol";
import { onBeforeUnmount, onMounted, type ShallowRef } from "vue";
import type { PageProbe, ProbeTrace } from "../model/page-probe.ts";
import type { PlotReport } from "../model/plot-report.ts";

/** Puts `window.pnmlab` on the page while a monitor is open. See `PageProbe` for what it gives. */
export function usePageProbe(report: Readonly<ShallowRef<PlotReport | undefined>>) {
  let newest: SpectrumFrame | undefined;

  const probe: PageProbe = Object.freeze({
    trace: () => (newest ? traceOf(newest, report.value) : null),
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
  return {
    keepFrame(frame: SpectrumFrame): void {
      newest = frame;
    },
  };
}

function traceOf(frame: SpectrumFrame, report: PlotReport | undefined): ProbeTrace {
  const levels = frame.levelsHundredthsDbmv;
  const average = report?.averageDbmv.length === levels.length ? report.averageDbmv : undefined;
  return {
    frequencyHz: Array.from(levels, (_, bin) => frame.firstBinHz + bin * frame.binSpacingHz),
    levelDbmv: Array.from(levels, (level) => (level === NO_LEVEL ? null : level / 100)),
    averageDbmv: Array.from(levels, (_, bin) => {
      const level = average?.[bin] ?? Number.NaN;
      return Number.isNaN(level) ? null : level;
    }),
    sequence: frame.sequence,
    capturedAtMs: frame.capturedAtMs,
  };
}
