import { type LevelUnit, levelIn } from "@pnmlab/pnm-analysis";
import { formatNumber } from "./format.ts";

export const LEVEL_UNITS: readonly LevelUnit[] = ["dBmV", "dBm", "dBuV", "dBmV/Hz", "dBm/Hz", "dBmV/1.6 MHz"];

/** What turns the levels inside, dBmV per bin, into those that are shown. */
export interface LevelDisplay {
  unit: LevelUnit;
  /** Loss in front of the CMTS, added to every level, dB. */
  offsetDb: number;
}

/** A unit as it is written: `dBµV`. */
export function unitName(unit: LevelUnit): string {
  return unit.replace("dBu", "dBµ");
}

/** Whether a unit is a power per bandwidth, which holds for noise-like signals only. */
export function isDensity(unit: LevelUnit): boolean {
  return unit.includes("/");
}

/**
 * A level as it is shown.
 *
 * @param bandwidthHz what the level was measured in: the RBW for a bin, its width for a channel.
 */
export function shownLevel(display: LevelDisplay, levelDbmv: number, bandwidthHz: number): number {
  return levelIn(display.unit, levelDbmv + display.offsetDb, bandwidthHz || 1);
}

/** The level inside, dBmV, that is shown as `value`. */
export function levelOfShown(display: LevelDisplay, value: number, bandwidthHz: number): number {
  // Units differ by a constant from each other.
  return value - shownLevel(display, 0, bandwidthHz);
}

/** A level with its unit: `−20.5 dBmV`. */
export function formatShownLevel(
  display: LevelDisplay,
  levelDbmv: number,
  bandwidthHz: number,
  digits = 1,
): string {
  const value = shownLevel(display, levelDbmv, bandwidthHz);
  return Number.isFinite(value) ? `${formatNumber(value, digits)} ${unitName(display.unit)}` : "no level";
}
