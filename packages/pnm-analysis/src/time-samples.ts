import { AnalysisError } from "./errors.ts";
import { fftOf } from "./fft.ts";
import { figuresOf, type WindowName, windowCoefficients } from "./window.ts";

/** Levels of one frame on an even frequency axis. */
export interface FrameLevels {
  /** dBmV per bin, or dB without a reference where `uncalibrated`. A tone on a bin reads its true level. */
  levelsDbmv: Float32Array;
  /** Centre of the first bin. */
  firstBinHz: number;
  binSpacingHz: number;
  /** Equivalent noise bandwidth of one bin. */
  resolutionBandwidthHz: number;
  /** The calibration constant is unknown: levels are comparable with each other only. */
  uncalibrated: boolean;
}

/** Window of our own DFT of time samples: its side lobes, 92 dB down, hide no weak carrier beside a strong one. */
export const TIME_SAMPLES_WINDOW: WindowName = "blackmanHarris";

export interface TimeSampleOptions {
  sampleRateHz: number;
  centerFrequencyHz: number;
  spanHz: number;
  /** Window that we apply; `TIME_SAMPLES_WINDOW` unless given. */
  windowName?: WindowName | undefined;
  /** Calibration constant K in hundredths of a dB; undefined or 0 counts as not calibrated. */
  kHundredthsDb?: number | undefined;
  /** Added to K, for a CMTS whose K refers to something else than normalised bins (calibration wizard). */
  offsetDb?: number | undefined;
}

/** Least power of a bin, in counts squared: keeps an empty capture finite. */
const LEAST_POWER = 0.25;

/**
 * Levels of complex time samples (OutputFormat timeIQ): window, DFT, `p_k = |Y_k|^2 / (sum w)^2`, then
 * `10 log10 p_k + K`. Bin `N/2` of the shifted spectrum is the centre frequency: `f_k = fc + (k - N/2) df`
 * with `df = sampleRate / N`. Bins outside of the span are cut away; where the span is the sample rate, as
 * an E6000 has it for timeIQ (102.4, 204.8, 409.6 MHz), all N remain.
 *
 * @param iq I and Q of one frame, interleaved
 * @throws AnalysisError `BAD_ARGUMENT` for an odd number of integers, no samples, or a rate or span that is not positive
 */
export function timeIqLevelsDbmv(
  iq: Int16Array | Float64Array | Float32Array,
  options: TimeSampleOptions,
): FrameLevels {
  const length = iq.length / 2;
  assertUsable(length, options);
  const { window, gain, enbwBins } = preparedWindow(options.windowName ?? TIME_SAMPLES_WINDOW, length);
  const re = new Float64Array(length);
  const im = new Float64Array(length);
  for (let n = 0; n < length; n += 1) {
    re[n] = iq[2 * n]! * window[n]!;
    im[n] = iq[2 * n + 1]! * window[n]!;
  }
  fftOf(length).forward(re, im);

  const { spanHz, sampleRateHz, centerFrequencyHz } = options;
  const half = Math.floor(length / 2);
  const kept = Math.min(length, Math.max(2, 2 * Math.round((length * spanHz) / sampleRateHz / 2)));
  const first = half - Math.floor(kept / 2);
  const binSpacingHz = sampleRateHz / length;
  const levelsDbmv = new Float32Array(kept);
  const shiftDb = calibrationDb(options) - 20 * Math.log10(gain);
  const leastPower = LEAST_POWER * gain * gain;
  for (let i = 0; i < kept; i += 1) {
    const k = (first + i - half + length) % length;
    const power = re[k]! * re[k]! + im[k]! * im[k]!;
    levelsDbmv[i] = 10 * Math.log10(Math.max(power, leastPower)) + shiftDb;
  }
  return {
    levelsDbmv,
    firstBinHz: centerFrequencyHz + (first - half) * binSpacingHz,
    binSpacingHz,
    resolutionBandwidthHz: enbwBins * binSpacingHz,
    uncalibrated: isUncalibrated(options.kHundredthsDb),
  };
}

/**
 * Levels of real converter samples (OutputFormat rawAdc): one-sided, `p_k = 2 |Y_k|^2 / (sum w)^2`, so that a
 * sine reads its rms level. The samples come straight from the converter: bin k stands at
 * `adcStartHz + k sampleRate / N`, and the axis does not depend on the centre frequency, which only selects
 * the band that is kept. DC and the Nyquist bin are left out.
 *
 * @param adcStartHz frequency that the converter sees at 0 Hz, for a receiver that mixes down; 0 unless given
 * @throws AnalysisError `BAD_ARGUMENT` as `timeIqLevelsDbmv`, and where no bin lies in the span
 */
export function rawAdcLevelsDbmv(
  samples: Int16Array | Float64Array | Float32Array,
  options: TimeSampleOptions & { adcStartHz?: number | undefined },
): FrameLevels {
  const length = samples.length;
  assertUsable(length, options);
  const { window, gain, enbwBins } = preparedWindow(options.windowName ?? TIME_SAMPLES_WINDOW, length);
  const re = Float64Array.from(samples, (value, n) => value * window[n]!);
  const im = new Float64Array(length);
  fftOf(length).forward(re, im);

  const { spanHz, sampleRateHz, centerFrequencyHz } = options;
  const adcStartHz = options.adcStartHz ?? 0;
  const binSpacingHz = sampleRateHz / length;
  const first = Math.max(1, Math.ceil((centerFrequencyHz - spanHz / 2 - adcStartHz) / binSpacingHz));
  const end = Math.min(
    Math.ceil(length / 2),
    Math.ceil((centerFrequencyHz + spanHz / 2 - adcStartHz) / binSpacingHz),
  );
  if (end <= first) {
    throw new AnalysisError(
      "BAD_ARGUMENT",
      `no bin of a converter at ${sampleRateHz} samples/s lies in the span`,
    );
  }
  const levelsDbmv = new Float32Array(end - first);
  const shiftDb = calibrationDb(options) - 20 * Math.log10(gain);
  const leastPower = LEAST_POWER * gain * gain;
  for (let k = first; k < end; k += 1) {
    const power = 2 * (re[k]! * re[k]! + im[k]! * im[k]!);
    levelsDbmv[k - first] = 10 * Math.log10(Math.max(power, leastPower)) + shiftDb;
  }
  return {
    levelsDbmv,
    firstBinHz: adcStartHz + first * binSpacingHz,
    binSpacingHz,
    resolutionBandwidthHz: enbwBins * binSpacingHz,
    uncalibrated: isUncalibrated(options.kHundredthsDb),
  };
}

/** K of 0 is what a CMTS without calibration reports. */
export function isUncalibrated(kHundredthsDb: number | undefined): boolean {
  return kHundredthsDb === undefined || kHundredthsDb === 0;
}

function calibrationDb(options: TimeSampleOptions): number {
  return (options.kHundredthsDb ?? 0) / 100 + (options.offsetDb ?? 0);
}

function assertUsable(length: number, { sampleRateHz, spanHz }: TimeSampleOptions): void {
  if (!Number.isInteger(length) || length < 2) {
    throw new AnalysisError("BAD_ARGUMENT", `${length} samples give no spectrum`);
  }
  if (!(sampleRateHz > 0 && spanHz > 0)) {
    throw new AnalysisError("BAD_ARGUMENT", "sample rate and span must be positive");
  }
}

interface PreparedWindow {
  window: Float64Array;
  /** Sum of the window: what a tone of amplitude 1 reads on its bin. */
  gain: number;
  enbwBins: number;
}

let lastWindow: (PreparedWindow & { name: WindowName }) | undefined;

/** A stream of frames uses one window: the last one is kept. */
function preparedWindow(name: WindowName, length: number): PreparedWindow {
  if (lastWindow?.name === name && lastWindow.window.length === length) return lastWindow;
  const window = windowCoefficients(name, length);
  const { coherentGain, enbwBins } = figuresOf(window);
  lastWindow = { name, window, gain: coherentGain * length, enbwBins };
  return lastWindow;
}
