import { levelIn } from "@pnmlab/pnm-analysis";
import { formatBandwidth, formatClock, formatMhz, formatNumber, formatSigned } from "./format.ts";
import { DEFAULT_BAND_HZ, type Marker, type MarkerKind, type MarkerReading, markerName } from "./marker.ts";
import { LEVEL_UNITS, type LevelDisplay, unitName } from "./shown-level.ts";

export const KIND_NAMES: Record<MarkerKind, string> = {
  normal: "normal",
  delta: "delta",
  noise: "noise",
  bandPower: "band",
};

/** Bandwidth that the level of a marker is measured in. */
function bandwidthOf({ kind, bandHz = DEFAULT_BAND_HZ }: Marker, binBandwidthHz: number): number {
  return kind === "bandPower" ? bandHz : binBandwidthHz;
}

/** The level of a marker on a trace in dB: `+3.2 dB`. */
export function relativeWords({ levelDbmv }: MarkerReading): string {
  return Number.isFinite(levelDbmv) ? `${formatSigned(levelDbmv, 1)} dB` : "no level";
}

/** What a marker measures, dBmV: the power of its band, or the level of its bin. */
export function levelOfMarker({ kind }: Marker, reading: MarkerReading): number {
  return kind === "bandPower" ? reading.bandPowerDbmv : reading.levelDbmv;
}

function densityUnit({ unit }: LevelDisplay) {
  return unit.startsWith("dBm/") || unit === "dBm" ? "dBm/Hz" : "dBmV/Hz";
}

function shownDensity({ dbmvPerHz }: MarkerReading, display: LevelDisplay): number {
  return levelIn(densityUnit(display), dbmvPerHz + display.offsetDb, 1);
}

/** A noise marker's density: `−92.0 dBmV/Hz`, in dBm where the page shows dBm. */
export function densityWords(reading: MarkerReading, display: LevelDisplay): string {
  const value = shownDensity(reading, display);
  return Number.isFinite(value) ? `${formatNumber(value, 1)} ${densityUnit(display)}` : "no level";
}

/** What a marker measures and what it refers to, as a line tells it: `, band power, 1 MHz`; nothing of a level. */
export function kindWords(marker: Marker, markers: readonly Marker[]): string {
  switch (marker.kind) {
    case "normal":
      return "";
    case "bandPower":
      return `, band power, ${shortBandwidth(marker.bandHz ?? DEFAULT_BAND_HZ)}`;
    case "noise":
      return ", noise";
    case "delta": {
      const reference = markers.find(({ number }) => number === marker.reference);
      return reference ? `, delta to ${markerName(reference)}` : ", delta";
    }
  }
}

/** A bandwidth as short as a narrow column wants it: `6.4 MHz`, `500 kHz`. */
function shortBandwidth(bandwidthHz: number): string {
  return formatBandwidth(bandwidthHz).replace(/\.?0+ /, " ");
}

/** The last column of the table: difference, band, or what the marker's function found. */
export function noteWords(marker: Marker, reading: MarkerReading | undefined): string {
  if (!reading) return "";
  const { measure } = marker;
  if (measure?.kind === "adjacent") {
    const [lower, upper] = reading.adjacentDb;
    return `adjacent ${formatNumber(lower, 1, "–")} / ${formatNumber(upper, 1, "–")} dB`;
  }
  if (measure) {
    const name =
      measure.kind === "occupied" ? `${formatNumber(measure.share * 100, 0)} %` : `−${measure.downDb} dB`;
    return `${name} ${Number.isNaN(reading.widthHz) ? "no width" : shortBandwidth(reading.widthHz)}`;
  }
  switch (marker.kind) {
    case "delta": {
      const level = `${formatSigned(reading.deltaDb, 1, "no level")} dB`;
      const delta = reading.deltaHz === 0 ? level : `${level}, ${formatSigned(reading.deltaHz / 1e6, 3)} MHz`;
      return Number.isNaN(reading.deltaMs) ? delta : `${delta}, ${formatSigned(reading.deltaMs / 1000, 2)} s`;
    }
    case "bandPower":
      return shortBandwidth(marker.bandHz ?? DEFAULT_BAND_HZ);
    case "noise":
      return "17 bins";
    case "normal":
      if (marker.timeMs !== undefined) return formatClock(marker.timeMs, true);
      return marker.isTracking ? "tracks" : "";
  }
}

/** The level of a marker in every unit, one a line. Densities hold for noise-like signals only. */
export function allUnits(
  marker: Marker,
  reading: MarkerReading,
  binBandwidthHz: number,
  offsetDb: number,
): string {
  const level = levelOfMarker(marker, reading);
  if (Number.isNaN(level)) return "No level";
  if (reading.isInDb) return relativeWords(reading);
  const bandwidthHz = bandwidthOf(marker, binBandwidthHz);
  const lines = LEVEL_UNITS.map(
    (unit) => `${formatNumber(levelIn(unit, level + offsetDb, bandwidthHz), 1)} ${unitName(unit)}`,
  );
  return [...lines, `in ${formatBandwidth(bandwidthHz)}`].join("\n");
}

/** The markers as lines of tab-separated values, levels in the shown unit. */
export function markersTsv(
  markers: readonly Marker[],
  readingOf: (number: number) => MarkerReading | undefined,
  levels: {
    display: LevelDisplay;
    unitLabel: string;
    number(levelDbmv: number, bandwidthHz?: number): string;
  },
): string {
  const ascii = (text: string) => text.replaceAll("\u2212", "-");
  const head = [
    "Marker",
    "Kind",
    "Trace",
    "MHz",
    levels.unitLabel,
    `Noise ${densityUnit(levels.display)}`,
    "Delta dB",
    "Delta MHz",
    "Note",
  ];
  const rows = markers.map((marker) => {
    const reading = readingOf(marker.number);
    const db = (value: number | undefined) => formatNumber(value ?? Number.NaN, 2, "");
    return [
      markerName(marker),
      KIND_NAMES[marker.kind],
      marker.trace,
      formatMhz(reading?.frequencyHz ?? marker.frequencyHz, 6),
      reading?.isInDb
        ? `${formatNumber(reading.levelDbmv, 2, "")} dB`
        : reading
          ? levels.number(
              levelOfMarker(marker, reading),
              marker.kind === "bandPower" ? (marker.bandHz ?? DEFAULT_BAND_HZ) : undefined,
            )
          : "",
      db(reading && shownDensity(reading, levels.display)),
      db(reading?.deltaDb),
      db(reading && reading.deltaHz / 1e6),
      noteWords(marker, reading),
    ].map(ascii);
  });
  return [head, ...rows].map((cells) => cells.join("\t")).join("\n");
}
