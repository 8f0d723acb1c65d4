import type { ChannelFigures, LineChange, SpectrumComparison } from "@pnmlab/pnm-analysis";
import { type ChannelCell, cellsOf } from "../channel-table.ts";
import { formatMhz, formatNumber, formatSigned } from "../format.ts";
import { isDensity, type LevelDisplay, shownLevel, unitName } from "../shown-level.ts";
import type { AveragedSide } from "./averaged-side.ts";

/** A cell of a table; `why` says why there is no number, or what is to be known about it. */
export type TextCell = Pick<ChannelCell, "text" | "why">;

/**
 * A channel of both sides. Differences are after minus before; those of floor and C/N are NaN where a side is a bound,
 * for what lies beyond a bound is not known.
 */
export interface ChannelChange {
  name: string;
  band: string;
  before: ChannelFigures | undefined;
  after: ChannelFigures | undefined;
  powerDb: number;
  floorDb: number;
  carrierToNoiseDb: number;
  /** Sides whose floor and C/N are bounds. */
  bounds: readonly ("A" | "B")[];
}

const EDGE_HZ = 1000;

/** Channels by their band: one that only one side has stands alone. */
export function channelChanges(
  before: AveragedSide,
  after: AveragedSide,
  nameOf: (channel: ChannelFigures) => string,
): ChannelChange[] {
  const isSame = (a: ChannelFigures, b: ChannelFigures) =>
    Math.abs(a.lowerHz - b.lowerHz) < EDGE_HZ && Math.abs(a.upperHz - b.upperHz) < EDGE_HZ;
  const pairs = before.channels.map((a) => [a, after.channels.find((b) => isSame(a, b))] as const);
  const alone = after.channels
    .filter((b) => !before.channels.some((a) => isSame(a, b)))
    .map((b) => [undefined, b] as const);
  return [...pairs, ...alone]
    .map(([a, b]): ChannelChange => {
      const known = (a ?? b)!;
      const change = (of: (figures: ChannelFigures) => number) => (a && b ? of(b) - of(a) : Number.NaN);
      const bounds = [...(isBound(a) ? (["A"] as const) : []), ...(isBound(b) ? (["B"] as const) : [])];
      const changeOfNoise = bounds.length > 0 ? () => Number.NaN : change;
      return {
        name: nameOf(known),
        band: `${formatMhz(known.lowerHz, 1)}–${formatMhz(known.upperHz, 1)}`,
        before: a,
        after: b,
        powerDb: change(({ powerDbmv }) => powerDbmv),
        floorDb: changeOfNoise(({ floorDbmv }) => floorDbmv),
        carrierToNoiseDb: changeOfNoise(({ carrierToNoiseDb }) => carrierToNoiseDb),
        bounds,
      };
    })
    .sort((x, y) => (x.before ?? x.after)!.lowerHz - (y.before ?? y.after)!.lowerHz);
}

const NONE = "–";
const level = (value: number | undefined) => formatNumber(value ?? Number.NaN, 1, NONE);

export function channelHeads({ unit }: LevelDisplay): string[] {
  const name = unitName(unit);
  return [
    "Channel",
    "Band, MHz",
    `Power A, ${name}`,
    `Power B, ${name}`,
    "Δ power, dB",
    `Floor A, ${name}`,
    `Floor B, ${name}`,
    "Δ floor, dB",
    "C/N A, dB",
    "C/N B, dB",
    "Δ C/N, dB",
  ];
}

/** The floor was taken under bursts; one that is not known at all is none. */
function isBound(figures: ChannelFigures | undefined): boolean {
  return figures?.floorSource === "underBurst";
}

/** The figures as the Channels tab words them, bounds with their sign. */
export function channelRow(
  { name, band, before, after, bounds, ...change }: ChannelChange,
  display: LevelDisplay,
): TextCell[] {
  const [a, b] = [before, after].map(
    (side) => side && cellsOf(side, (dbmv, bandwidthHz) => shownLevel(display, dbmv, bandwidthHz)),
  );
  const plain = (text: string): TextCell => ({ text, why: undefined });
  const none = plain(NONE);
  const difference = (db: number): TextCell => plain(formatSigned(db, 1, NONE));
  const sides = bounds.length === 2 ? "A and B are bounds" : `${bounds[0]} is a bound`;
  const noiseDifference = (db: number): TextCell =>
    bounds.length === 0 ? difference(db) : { text: NONE, why: `No difference: ${sides}` };
  return [
    plain(name),
    plain(band),
    a?.power ?? none,
    b?.power ?? none,
    difference(change.powerDb),
    a?.floor ?? none,
    b?.floor ?? none,
    noiseDifference(change.floorDb),
    a?.carrierToNoise ?? none,
    b?.carrierToNoise ?? none,
    noiseDifference(change.carrierToNoiseDb),
  ].map(({ text, why }) => ({ text, why }));
}

/** What is to be known of the bounds in the table of the channels; undefined where there are none. */
export function boundsNote(changes: readonly ChannelChange[]): string | undefined {
  return changes.some(({ bounds }) => bounds.length > 0)
    ? "≤ and ≥ mark bounds: the channel sends too often to see the noise between its bursts. Where a side is a bound there is no difference."
    : undefined;
}

export function lineHeads({ unit }: LevelDisplay): string[] {
  const name = unitName(unit);
  return ["Line", "Frequency, MHz", `A, ${name}`, `B, ${name}`, "Δ, dB"];
}

/** What is to be known of lines in a unit per bandwidth; undefined in units of power. */
export function lineWarning({ unit }: LevelDisplay): string | undefined {
  return isDensity(unit)
    ? `${unitName(unit)} is right for noise and channels, not for a carrier, whose power lies in no bandwidth: choose dBmV, dBm or dBµV for the levels of lines.`
    : undefined;
}

/** @param bandwidthHz noise bandwidth of a bin of the comparison */
export function lineRow(
  { what, frequencyHz, aDbmv, bDbmv, changeDb }: LineChange,
  display: LevelDisplay,
  bandwidthHz: number,
): string[] {
  const shown = (dbmv: number) => level(shownLevel(display, dbmv, bandwidthHz));
  return [what, formatMhz(frequencyHz), shown(aDbmv), shown(bDbmv), formatSigned(changeDb, 1, NONE)];
}

/** Lines worth a row: those that changed. */
export function changedLines({ lines }: SpectrumComparison): LineChange[] {
  return lines.filter(({ what }) => what !== "same");
}

/** The comparison in one sentence. */
export function comparisonWords(comparison: SpectrumComparison): string {
  const { bins, spreadDb, lines } = comparison;
  const share = bins.known === 0 ? 0 : (100 * bins.beyond) / bins.known;
  const count = (what: LineChange["what"]) => lines.filter((line) => line.what === what).length;
  return (
    `${formatNumber(share, 1)} % of ${bins.known} bins differ by more than 2σ (±${formatNumber(2 * spreadDb, 2)} dB); ` +
    "chance alone would make 4.6 %. " +
    `Lines: ${count("new")} new, ${count("gone")} gone, ${count("changed")} changed, ${count("same")} the same.`
  );
}
