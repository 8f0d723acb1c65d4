import { NO_LEVEL } from "@pnmlab/protocol";

/** Linear power of every level in hundredths of a dBmV, relative to 0 dBmV: a power per bin and frame is costly. */
const powers = Float64Array.from({ length: 65536 }, (_, index) => 10 ** ((index - 32768) / 1000));

/** Linear power of a level in hundredths of a dBmV, relative to 0 dBmV. */
export function powerOfLevel(hundredthsDbmv: number): number {
  return powers[hundredthsDbmv + 32768]!;
}

/** Level of a linear power in hundredths of a dBmV; `NO_LEVEL` where there is none. */
export function levelOfPower(power: number): number {
  if (!(power > 0)) return NO_LEVEL;
  return Math.max(NO_LEVEL + 1, Math.min(32767, Math.round(1000 * Math.log10(power))));
}
