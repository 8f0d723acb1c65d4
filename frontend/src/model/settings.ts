import { SERVICE_REGIONS, type ServiceRegion } from "@pnmlab/pnm-analysis";
import { storedMasksOf } from "./mask-file.ts";
import type { MaskSpec } from "./mask-spec.ts";
import { PALETTE_NAMES, type PaletteName } from "./palette.ts";

export const THEMES = ["dark", "light", "system"] as const;
type ThemeChoice = (typeof THEMES)[number];
export const TEXT_SIZES = [100, 112, 125] as const;

export const DRAWER_WIDTH_PX = { least: 300, usual: 348, most: 480 };

/** What a user sets for this browser. Only choices are stored; what was never set stays at its default. */
export interface Settings {
  theme: ThemeChoice;
  textPercent: (typeof TEXT_SIZES)[number];
  /** Null follows the theme: deep in the dark one, paper in the light one. */
  palette: PaletteName | null;
  singleKeys: boolean;
  /** Whose radio services the plot names. */
  region: ServiceRegion;
  /** Peaks of markers stand this far over the valleys beside them. */
  peakExcursionDb: number;
  /** Peaks below are passed over, dBmV; null takes all. */
  peakThresholdDbmv: number | null;
  masks: readonly MaskSpec[];
  /** Width of the drawer of the live page, CSS pixels. */
  drawerWidthPx: number;
  /** Two tabs of the drawer are shown on a very wide page, one above the other. */
  stacksDrawer: boolean;
  /** A sound when a mask begins to fail. */
  maskAlarm: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  theme: "dark",
  textPercent: 100,
  palette: null,
  singleKeys: true,
  region: "americas",
  peakExcursionDb: 6,
  peakThresholdDbmv: null,
  masks: [],
  drawerWidthPx: DRAWER_WIDTH_PX.usual,
  stacksDrawer: false,
  maskAlarm: false,
};

/** Reads stored settings; anything unknown or damaged falls back to its default. */
export function parseSettings(stored: string | null): Settings {
  let raw: unknown;
  try {
    raw = JSON.parse(stored ?? "{}");
  } catch {
    return DEFAULT_SETTINGS;
  }
  if (typeof raw !== "object" || raw === null) return DEFAULT_SETTINGS;
  const given = raw as Record<string, unknown>;
  return {
    theme: THEMES.find((theme) => theme === given.theme) ?? DEFAULT_SETTINGS.theme,
    textPercent: TEXT_SIZES.find((size) => size === given.textPercent) ?? DEFAULT_SETTINGS.textPercent,
    palette: PALETTE_NAMES.find((name) => name === given.palette) ?? DEFAULT_SETTINGS.palette,
    singleKeys: typeof given.singleKeys === "boolean" ? given.singleKeys : DEFAULT_SETTINGS.singleKeys,
    peakExcursionDb:
      typeof given.peakExcursionDb === "number" && given.peakExcursionDb > 0
        ? given.peakExcursionDb
        : DEFAULT_SETTINGS.peakExcursionDb,
    peakThresholdDbmv: typeof given.peakThresholdDbmv === "number" ? given.peakThresholdDbmv : null,
    masks: Array.isArray(given.masks) ? storedMasksOf(given.masks) : DEFAULT_SETTINGS.masks,
    drawerWidthPx:
      typeof given.drawerWidthPx === "number" &&
      given.drawerWidthPx >= DRAWER_WIDTH_PX.least &&
      given.drawerWidthPx <= DRAWER_WIDTH_PX.most
        ? given.drawerWidthPx
        : DEFAULT_SETTINGS.drawerWidthPx,
    stacksDrawer: given.stacksDrawer === true,
    maskAlarm: given.maskAlarm === true,
    region: SERVICE_REGIONS.find((region) => region === given.region) ?? DEFAULT_SETTINGS.region,
  };
}

/** The settings as stored: only what differs from the default. */
export function storedSettings(settings: Settings): string {
  const entries = Object.entries(settings).filter(
    ([name, value]) => value !== DEFAULT_SETTINGS[name as keyof Settings],
  );
  return JSON.stringify(Object.fromEntries(entries));
}
