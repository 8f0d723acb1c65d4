import { type LevelUnit, levelIn } from "@pnmlab/pnm-analysis";
import { formatBandwidth, formatNumber, formatSigned } from "./format.ts";

export const LEVEL_UNITS: readonly LevelUnit[] = ["dBmV", "dBm", "dBuV", "dBmV/Hz", "dBm/Hz", "dBmV/1.6 MHz"];

/** What turns the levels inside, dBmV per bin, into those that are shown. */
export interface LevelDisplay {
  unit: LevelUnit;
  /** Loss in front of the CMTS, added to every level, dB. */
  offsetDb: number;
}

/** Levels as they are inside. */
export const PLAIN_LEVELS: LevelDisplay = { unit: "dBmV", offsetDb: 0 };

/** Unit and offset as an address holds them, `dBm-Hz_3`; undefined for plain dBmV. */
export function textOfDisplay({ unit, offsetDb }: LevelDisplay): string | undefined {
  return unit === PLAIN_LEVELS.unit && offsetDb === 0 ? undefined : `${unitCode(unit)}_${offsetDb}`;
}

/** Reads them back, plain where they do not fit; undefined where the address holds none. */
export function displayOfText(text: unknown): LevelDisplay | undefined {
  if (typeof text !== "string") return undefined;
  const [code, offset] = text.split("_");
  const unit = LEVEL_UNITS.find((known) => unitCode(known) === code) ?? PLAIN_LEVELS.unit;
  const offsetDb = Number(offset);
  return { unit, offsetDb: Number.isFinite(offsetDb) ? Math.min(99, Math.max(-99, offsetDb)) : 0 };
}

/** A unit without what an address would escape: `dBmV-1.6MHz`. */
function unitCode(unit: string): string {
  return unit.replace("/", "-").replace(" ", "");
}

/** A unit as it is written: `dBµV`. */
export function unitName(unit: LevelUnit): string {
  return unit.replace("dBu", "dBµ");
}

/** Whether a unit is a power per bandwidth, which holds for noise-like signals only. */
export function isDensity(unit: LevelUnit): boolean {
  return unit.includes("/");
}

/** What levels of a bin are in: `dBmV in 50 kHz`, `dBm/Hz`, with the loss that was added to them. */
export function unitWords({ unit, offsetDb }: LevelDisplay, bandwidthHz: number | undefined): string {
  const within =
    bandwidthHz && !isDensity(unit) ? ` in ${formatBandwidth(bandwidthHz).replace(".0 ", " ")}` : "";
  return `${unitName(unit)}${within}${offsetDb === 0 ? "" : `, ${formatSigned(offsetDb, 1)} dB`}`;
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
