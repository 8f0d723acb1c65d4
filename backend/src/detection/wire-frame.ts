import type { SpectrumFrame as AnalysedFrame } from "@pnmlab/pnm-analysis";
import { decodeSpectrumFrame, NO_LEVEL } from "@pnmlab/protocol";
import type { JudgeOptions } from "./worker-messages.ts";

/** Reads wire bytes as detectors take them: dBmV, NaN where a bin has no level, times in seconds. */
export function analysedFrameOf(
  bytes: ArrayBuffer,
  { looks, enbwBins }: Pick<JudgeOptions, "looks" | "enbwBins">,
): AnalysedFrame {
  const frame = decodeSpectrumFrame(bytes);
  const { levelsHundredthsDbmv, firstBinHz, binSpacingHz, sequence } = frame;
  const levelsDbmv = new Float32Array(levelsHundredthsDbmv.length);
  for (let bin = 0; bin < levelsDbmv.length; bin += 1) {
    const hundredths = levelsHundredthsDbmv[bin]!;
    levelsDbmv[bin] = hundredths === NO_LEVEL ? Number.NaN : hundredths / 100;
  }
  return {
    levelsDbmv,
    firstBinHz,
    binSpacingHz,
    resolutionBandwidthHz: frame.resolutionBandwidthHz || enbwBins * binSpacingHz,
    timeS: frame.capturedAtMs / 1000,
    sequence,
    looks,
    clippedShare: frame.clippedShare,
  };
}
