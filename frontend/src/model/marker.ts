/** What a marker measures: a level, the distance to another one, the density of noise, or the power of a band. */
export const MARKER_KINDS = ["normal", "delta", "noise", "bandPower"] as const;
export type MarkerKind = (typeof MARKER_KINDS)[number];

/** Traces that a marker can sit on. */
export const MARKER_TRACES = ["live", "average", "max", "min", "reference"] as const;
export type MarkerTrace = (typeof MARKER_TRACES)[number];

export const MOST_MARKERS = 16;
export const DEFAULT_BAND_HZ = 1e6;

/** What is measured around a marker besides its level. */
export type MarkerFunction =
  /** Width that holds a share of the power within `spanHz` around the marker. */
  | { kind: "occupied"; spanHz: number; share: number }
  /** Width where the signal has fallen by `downDb` on either side. */
  | { kind: "width"; downDb: number }
  /** Power of the bands of `channelHz` at `offsetHz` on either side against that around the marker. */
  | { kind: "adjacent"; channelHz: number; offsetHz: number };

/** One marker of the picture, numbered from 1. */
export interface Marker {
  number: number;
  kind: MarkerKind;
  trace: MarkerTrace;
  frequencyHz: number;
  /** Number of the marker that a delta refers to. */
  reference?: number | undefined;
  /** Width of the band of a band-power marker, Hz. */
  bandHz?: number | undefined;
  /** Follows the peak next to it with every frame. */
  isTracking: boolean;
  /** A marker in time: it stands on the waterfall and reads the frame of then, Unix milliseconds. */
  timeMs?: number | undefined;
  measure?: MarkerFunction | undefined;
}

/** What a marker reads now. NaN stands for no value. */
export interface MarkerReading {
  number: number;
  frequencyHz: number;
  bin: number;
  levelDbmv: number;
  /** dB to the reference and Hz to it, of a delta. */
  deltaDb: number;
  deltaHz: number;
  /** Time of the frame that a marker in time reads, Unix milliseconds, and milliseconds to its reference. */
  timeMs: number;
  deltaMs: number;
  dbmvPerHz: number;
  bandPowerDbmv: number;
  /** Width that the marker's function found, Hz. */
  widthHz: number;
  /** Power of the lower and the upper adjacent band against that of the channel, dB. */
  adjacentDb: readonly [number, number];
}

const SIGNS: Record<MarkerKind, string> = { normal: "M", delta: "Δ", noise: "N", bandPower: "B" };

/** Sign and number as flag and table show them: `M1`, `Δ2`. */
export function markerName({ kind, number }: Pick<Marker, "kind" | "number">): string {
  return `${SIGNS[kind]}${number}`;
}

/** The lowest number that no marker has; undefined where all are taken. */
export function freeNumber(markers: readonly Pick<Marker, "number">[]): number | undefined {
  for (let number = 1; number <= MOST_MARKERS; number += 1) {
    if (!markers.some((marker) => marker.number === number)) return number;
  }
  return undefined;
}

/** The markers without one; deltas that referred to it become normal ones. */
export function withoutMarker(markers: readonly Marker[], number: number): Marker[] {
  return markers
    .filter((marker) => marker.number !== number)
    .map((marker) =>
      marker.reference === number && marker.kind === "delta"
        ? { ...marker, kind: "normal", reference: undefined }
        : marker,
    );
}
