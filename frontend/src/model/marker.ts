/** What a marker measures: a level, the distance to another one, the density of noise, or the power of a band. */
export const MARKER_KINDS = ["normal", "delta", "noise", "bandPower"] as const;
export type MarkerKind = (typeof MARKER_KINDS)[number];

/** One marker of the picture, numbered from 1. */
export interface Marker {
  number: number;
  kind: MarkerKind;
  frequencyHz: number;
  /** Number of the marker that a delta refers to. */
  reference?: number;
  /** Width of the band of a band-power marker, Hz. */
  bandHz?: number;
  /** Follows the peak next to it with every frame. */
  isTracking: boolean;
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
  dbmvPerHz: number;
  bandPowerDbmv: number;
}
