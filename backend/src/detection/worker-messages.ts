import type {
  BandPlan,
  DetectorEvent,
  DetectorId,
  DownstreamCarrier,
  MaskState,
  Thresholds,
  WatchedMask,
} from "@pnmlab/pnm-analysis";

/** What a stream of frames is judged with; stored with each event, so that it can be judged again. */
export interface JudgeOptions {
  plan: BandPlan;
  /** Spectra that the CMTS averages into one. */
  looks: number;
  /** Noise bandwidth in bins of frames that do not tell theirs. */
  enbwBins: number;
  enabled: readonly DetectorId[];
  /** Those that differ from the defaults. */
  thresholds: Partial<Thresholds>;
  /** Downstream channels, for D4; left out where they are not known. */
  downstream?: readonly DownstreamCarrier[];
  /** Masks that the lab watches on the port; of an event of a mask the one that it is of. */
  masks?: readonly WatchedMask[];
  /** A trigger selects the frames: the traffic of channels is not judged. Left out where none does. */
  isTriggered?: boolean;
  noiseBaselineDbmv?: number;
  /** The same per hertz of noise bandwidth, of the same hour of the last days; given way to by the one per bin. */
  noiseBaselineDbmvPerHz?: number;
}

/** A stored frame: its number in the session, and its wire bytes. */
export interface EvidenceFrame {
  sequence: number;
  bytes: ArrayBuffer;
}

/** The channels of a stream held against the levels that the CMTS sets. */
export interface StreamLevels {
  /** Measured less set, in the median over the channels, to a tenth of a decibel. */
  medianDb: number;
  /** Channels whose level is set and was measured, and how many of them are off to the side of the median. */
  channels: number;
  channelsOff: number;
  /** They are off as a whole, which speaks for a wrong calibration. */
  areOff: boolean;
}

/** What a run over a recording found. */
export interface TrialResult {
  frames: number;
  /** Events that were raised, by kind. */
  counts: Record<string, number>;
  /** The first hundred of the wanted kind, as they stood at the end. */
  events: DetectorEvent[];
}

/** To the worker. A stream or trial is a number that is never used again. */
export type ToDetectors =
  | { type: "open"; stream: number; options: JudgeOptions }
  | { type: "frame"; stream: number; bytes: ArrayBuffer }
  /** Noise of the hour that begins, for D2. */
  | { type: "baseline"; stream: number; dbmvPerHz: number }
  /** Masks from the next frame on. */
  | { type: "masks"; stream: number; masks: readonly WatchedMask[] }
  | { type: "close"; stream: number }
  | { type: "openTrial"; trial: number; options: JudgeOptions; wantedKind: string | undefined }
  /** Options are given where they change before these frames. */
  | { type: "tryFrames"; trial: number; frames: ArrayBuffer[]; options?: JudgeOptions }
  /** The result is wanted, or nobody wants it any more. */
  | { type: "endTrial"; trial: number; isWanted: boolean };

/** What became of an event of a stream. */
export type EventChange = "raised" | "changed" | "cleared";

/** From the worker. */
export type FromDetectors =
  | { type: "event"; stream: number; change: EventChange; event: DetectorEvent }
  | { type: "evidence"; stream: number; eventId: string; frames: EvidenceFrame[]; peakFrame: number }
  /** The frames lie on another axis now, or have another noise bandwidth: the detectors have begun anew and follow these events no more. */
  | { type: "released"; stream: number }
  /** Noise of an hour so far, see `NoiseHour`. */
  | { type: "noise"; stream: number; hour: number; dbmvPerHz: number; samples: number }
  /** How the masks stand, wherever that has changed. */
  | { type: "maskStates"; stream: number; states: readonly MaskState[] }
  /** How levels stand, wherever that has changed; after `released` not known until it is told again. */
  | { type: "levels"; stream: number; levels: StreamLevels }
  /** A stream is closed; nothing more comes of it. */
  | { type: "closed"; stream: number }
  /** Frames that are through, and the CPU time that they took. */
  | { type: "analysed"; stream: number; frames: number; cpuUs: number }
  /** A stream came upon an error and is closed. */
  | { type: "failed"; stream: number; message: string }
  | { type: "tried"; trial: number }
  | { type: "trialFailed"; trial: number; message: string }
  | { type: "trialResult"; trial: number; result: TrialResult };
