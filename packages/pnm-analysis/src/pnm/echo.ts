const SPEED_OF_LIGHT_M_PER_S = 299_792_458;
export const FEET_PER_METRE = 1 / 0.3048;

/** Velocity factors of drop and hardline cables; show with every distance which one it used. */
export const VELOCITY_FACTORS = { RG6: 0.87, RG11: 0.87, RG59: 0.82, hardline: 0.87 } as const;

/** Ripple that an echo of this level leaves in a response: highest, lowest and peak to peak, in dB. */
export function rippleOfEcho(echoDbc: number): { highestDb: number; lowestDb: number; peakToPeakDb: number } {
  const rho = 10 ** (echoDbc / 20);
  const highestDb = 20 * Math.log10(1 + rho);
  const lowestDb = 20 * Math.log10(1 - rho);
  return { highestDb, lowestDb, peakToPeakDb: highestDb - lowestDb };
}

/** Level of the echo that makes a ripple of this size: `rho = (10^(R/20) - 1) / (10^(R/20) + 1)`. */
export function echoOfRippleDbc(peakToPeakDb: number): number {
  const ratio = 10 ** (peakToPeakDb / 20);
  return 20 * Math.log10((ratio - 1) / (ratio + 1));
}

/** Peak to peak group delay ripple of an echo, `2 rho tau / (1 - rho^2)`. */
export function groupDelayRippleS(echoDbc: number, delayS: number): number {
  const rho = 10 ** (echoDbc / 20);
  return (2 * rho * delayS) / (1 - rho * rho);
}

/** Distance between the two mismatches that an echo runs between, there and back once more: `VF c tau / 2`. */
export function echoDistanceM(delayS: number, velocityFactor: number): number {
  return (velocityFactor * SPEED_OF_LIGHT_M_PER_S * delayS) / 2;
}
