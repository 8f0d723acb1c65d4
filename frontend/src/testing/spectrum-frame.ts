import type { SpectrumFrame } from "@pnmlab/protocol/frame";

/** A frame of 100 kHz bins from 10 MHz, one every 100 ms. @param levelsDbmv level per bin */
export function spectrumFrame(
  sequence: number,
  levelsDbmv: readonly number[],
  part: Partial<SpectrumFrame> = {},
): SpectrumFrame {
  return {
    streamId: 1,
    sequence,
    capturedAtMs: sequence * 100,
    receivedAtMs: sequence * 100 + 5,
    firstBinHz: 10e6,
    binSpacingHz: 100e3,
    resolutionBandwidthHz: 100e3,
    kHundredthsDb: 0,
    gapBefore: false,
    uncalibrated: false,
    withheld: 0,
    levelsHundredthsDbmv: Int16Array.from(levelsDbmv, (level) => Math.round(level * 100)),
    ...part,
  };
}
