import { type ComputedRef, computed, type ShallowRef, shallowRef } from "vue";
import type { FrequencyRange } from "../model/frequency-axis.ts";
import { clampRange, panBy, ViewHistory, zoomAt } from "../model/frequency-view.ts";
import { PALETTE_NAMES } from "../model/palette.ts";
import type { PlotReport } from "../model/plot-report.ts";
import {
  type ColourLimits,
  DEFAULT_VIEW,
  type LevelScale,
  lowestLevel,
  type PlotView,
  scaleFor,
  viewBounds,
} from "../model/plot-view.ts";
import { TRACE_ROLES, type TraceRole } from "../model/trace-options.ts";
import { useSettings } from "./use-settings.ts";

export interface PlotViewControl {
  view: ComputedRef<PlotView>;
  bounds: ComputedRef<FrequencyRange>;
  /** True once the user has chosen a range; a new spectrum then leaves it alone. */
  ranged: ShallowRef<boolean>;
  change(part: Partial<PlotView>): void;
  /** Shows a range; `step` remembers the range left, so that it can be taken back. */
  show(range: FrequencyRange, step?: boolean): void;
  zoom(anchorHz: number, factor: number, step?: boolean): void;
  pan(share: number): void;
  back(): void;
  forward(): void;
  /** Shows a range as the natural one, which a new spectrum may replace. */
  fit(range: FrequencyRange): void;
  setScale(scale: LevelScale): void;
  setColours(colours: ColourLimits): void;
  autoLevel(report: PlotReport | undefined): void;
  /** For a new picture: the default scale where it holds the levels, and colours from above the floor. */
  firstLevels(report: PlotReport, keepScale: boolean): void;
  toggle(role: TraceRole): void;
  solo(role: TraceRole): void;
  nextPalette(): void;
}

/** The view of the monitor and the ways to change it. Holds no data of the spectra. */
export function usePlotView(
  data: Readonly<ShallowRef<PlotReport | undefined>>,
  state: ComputedRef<{ frozen: boolean; stale: boolean; calm: boolean }>,
  initial: Partial<PlotView>,
): PlotViewControl {
  const { palette, change: changeSettings } = useSettings();
  const own = shallowRef<PlotView>({ ...DEFAULT_VIEW, ...initial });
  const ranged = shallowRef(initial.range !== undefined);
  const history = new ViewHistory<Pick<PlotView, "range" | "scale">>();
  const view = computed<PlotView>(() => ({ ...own.value, ...state.value, palette: palette.value }));
  const bounds = computed(() => viewBounds(data.value));

  const change = (part: Partial<PlotView>) => {
    own.value = { ...own.value, ...part };
  };
  const current = () => ({ range: own.value.range, scale: own.value.scale });
  const show = (range: FrequencyRange, step = true) => {
    if (step) history.push(current());
    ranged.value = true;
    change({ range: clampRange(range, bounds.value) });
  };
  return {
    view,
    bounds,
    ranged,
    change,
    show,
    zoom: (anchorHz, factor, step = false) =>
      show(zoomAt(own.value.range, anchorHz, factor, bounds.value), step),
    pan: (share) => show(panBy(own.value.range, share, bounds.value), false),
    back() {
      const before = history.back(current());
      if (before) change(before);
      else if (data.value) change({ range: { startHz: data.value.startHz, stopHz: data.value.stopHz } });
    },
    forward() {
      const after = history.forward(current());
      if (after) change(after);
    },
    fit(range) {
      change({ range });
      ranged.value = false;
    },
    setScale: (scale) => change({ scale: clampScale(scale) }),
    setColours: ({ lowDbmv, highDbmv }) => {
      const low = Math.round(Math.min(lowDbmv, highDbmv - 5));
      change({ colours: { lowDbmv: low, highDbmv: Math.round(Math.max(highDbmv, low + 5)) } });
    },
    autoLevel(report) {
      if (!report) return;
      const floor = floorOf(report);
      const scale = scaleFor(report.peak.levelDbmv + 6, floor);
      change({ scale, colours: { lowDbmv: Math.round(floor - 8), highDbmv: scale.refDbmv } });
    },
    firstLevels(report, keepScale) {
      const { scale } = own.value;
      if (!keepScale && !fitsScale(scale, report)) {
        this.autoLevel(report);
        return;
      }
      change({ colours: { lowDbmv: Math.round(floorOf(report) - 8), highDbmv: scale.refDbmv } });
    },
    toggle: (role) => change({ traces: { ...own.value.traces, [role]: !own.value.traces[role] } }),
    solo(role) {
      const alone = TRACE_ROLES.every((other) => own.value.traces[other] === (other === role));
      const traces = alone
        ? DEFAULT_VIEW.traces
        : (Object.fromEntries(TRACE_ROLES.map((other) => [other, other === role])) as PlotView["traces"]);
      change({ traces });
    },
    nextPalette() {
      const next = PALETTE_NAMES[(PALETTE_NAMES.indexOf(palette.value) + 1) % PALETTE_NAMES.length]!;
      changeSettings({ palette: next });
    },
  };
}

function clampScale(scale: LevelScale): LevelScale {
  const refDbmv = Math.min(80, Math.max(-120, Math.round(scale.refDbmv)));
  return { ...scale, refDbmv };
}

/** The quiet floor; where every bin belongs to a channel, the lowest level. */
function floorOf(report: PlotReport): number {
  if (!Number.isNaN(report.floorDbmv)) return report.floorDbmv;
  let lowest = Number.POSITIVE_INFINITY;
  for (const level of report.averageDbmv) if (level < lowest) lowest = level;
  return Number.isFinite(lowest) ? lowest : -60;
}

/** Whether a scale holds peak and floor of a picture without wasting half of the pane. */
function fitsScale(scale: LevelScale, report: PlotReport): boolean {
  const { levelDbmv } = report.peak;
  const lowest = lowestLevel(scale);
  return levelDbmv < scale.refDbmv && floorOf(report) > lowest && levelDbmv > lowest + 20;
}
