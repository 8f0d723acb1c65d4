import { UTSC_FORMATS, type UtscRecord, utscLevelsDb } from "@pnmlab/pnm-codec";
import { clippedShare } from "./clipped-share.ts";
import { AnalysisError } from "./errors.ts";
import { type FrameLevels, isUncalibrated, rawAdcLevelsDbmv, timeIqLevelsDbmv } from "./time-samples.ts";
import { type WindowName, windowFigures } from "./window.ts";

/**
 * What a capture was made with, as the CMTS reads it back. Each field falls back on the file's header, because
 * the common-header form holds neither window, sample rate nor K.
 */
export interface UtscFrameOptions {
  /** Window that the CMTS applied (FFT formats); rectangular, the MIB's default, where nobody knows. */
  window?: WindowName | undefined;
  /** docsPnmCmtsUtscResultSampleRate; time formats only. For timeIQ the span unless given. */
  sampleRateHz?: number | undefined;
  spanHz?: number | undefined;
  centerFrequencyHz?: number | undefined;
  /** docsPnmCmtsUtscResultCalibrationConstantK. */
  kHundredthsDb?: number | undefined;
  /** docsPnmCmtsUtscResultResolutionBw; FFT formats only. */
  resolutionBandwidthHz?: number | undefined;
  /** Window that we apply to time samples; `TIME_SAMPLES_WINDOW` unless given. */
  timeWindow?: WindowName | undefined;
  /** Added to K for time samples, see `TimeSampleOptions`. */
  timeOffsetDb?: number | undefined;
}

/**
 * Levels of one frame of a UTSC capture, whatever its output format: FFT formats by `utscLevelsDb`, timeIQ and
 * rawAdc by a windowed DFT. FFT formats have `binSpacing = span / bins`, time formats `sampleRate / samples`
 * with the bins outside of the span cut away.
 *
 * @throws AnalysisError `MISSING_PARAMETER` where neither header nor options give centre and span, or the sample rate of rawAdc
 * @throws PnmDecodeError `BAD_VALUE` for a frame that the record does not have
 */
export function utscFrameLevels(
  record: UtscRecord,
  frame: number,
  options: UtscFrameOptions = {},
): FrameLevels {
  const centerFrequencyHz = options.centerFrequencyHz ?? record.centerFrequencyHz;
  const spanHz = options.spanHz ?? record.spanHz;
  if (centerFrequencyHz === undefined || spanHz === undefined || !(spanHz > 0)) {
    throw new AnalysisError("MISSING_PARAMETER", "neither file nor configuration give centre and span");
  }
  const kHundredthsDb = options.kHundredthsDb ?? record.kHundredthsDb;
  const { outputFormat, bins } = record;
  if (outputFormat === "timeIQ" || outputFormat === "rawAdc") {
    const sampleRateHz = sampleRateOf(record, options, spanHz);
    const time = {
      sampleRateHz,
      centerFrequencyHz,
      spanHz,
      kHundredthsDb,
      windowName: options.timeWindow,
      offsetDb: options.timeOffsetDb,
    };
    const perFrame = bins * UTSC_FORMATS[outputFormat].integersPerBin;
    assertFrame(record, frame);
    const samples = record.samples.subarray(frame * perFrame, (frame + 1) * perFrame) as Int16Array;
    return outputFormat === "timeIQ" ? timeIqLevelsDbmv(samples, time) : rawAdcLevelsDbmv(samples, time);
  }
  const binSpacingHz = spanHz / bins;
  const window = options.window ?? windowOfCode(record.capture?.window) ?? "rectangular";
  return {
    levelsDbmv: utscLevelsDb(
      kHundredthsDb === record.kHundredthsDb ? record : { ...record, kHundredthsDb },
      frame,
    ),
    firstBinHz: centerFrequencyHz - spanHz / 2,
    binSpacingHz,
    resolutionBandwidthHz:
      options.resolutionBandwidthHz ??
      (record.capture?.resolutionBwHz || windowFigures(window).enbwBins * binSpacingHz),
    uncalibrated: isUncalibrated(kHundredthsDb),
  };
}

/**
 * Share of a frame's integers that stand at the end of their number range: the receiver was overdriven, or a bin holds
 * more than its format can tell.
 *
 * @throws AnalysisError `BAD_ARGUMENT` for a frame that the record does not have
 */
export function utscClippedShare(record: UtscRecord, frame: number): number {
  assertFrame(record, frame);
  const perFrame = record.bins * UTSC_FORMATS[record.outputFormat].integersPerBin;
  const samples = record.samples.subarray(frame * perFrame, (frame + 1) * perFrame);
  // The lower end of levels in dB is an empty bin.
  return clippedShare(samples, record.outputFormat === "fftDb");
}

function sampleRateOf(record: UtscRecord, options: UtscFrameOptions, spanHz: number): number {
  const known = options.sampleRateHz ?? record.capture?.sampleRateHz;
  if (known !== undefined && known > 0) return known;
  // A CMTS offers spans for timeIQ that are its sample rates (CommScope E6000 CCAP guide).
  if (record.outputFormat === "timeIQ") return spanHz;
  throw new AnalysisError("MISSING_PARAMETER", "rawAdc needs the sample rate, which the file does not hold");
}

function assertFrame(record: UtscRecord, frame: number): void {
  if (!Number.isInteger(frame) || frame < 0 || frame >= record.frames) {
    throw new AnalysisError("BAD_ARGUMENT", `the record has no frame ${frame}, only ${record.frames}`);
  }
}

const WINDOWS_BY_CODE: readonly (WindowName | undefined)[] = [
  undefined,
  undefined,
  "rectangular",
  "hann",
  "blackmanHarris",
  "hamming",
  "flatTop",
  "gaussian",
  "chebyshev",
];

/** Window of a docsPnmCmtsUtscCfgWindow value; undefined for other(1) and values that the MIB does not name. */
export function windowOfCode(code: number | undefined): WindowName | undefined {
  return code === undefined ? undefined : WINDOWS_BY_CODE[code];
}
