import {
  type BandPlan,
  dbOfPower,
  Random,
  type SpectrumFrame,
  seedFrom,
  symbolRateOfWidth,
  windowFigures,
} from "@pnmlab/pnm-analysis";
import { PortActivity } from "../signal/activity.ts";
import { BinSpectrum } from "../signal/bin-spectrum.ts";
import type { PortPlan } from "../signal/plan.ts";
import type { Receiver } from "../signal/receiver.ts";

/** A whole number of seconds, so that the times of a recording count from a second. */
const START_US = 1_780_000_000_000_000;

export interface RecordingOptions {
  frames: number;
  /** Between the starts of two captures; 50 ms unless given. */
  repeatS?: number;
  /** Starts are put off by a random time up to this; 10 ms unless given, against aliasing with the mains. */
  ditherS?: number;
  seed?: string;
  receiver?: Partial<Receiver>;
}

const RECORDING_RECEIVER: Receiver = {
  centerFrequencyHz: 51.2e6,
  spanHz: 102.4e6,
  bins: 2048,
  sampleRateHz: 102.4e6,
  window: "blackmanHarris",
  averaging: 1,
};

/** A port's activity and its recording, so that truth and frames come from the same draws. */
export interface Recording {
  activity: PortActivity;
  captureUs: number;
  atUs(frame: number): number;
  frames(): Generator<SpectrumFrame>;
}

/** Frames of a simulated port as detectors take them; times in seconds since the first. */
export function recordingOf(plan: PortPlan, options: RecordingOptions): Recording {
  const { frames, repeatS = 0.05, ditherS = 0.01, seed = "recording" } = options;
  const receiver = { ...RECORDING_RECEIVER, ...options.receiver };
  const activity = new PortActivity(plan, seedFrom(seed));
  const spectrum = new BinSpectrum(activity, receiver);
  const random = new Random(seedFrom(seed, "times"));
  const times = Array.from({ length: frames }, (_, i) =>
    Math.round(1e6 * (i * repeatS + ditherS * random.uniform())),
  );
  const binSpacingHz = receiver.spanHz / receiver.bins;
  return {
    activity,
    captureUs: spectrum.captureUs,
    atUs: (frame) => START_US + times[frame]!,
    *frames() {
      for (let sequence = 0; sequence < frames; sequence += 1) {
        const { power } = spectrum.frame(START_US + times[sequence]!);
        const levelsDbmv = new Float32Array(power.length);
        for (let k = 0; k < power.length; k += 1) levelsDbmv[k] = dbOfPower(Math.max(power[k]!, 1e-12));
        yield {
          levelsDbmv,
          firstBinHz: receiver.centerFrequencyHz - receiver.spanHz / 2,
          binSpacingHz,
          resolutionBandwidthHz: windowFigures(receiver.window).enbwBins * binSpacingHz,
          timeS: times[sequence]! / 1e6,
          sequence,
          looks: receiver.averaging,
        };
      }
    },
  };
}

/** The channel table that belongs to a plan: levels as they are meant to be. */
export function bandPlanOf(plan: PortPlan, upperEdgeHz = 85e6): BandPlan {
  return {
    upperEdgeHz,
    channels: plan.channels.map((channel, i) =>
      channel.kind === "scQam"
        ? {
            id: `scQam ${i}`,
            kind: channel.kind,
            lowerHz: channel.centerHz - channel.widthHz / 2,
            upperHz: channel.centerHz + channel.widthHz / 2,
            expectedDbmvPerHz: channel.powerDbmv - dbOfPower(symbolRateOfWidth(channel.widthHz)),
          }
        : {
            id: `ofdma ${i}`,
            kind: channel.kind,
            lowerHz: channel.lowerHz,
            upperHz: channel.upperHz,
            excludedHz: channel.excludedHz,
            expectedDbmvPerHz: channel.powerDbmvPer1600Khz - dbOfPower(1.6e6),
          },
    ),
  };
}
