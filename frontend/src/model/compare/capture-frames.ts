import { utscFrameLevels } from "@pnmlab/pnm-analysis";
import { decodePnm } from "@pnmlab/pnm-codec";
import { NO_LEVEL, type SpectrumFrame } from "@pnmlab/protocol/frame";

/**
 * The spectra of a stored UTSC file, as frames.
 *
 * @throws Error that says why the file holds none
 */
export function framesOfCapture(fileName: string, bytes: Uint8Array, receivedAtMs: number): SpectrumFrame[] {
  const record = decodePnm(bytes, { fileName });
  if (record.kind !== "utsc") throw new Error(`${fileName} is no UTSC capture: ${record.title}`);
  return Array.from({ length: record.frames }, (_, at) => {
    const levels = utscFrameLevels(record, at);
    return {
      streamId: 0,
      sequence: at + 1,
      capturedAtMs: receivedAtMs,
      receivedAtMs,
      firstBinHz: levels.firstBinHz,
      binSpacingHz: levels.binSpacingHz,
      resolutionBandwidthHz: levels.resolutionBandwidthHz,
      kHundredthsDb: record.kHundredthsDb ?? 0,
      gapBefore: false,
      uncalibrated: levels.uncalibrated,
      withheld: 0,
      levelsHundredthsDbmv: Int16Array.from(levels.levelsDbmv, (level) =>
        Number.isFinite(level) ? Math.min(32_767, Math.max(NO_LEVEL + 1, Math.round(level * 100))) : NO_LEVEL,
      ),
    };
  });
}
