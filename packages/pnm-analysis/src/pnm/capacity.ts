import { dbOfPower, powerOfDb } from "../units.ts";

/** Shannon's bits per second and Hz at this MER. */
export function shannonBits(merDb: number): number {
  return Math.log2(1 + powerOfDb(merDb));
}

/** MER that Shannon's bound needs for so many bits. */
export function shannonMerDb(bits: number): number {
  return dbOfPower(2 ** bits - 1);
}

/** Bits per second before coding of multicarrier symbols: carriers times bits over symbol and cyclic prefix. */
export function rawRateBps(carriers: number, bits: number, usefulS: number, cyclicPrefixS: number): number {
  return (carriers * bits) / (usefulS + cyclicPrefixS);
}
