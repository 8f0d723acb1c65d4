import type { ChannelFigures } from "@pnmlab/pnm-analysis";
import type { UpstreamChannel } from "@pnmlab/protocol";
import { formatMhz, formatNumber, formatSigned } from "./format.ts";
import type { TableSort } from "./table-sort.ts";

/** Stands in the columns below for the unit that the page shows levels in. */
export const LEVEL_UNIT = "level";

/** Columns of the Channels tab; `channel` sorts by frequency. */
export const CHANNEL_COLUMNS = [
  { name: "channel", title: "Channel", unit: "", says: "Channels by frequency" },
  { name: "power", title: "Power", unit: LEVEL_UNIT, says: "Power while it sends" },
  { name: "deviation", title: "Off", unit: "dB", says: "Power over the one that the CMTS sets" },
  { name: "floor", title: "Floor", unit: LEVEL_UNIT, says: "Noise in the bandwidth of the signal" },
  { name: "carrierToNoise", title: "C/N", unit: "dB", says: "Carrier over noise" },
  { name: "occupancy", title: "Occ.", unit: "%", says: "Occupancy: share of the frames in which it sends" },
  { name: "tilt", title: "Tilt", unit: "dB", says: "Tilt over the middle 80 % of the signal" },
  { name: "spur", title: "Spur", unit: "dBc", says: "Worst line in the channel, under its power" },
] as const;
export type ChannelColumn = (typeof CHANNEL_COLUMNS)[number]["name"];
type FigureColumn = Exclude<ChannelColumn, "channel">;

/** A number as it is shown; `why` says why there is none, or what is to be known about it. */
export interface ChannelCell {
  /** NaN where there is none. */
  value: number;
  text: string;
  why: string | undefined;
}

export interface ChannelRow {
  channel: UpstreamChannel;
  /** Undefined where the spectrum does not show the whole channel, or nothing was received. */
  figures: ChannelFigures | undefined;
  /** Why there are no figures. */
  missing: string | undefined;
  cells: Record<FigureColumn, ChannelCell> | undefined;
}

const SILENT = { text: "silent", why: "It has not sent since the figures began" };

function given(value: number, text: string, why?: string): ChannelCell {
  return { value, text, why };
}

function unknown(text: string, why: string): ChannelCell {
  return { value: Number.NaN, text, why };
}

/** Turns the power in a bandwidth, dBmV, into the number that the page shows. */
type ShowLevel = (levelDbmv: number, bandwidthHz: number) => number;

/**
 * Rows of all channels of a port.
 *
 * @param figures undefined before the first frame
 * @param show levels stay dBmV without it
 */
export function channelRows(
  channels: readonly UpstreamChannel[],
  figures: readonly ChannelFigures[] | undefined,
  show: ShowLevel = (levelDbmv) => levelDbmv,
): ChannelRow[] {
  const byId = new Map((figures ?? []).map((one) => [one.id, one]));
  return channels.map((channel) => {
    const own = byId.get(String(channel.ifIndex));
    return {
      channel,
      figures: own,
      missing: own ? undefined : figures ? "outside the span" : "no frame yet",
      cells: own && cellsOf(own, show),
    };
  });
}

/** The row that is shown in full: the chosen one, else the first that has figures, else the first. */
export function selectedRow(rows: readonly ChannelRow[], chosen: number | undefined): ChannelRow | undefined {
  return (
    rows.find(({ channel }) => channel.ifIndex === chosen) ?? rows.find(({ figures }) => figures) ?? rows[0]
  );
}

/** The figures of a channel as the table words them, bounds with their sign. */
export function cellsOf(figures: ChannelFigures, show: ShowLevel): Record<FigureColumn, ChannelCell> {
  const { powerDbmv, signalHz, deviationDb, carrierToNoiseDb, tiltDb, worstSpur } = figures;
  const [power, floor] = [show(powerDbmv, signalHz), show(figures.floorDbmv, signalHz)];
  const isSilent = Number.isNaN(powerDbmv);
  const silent = unknown(SILENT.text, SILENT.why);
  const isUnderBurst = figures.floorSource === "underBurst";
  const isUnknown = figures.floorSource === "unknown";
  const noFloor = unknown(
    "no floor",
    isUnknown ? "Too few frames without a burst so far" : "No frame shows the noise there",
  );
  const underBurst = "It sends too often to see the noise between: this may be too high";
  return {
    power: isSilent ? silent : given(power, formatSigned(power, 1)),
    deviation: deviationCell(deviationDb, isSilent),
    floor: Number.isNaN(figures.floorDbmv)
      ? noFloor
      : given(
          floor,
          `${isUnderBurst ? "≤" : ""}${formatSigned(floor, 1)}`,
          isUnderBurst ? underBurst : undefined,
        ),
    carrierToNoise: Number.isNaN(carrierToNoiseDb)
      ? isSilent
        ? silent
        : Number.isNaN(figures.floorDbmv)
          ? noFloor
          : unknown("in noise", "Its power does not stand out of the noise")
      : given(
          carrierToNoiseDb,
          `${isUnderBurst ? "≥" : ""}${formatNumber(carrierToNoiseDb, 1)}`,
          isUnderBurst ? "It sends too often to see the noise between: this may be too low" : undefined,
        ),
    occupancy: given(figures.occupancyPct, formatNumber(figures.occupancyPct, 0)),
    tilt: Number.isNaN(tiltDb)
      ? isSilent
        ? silent
        : unknown("too narrow", "Too few bins lie in it for a slope")
      : given(tiltDb, formatSigned(tiltDb, 1)),
    spur: worstSpur
      ? given(worstSpur.dBc, formatNumber(worstSpur.dBc, 0), `At ${formatMhz(worstSpur.frequencyHz)} MHz`)
      : isUnknown
        ? noFloor
        : isUnderBurst
          ? unknown("hidden", "It sends too often to see lines between its bursts")
          : isSilent
            ? silent
            : unknown("none", "No line stands 6 dB out of the noise"),
  };
}

function deviationCell(deviationDb: number | undefined, isSilent: boolean): ChannelCell {
  if (deviationDb === undefined) {
    return unknown("not set", "The CMTS does not tell the level it sets for this channel");
  }
  if (isSilent) return unknown(SILENT.text, SILENT.why);
  return given(deviationDb, formatSigned(deviationDb, 1));
}

/** Rows in an order; those without the number stand last either way. */
export function sortedRows(
  rows: readonly ChannelRow[],
  { column: by, isDescending }: TableSort<ChannelColumn>,
): ChannelRow[] {
  const sortValue = ({ channel, cells }: ChannelRow) =>
    by === "channel" ? channel.lowerFrequencyHz : (cells?.[by].value ?? Number.NaN);
  return [...rows].sort((a, b) => {
    const [left, right] = [sortValue(a), sortValue(b)];
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return isDescending ? right - left : left - right;
  });
}
