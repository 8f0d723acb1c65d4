import { type ComputedRef, computed, type InjectionKey, inject, provide } from "vue";
import { formatNumber } from "../model/format.ts";
import type { PlotReport } from "../model/plot-report.ts";
import {
  formatShownLevel,
  type LevelDisplay,
  levelOfShown,
  PLAIN_LEVELS,
  shownLevel,
  unitName,
} from "../model/shown-level.ts";

/** Levels in the unit and with the offset that were chosen for the page. All functions take dBmV. */
export interface Levels {
  display: ComputedRef<LevelDisplay>;
  /** The unit as written behind a number or in the head of a column: `dBmV`. */
  unitLabel: ComputedRef<string>;
  /** Noise bandwidth of a bin: what densities are taken in unless another bandwidth is given. */
  binBandwidthHz: ComputedRef<number>;
  /** A level with its unit. Give `bandwidthHz` for the power of a channel or a band. */
  formatLevel(levelDbmv: number, bandwidthHz?: number): string;
  /** The number alone, for a column whose head has the unit. */
  levelNumber(levelDbmv: number, bandwidthHz?: number, digits?: number): string;
  toShown(levelDbmv: number, bandwidthHz?: number): number;
  /** What was typed in the shown unit, in dBmV. */
  fromShown(value: number, bandwidthHz?: number): number;
}

const levelsKey: InjectionKey<Levels> = Symbol("levels");

/** Levels as the live page shows them; plain dBmV outside of it. */
export function useLevels(): Levels {
  return inject(
    levelsKey,
    () =>
      levelsOf(
        computed(() => PLAIN_LEVELS),
        computed(() => 1),
      ),
    true,
  );
}

/** Hands the chosen unit and offset to the components below. */
export function provideLevels(
  view: Readonly<{ value: LevelDisplay }>,
  report: Readonly<{ value: PlotReport | undefined }>,
): Levels {
  const levels = levelsOf(
    computed(() => ({ unit: view.value.unit, offsetDb: view.value.offsetDb })),
    computed(() => report.value?.resolutionBandwidthHz || report.value?.binSpacingHz || 1),
  );
  provide(levelsKey, levels);
  return levels;
}

function levelsOf(display: ComputedRef<LevelDisplay>, binBandwidthHz: ComputedRef<number>): Levels {
  const toShown = (levelDbmv: number, bandwidthHz = binBandwidthHz.value) =>
    shownLevel(display.value, levelDbmv, bandwidthHz);
  return {
    display,
    unitLabel: computed(() => unitName(display.value.unit)),
    binBandwidthHz,
    toShown,
    fromShown: (value, bandwidthHz = binBandwidthHz.value) => levelOfShown(display.value, value, bandwidthHz),
    formatLevel: (levelDbmv, bandwidthHz = binBandwidthHz.value) =>
      formatShownLevel(display.value, levelDbmv, bandwidthHz),
    levelNumber: (levelDbmv, bandwidthHz = binBandwidthHz.value, digits = 1) =>
      formatNumber(toShown(levelDbmv, bandwidthHz), digits),
  };
}
