import type { Receiver } from "../signal/receiver.ts";
import type { UtscConfig } from "./utsc-config.ts";

/** TenthdB value at and below which the MIB's default and its text "-100 dB" both mean: keep everything. */
const DISABLED_TENTH_DB = -100;

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
  if (config.qualifyThresholdTenthDb <= DISABLED_TENTH_DB || binPower === undefined) return true;
  const startHz = receiver.centerFrequencyHz - receiver.spanHz / 2;
  const spacingHz = receiver.spanHz / receiver.bins;
  const halfBandHz = config.qualifyBwHz / 2;
  const inBand = binPower.filter(
    (_, k) => Math.abs(startHz + k * spacingHz - config.qualifyCenterFreqHz) <= halfBandHz,
  );
  if (inBand.length === 0) return true;
  const meanDbmv = 10 * Math.log10(inBand.reduce((sum, power) => sum + power, 0) / inBand.length);
  return meanDbmv >= config.qualifyThresholdTenthDb / 10;
}
