import type { FrequencyAxis } from "../axis.ts";
import { PnmDecodeError } from "../errors.ts";
import type { UtscRecord } from "../types/utsc.ts";
import { powerDb } from "./decibels.ts";

export interface UtscLevelOptions {
  /**
   * Sign of the calibration constant. DOCS-PNM-MIB only says "applied to obtain dBmV"; adding is the default.
   */
  kSign?: 1 | -1 | undefined;
  /** Written instead of a new array; at least `bins` long. */
  out?: Float32Array | undefined;
}

/** 10 log10 of half an LSB, which stands for zero. */
const HALF_LSB_DB = 10 * Math.log10(0.5);

function clampedDb(power: number): number {
  return power === 0 ? HALF_LSB_DB : powerDb(power);
}

/** What the levels of a record are relative to. K of 0 counts as "not calibrated". */
export function utscLevelReference(record: UtscRecord): {
  unit: "dBmV" | "dB";
  kHundredthsDb: number | undefined;
} {
  const k = record.kHundredthsDb;
  return k === undefined || k === 0 ? { unit: "dB", kHundredthsDb: k } : { unit: "dBmV", kHundredthsDb: k };
}

/**
 * Levels of one frame, lowest frequency first for the power formats: dBmV when the calibration constant is
 * known and not 0 (`utscLevelReference` says so), else dB without a reference. Zero power clamps to half an
 * LSB, so no level is infinite. Formulas: DOCS-PNM-MIB, OutputFormat and CalibrationConstantK.
 *
 * @throws PnmDecodeError UNSUPPORTED for timeIQ and rawAdc, which need an FFT; BAD_VALUE for a frame the
 *   record does not have
 */
export function utscLevelsDb(
  record: UtscRecord,
  frame: number,
  options: UtscLevelOptions = {},
): Float32Array {
  const { bins, samples } = record;
  if (!Number.isInteger(frame) || frame < 0 || frame >= record.frames) {
    throw new PnmDecodeError("BAD_VALUE", `the record has no frame ${frame}`, {
      expected: `0 to ${record.frames - 1}`,
      found: String(frame),
    });
  }
  const levels = options.out ?? new Float32Array(bins);
  const kDb = ((options.kSign ?? 1) * (record.kHundredthsDb ?? 0)) / 100;
  const first = frame * bins;
  switch (record.outputFormat) {
    case "fftPower":
      for (let k = 0; k < bins; k++) levels[k] = clampedDb(samples[first + k]!) + kDb;
      return levels;
    case "fftAmplitude":
      for (let k = 0; k < bins; k++) levels[k] = 2 * clampedDb(samples[first + k]!) + kDb;
      return levels;
    case "fftIQ":
      for (let k = 0; k < bins; k++) {
        const i = samples[2 * (first + k)]!;
        const q = samples[2 * (first + k) + 1]!;
        const power = i * i + q * q;
        levels[k] = (power === 0 ? 2 * HALF_LSB_DB : powerDb(power)) + kDb;
      }
      return levels;
    case "fftDb":
      for (let k = 0; k < bins; k++) levels[k] = samples[first + k]! * record.dbPerCount + kDb;
      return levels;
    case "timeIQ":
    case "rawAdc":
      throw new PnmDecodeError(
        "UNSUPPORTED",
        `${record.outputFormat} holds time samples: levels need an FFT`,
        {
          expected: "fftPower, fftIQ, fftAmplitude or fftDb",
          found: record.outputFormat,
        },
      );
  }
}

/**
 * `f(k) = centre - span/2 + k * span/bins`, bins ascending. Undefined where centre or span is not known.
 */
export function utscFrequencyAxisHz(record: UtscRecord): FrequencyAxis | undefined {
  const { centerFrequencyHz, spanHz, bins } = record;
  if (centerFrequencyHz === undefined || spanHz === undefined || spanHz <= 0 || bins === 0) return undefined;
  return { firstHz: centerFrequencyHz - spanHz / 2, stepHz: spanHz / bins, count: bins };
}
