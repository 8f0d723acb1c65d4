import { NO_LEVEL } from "@pnmlab/protocol/frame";

const OFFSET = 32768;
const powerTable = Float64Array.from({ length: 65536 }, (_, index) => 10 ** ((index - OFFSET) / 1000));

/** Linear power, relative to 0 dBmV, of a level in hundredths of a dBmV: 10^(dB/10). */
export function powerOfHundredths(levelHundredths: number): number {
  return powerTable[levelHundredths + OFFSET]!;
}

/** Level in dBmV of a linear power; NaN where there is none. */
export function levelOfPower(power: number): number {
  return power > 0 ? 10 * Math.log10(power) : Number.NaN;
}

/** Level in dBmV of a level in hundredths; NaN for a bin without a value. */
export function levelOfHundredths(levelHundredths: number): number {
  return levelHundredths === NO_LEVEL ? Number.NaN : levelHundredths / 100;
}
