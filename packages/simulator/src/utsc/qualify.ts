import type { Receiver } from "../signal/receiver.ts";
import type { UtscConfig } from "./utsc-config.ts";

/**
 * The MIB's default of -100 and its text "-100 dB or lower" both mean: keep everything. The column counts
 * tenths of dB, so they are two values; what lies between is a threshold, or no plant's signal would reach one.
 */
const DEFAULT_TENTH_DB = -100;
const DISABLED_TENTH_DB = -1000;

/**
 * Whether a spectrum is kept: mean linear power of the bins in the qualify band at or over the threshold
 * (docsPnmCmtsUtscCfgQualify*). The MIB does not say what the threshold is relative to; dBmV per bin here.
 *
 * @param binPower mV^2 per bin; undefined for time samples, which are always kept
 */
export function isQualified(
  config: UtscConfig,
  receiver: Receiver,
  binPower: Float64Array | undefined,
): boolean {
  const threshold = config.qualifyThresholdTenthDb;
  const isOff = threshold === DEFAULT_TENTH_DB || threshold <= DISABLED_TENTH_DB;
  if (isOff || binPower === undefined) return true;
  const startHz = receiver.centerFrequencyHz - receiver.spanHz / 2;
  const spacingHz = receiver.spanHz / receiver.bins;
  const halfBandHz = config.qualifyBwHz / 2;
  const inBand = binPower.filter(
    (_, k) => Math.abs(startHz + k * spacingHz - config.qualifyCenterFreqHz) <= halfBandHz,
  );
  if (inBand.length === 0) return true;
  const meanDbmv = 10 * Math.log10(inBand.reduce((sum, power) => sum + power, 0) / inBand.length);
  return meanDbmv >= threshold / 10;
}
