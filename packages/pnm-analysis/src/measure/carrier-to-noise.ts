import { dbOfPower, powerOfDb } from "../units.ts";

/**
 * C/N from a measured level that holds both and the noise alone, each in the same bandwidth:
 * `10 log10(10^((S+N)/10) - 10^(N/10)) - N`. NaN where the signal does not stand out of the noise.
 */
export function carrierToNoiseDb(signalAndNoiseDbmv: number, noiseDbmv: number): number {
  const signal = powerOfDb(signalAndNoiseDbmv) - powerOfDb(noiseDbmv);
  return signal > 0 ? dbOfPower(signal) - noiseDbmv : Number.NaN;
}
