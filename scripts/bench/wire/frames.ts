import type { SpectrumFrame } from "@pnmlab/protocol";
import { scenarios } from "../../../packages/simulator/src/signal/scenario.ts";
import { recordingOf } from "../../../packages/simulator/src/testing/recording.ts";

const DRAWN = 32;
const SPAN_HZ = 204.8e6;

/** Spectra of the simulated plant, levels in hundredths of a dBmV, to be sent over and over. */
export function drawSpectra(bins: number): Int16Array[] {
  const recording = recordingOf(scenarios.plant.ports[0]!, {
    frames: DRAWN,
    receiver: { bins, spanHz: SPAN_HZ, centerFrequencyHz: SPAN_HZ / 2, sampleRateHz: SPAN_HZ },
  });
  return [...recording.frames()].map(({ levelsDbmv }) =>
    Int16Array.from(levelsDbmv, (level) => Math.round(level * 100)),
  );
}

export function frameOf(
  levelsHundredthsDbmv: Int16Array,
  { streamId, sequence, atMs }: { streamId: number; sequence: number; atMs: number },
): SpectrumFrame {
  return {
    streamId,
    sequence,
    capturedAtMs: atMs,
    receivedAtMs: atMs,
    firstBinHz: 0,
    binSpacingHz: SPAN_HZ / levelsHundredthsDbmv.length,
    resolutionBandwidthHz: 75_000,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv,
  };
}

/** The frame as a script would send it: an array of dBmV with one decimal. */
export function jsonOf({ levelsHundredthsDbmv, ...head }: SpectrumFrame): string {
  return JSON.stringify({
    ...head,
    levelsDbmv: Array.from(levelsHundredthsDbmv, (level) => Math.round(level / 10) / 10),
  });
}
