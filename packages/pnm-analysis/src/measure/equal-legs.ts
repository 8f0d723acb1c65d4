import { AnalysisError } from "../errors.ts";
import { dbOfPower, powerOfDb } from "../units.ts";

/**
 * Level of the noise where equal legs of a return path come together: noise funnels, k legs add 10 log10 k.
 *
 * @param legs 1 and more
 * @returns in the unit of `legLevelDb`
 * @throws AnalysisError `BAD_ARGUMENT`
 */
export function levelOfLegs(legLevelDb: number, legs: number): number {
  return legLevelDb + riseOf(legs);
}

/**
 * The level that each of so many equal legs has alone, where all of them together have `sumLevelDb`.
 *
 * @param legs 1 and more
 * @returns in the unit of `sumLevelDb`
 * @throws AnalysisError `BAD_ARGUMENT`
 */
export function levelOfOneLeg(sumLevelDb: number, legs: number): number {
  return sumLevelDb - riseOf(legs);
}

/**
 * Share of the noise power, 0 to 1, that a leg carries by which the floor falls when it is taken off: 3 dB is half of it.
 *
 * @throws AnalysisError `BAD_ARGUMENT` where the floor does not fall
 */
export function shareOfLeg(fallDb: number): number {
  if (!(fallDb >= 0)) throw new AnalysisError("BAD_ARGUMENT", `a fall of ${fallDb} dB is none`);
  return 1 - powerOfDb(-fallDb);
}

function riseOf(legs: number): number {
  if (!(legs >= 1)) throw new AnalysisError("BAD_ARGUMENT", `${legs} legs are less than one`);
  return dbOfPower(legs);
}
