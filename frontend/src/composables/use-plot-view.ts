import type { LevelUnit } from "@pnmlab/pnm-analysis";
import { type ComputedRef, computed, type ShallowRef, shallowRef } from "vue";
import type { FrequencyRange } from "../model/frequency-axis.ts";
import { clampRange, panBy, ViewHistory, zoomAt } from "../model/frequency-view.ts";
import { PALETTE_NAMES, type PaletteName } from "../model/palette.ts";
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
import { type LevelDisplay, levelOfShown, shownLevel } from "../model/shown-level.ts";
import type { TraceOptions, TraceRole } from "../model/trace-options.ts";
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
  /** Brings the upper edge to the nearest round level, for after a drag. */
  roundScale(): void;
  setColours(colours: ColourLimits): void;
  autoLevel(report: PlotReport | undefined): void;
  /** For a new picture: the default scale where it holds the levels, and colours from above the floor. */
  firstLevels(report: PlotReport, keepScale: boolean): void;
  toggle(role: TraceRole): void;
  /** Makes a trace the one that keys act on, or none where it is that already. */
  select(role: TraceRole): void;
  selected: ShallowRef<TraceRole | undefined>;
  nextPalette(): void;
  setPalette(name: PaletteName): void;
  /** True once the limits of the colours were chosen; a new picture then leaves them alone. */
  coloured: ShallowRef<boolean>;
  /** The palette that was chosen here or came with the address; undefined follows the theme. */
  chosenPalette: ComputedRef<PaletteName | undefined>;
  setOptions(part: Partial<TraceOptions>): void;
  /** Shows levels in another unit, or with another loss in front of the CMTS; the reference stays a round number. */
  setUnit(unit: LevelUnit): void;
  setOffset(offsetDb: number): void;
}

/** The view of the monitor and the ways to change it. Holds no data of the spectra. */
export function usePlotView(
  data: Readonly<ShallowRef<PlotReport | undefined>>,
  state: ComputedRef<Pick<PlotView, "frozen" | "stale" | "calm" | "past" | "panes">>,
  initial: Partial<PlotView>,
): PlotViewControl {
  const { settings, palette, change: changeSettings } = useSettings();
  const own = shallowRef<PlotView>({ ...DEFAULT_VIEW, ...initial });
  const ranged = shallowRef(initial.range !== undefined);
  const selected = shallowRef<TraceRole>();
  const coloured = shallowRef(initial.colours !== undefined);
  const linkedPalette = shallowRef(initial.palette);
  const history = new ViewHistory<Pick<PlotView, "range" | "scale">>();
  const view = computed<PlotView>(() => ({
    ...own.value,
    ...state.value,
    palette: linkedPalette.value ?? palette.value,
  }));
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
    selected,
    coloured,
    chosenPalette: computed(() => linkedPalette.value ?? settings.value.palette ?? undefined),
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
    roundScale: () =>
      change({ scale: clampScale(roundInUnit(own.value.scale, own.value, data.value, true)) }),
    setColours: ({ lowDbmv, highDbmv }) => {
      coloured.value = true;
      const low = Math.round(Math.min(lowDbmv, highDbmv - 5));
      change({ colours: { lowDbmv: low, highDbmv: Math.round(Math.max(highDbmv, low + 5)) } });
    },
    autoLevel(report) {
      if (!report) return;
      const floor = floorOf(report);
      const scale = roundInUnit(scaleFor(report.peak.levelDbmv + 6, floor), own.value, report);
      change({ scale, colours: { lowDbmv: Math.round(floor - 8), highDbmv: Math.round(scale.refDbmv) } });
      coloured.value = false;
    },
    firstLevels(report, keepScale) {
      const { scale } = own.value;
      if (!keepScale && !fitsScale(scale, report)) {
        this.autoLevel(report);
        return;
      }
      if (coloured.value) return;
      change({ colours: { lowDbmv: Math.round(floorOf(report) - 8), highDbmv: scale.refDbmv } });
    },
    toggle: (role) => change({ traces: { ...own.value.traces, [role]: !own.value.traces[role] } }),
    select(role) {
      selected.value = selected.value === role ? undefined : role;
    },
    nextPalette() {
      const shown = linkedPalette.value ?? palette.value;
      this.setPalette(PALETTE_NAMES[(PALETTE_NAMES.indexOf(shown) + 1) % PALETTE_NAMES.length]!);
    },
    setPalette(name) {
      linkedPalette.value = undefined;
      changeSettings({ palette: name });
    },
    setOptions: (part) => change({ traceOptions: { ...own.value.traceOptions, ...part } }),
    setUnit(unit) {
      const scale = roundInUnit(own.value.scale, { ...own.value, unit }, data.value);
      change({ unit, scale });
    },
    setOffset(offsetDb) {
      const limited = Math.min(99, Math.max(-99, offsetDb));
      change({
        offsetDb: limited,
        scale: roundInUnit(own.value.scale, { ...own.value, offsetDb: limited }, data.value),
      });
    },
  };
}

function clampScale(scale: LevelScale): LevelScale {
  const refDbmv = Math.min(80, Math.max(-120, Math.round(scale.refDbmv * 100) / 100));
  return { ...scale, refDbmv };
}

const ROUND_DB = 5;

/** A scale whose upper edge is a round number in the unit that is shown. */
function roundInUnit(
  scale: LevelScale,
  display: LevelDisplay,
  report: PlotReport | undefined,
  isNearest = false,
): LevelScale {
  const bandwidthHz = report?.resolutionBandwidthHz || report?.binSpacingHz || 1;
  const shown = shownLevel(display, scale.refDbmv, bandwidthHz);
  // Rounded up, so that nothing that was in sight leaves at the top.
  const step = isNearest ? Math.min(ROUND_DB, scale.dbPerDivision) : ROUND_DB;
  const round = (isNearest ? Math.round(shown / step) : Math.ceil(shown / step - 1e-9)) * step;
  return { ...scale, refDbmv: levelOfShown(display, round, bandwidthHz) };
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
