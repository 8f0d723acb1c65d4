import { TRACE_NAMES, type TraceOptions, type TraceRole } from "./trace-options.ts";

/** What a marker measures: a level, the distance to another one, the density of noise, or the power of a band. */
export const MARKER_KINDS = ["normal", "delta", "noise", "bandPower"] as const;
export type MarkerKind = (typeof MARKER_KINDS)[number];

/** Traces that a marker can sit on; of the percentile band its edges and the median. */
export const MARKER_TRACES = [
  "live",
  "average",
  "max",
  "min",
  "bandHigh",
  "p50",
  "bandLow",
  "reference",
  "difference",
  "user",
] as const;
export type MarkerTrace = (typeof MARKER_TRACES)[number];

const BAND_LINES: readonly MarkerTrace[] = ["bandHigh", "p50", "bandLow"];

/** The trace that has to be shown for a marker to read something; undefined for those that are always made. */
export function shownRoleOf(trace: MarkerTrace): TraceRole | undefined {
  if (BAND_LINES.includes(trace)) return "band";
  return trace === "difference" || trace === "user" ? trace : undefined;
}

/** A percentile is no power: neither density nor band power is made of it. */
export function isPercentile(trace: MarkerTrace): boolean {
  return BAND_LINES.includes(trace);
}

/** Whether a trace is in dB and not in levels. */
export function isInDb(trace: MarkerTrace, { user }: Pick<TraceOptions, "user">): boolean {
  return trace === "difference" || (trace === "user" && user.operation === "difference");
}

/** Name of a trace as markers tell it: `Average`, `p90`. */
export function markerTraceName(trace: MarkerTrace, { band }: Pick<TraceOptions, "band">): string {
  if (trace === "p50") return "p50, the median";
  if (trace === "bandHigh") return `p${Math.round(band.highShare * 100)}`;
  if (trace === "bandLow") return `p${Math.round(band.lowShare * 100)}`;
  return TRACE_NAMES[trace];
}

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
  /** dB where `isInDb`. */
  levelDbmv: number;
  /** The trace is a difference. */
  isInDb?: boolean | undefined;
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
