export type DetectorId = "D1" | "D2" | "D3" | "D4" | "D5" | "D6" | "D7" | "D8" | "D9" | "D10";

/** What an event comes from: a detector, or a mask that somebody has drawn. */
export type EventSourceId = DetectorId | "mask";

export type EventKind =
  | "narrowbandIngress"
  | "noiseRise"
  | "impulseNoise"
  | "cpdComb"
  | "cpdNoise"
  | "clipping"
  | "hum"
  | "tilt"
  | "rollOff"
  | "suckOut"
  | "ripple"
  | "unknownCarrier"
  | "channelSilent"
  | "lowTraffic"
  | "levelDeviation"
  | "stuckTransmitter"
  | "receiverOverload"
  | "dcSpur"
  | "anomaly"
  | "mask";

export type Severity = "info" | "minor" | "major" | "critical";

/** What a detector saw in one frame, or over the frames up to it. */
export interface Sighting {
  f0Hz: number;
  bwHz: number;
  /** The event stands where its peak was, with that level; else at the mean place of what was seen. */
  isPlaceOfPeak?: boolean | undefined;
  /** Level of the disturbance; undefined where it has none, for example a tilt. */
  levelDbmv?: number | undefined;
  /** Relative to the affected channel. */
  dBc?: number | undefined;
  /** Ids of the channels that it touches. */
  channels: readonly string[];
  /** Name and value of the statistic that was compared. */
  statistic: string;
  value: number;
  threshold: number;
  severity?: Severity | undefined;
  classification?: string | undefined;
  /** From 0 to 1. */
  confidence?: number | undefined;
  /** Further figures by name, each with its unit in the name. */
  figures?: Readonly<Record<string, number>> | undefined;
}

/** A finding over time, with the frames that prove it. */
export interface DetectorEvent {
  id: string;
  detector: EventSourceId;
  kind: EventKind;
  severity: Severity;
  state: "raised" | "cleared";
  firstS: number;
  lastS: number;
  /** Frames that showed it, and their share of all frames from the first to the last, of bursts to the clearing, in %. */
  count: number;
  dutyPct: number;
  f0Hz: number;
  bwHz: number;
  levelDbmv: number | undefined;
  dBc: number | undefined;
  channels: readonly string[];
  evidence: {
    statistic: string;
    /** Largest value so far, and the threshold that it passed. */
    value: number;
    threshold: number;
    /** Sequence number of the frame at which the value was largest. */
    peakFrame: number;
    /** Its sequence number and those of the two frames on either side of it. */
    frames: number[];
  };
  classification: string | undefined;
  confidence: number;
  figures: Readonly<Record<string, number>>;
}

export interface DetectorNotice {
  type: "raised" | "reopened" | "cleared";
  /** The event as it stood at this moment. */
  event: DetectorEvent;
}

/** Distances in dB between a disturbance and the channel that it disturbs at which its severity changes. */
export interface SeverityLimits {
  severityInfoDb: number;
  severityMinorDb: number;
  severityMajorDb: number;
}

/** Severity by that distance: by default > 30 info, 25 to 30 minor, 18 to 25 major, < 18 dB critical. */
export function severityOfDbc(dBc: number | undefined, limits: SeverityLimits): Severity {
  if (dBc === undefined || Number.isNaN(dBc)) return "minor";
  const distanceDb = -dBc;
  if (distanceDb > limits.severityInfoDb) return "info";
  if (distanceDb >= limits.severityMinorDb) return "minor";
  return distanceDb >= limits.severityMajorDb ? "major" : "critical";
}
