import { AnalysisError } from "./errors.ts";
import { dbOfPower, powerOfDb } from "./units.ts";

const EULER_GAMMA = 0.5772156649015329;
const DB_PER_NEPER_POWER = 10 / Math.LN10;

/** How far the average of dB values of Gaussian noise lies below its power average, in dB. */
export const LOG_AVERAGE_BIAS_DB = -DB_PER_NEPER_POWER * EULER_GAMMA;

/**
 * Median of |P_k - P_(k-1)| over neighbouring single-look noise bins, in dB: 10/ln 10 * ln 3. A decoder
 * that scales dB values wrongly misses it by the same factor.
 */
export const SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB = DB_PER_NEPER_POWER * Math.log(3);

/** Standard deviation in dB of one noise bin averaged over `looks` spectra: 10/ln 10 * sqrt(psi1(looks)). */
export function noiseSpreadDb(looks: number): number {
  assertLooks(looks);
  let trigamma = Math.PI ** 2 / 6;
  for (let k = 1; k < looks; k += 1) trigamma -= 1 / (k * k);
  return DB_PER_NEPER_POWER * Math.sqrt(trigamma);
}

/** How far max hold of noise lies above its mean after `looks` spectra, in dB: 10 log10 of a harmonic number. */
export function maxHoldDriftDb(looks: number): number {
  assertLooks(looks);
  let harmonic = 0;
  for (let k = 1; k <= looks; k += 1) harmonic += 1 / k;
  return dbOfPower(harmonic);
}

/** How far min hold of noise lies from its mean after `looks` spectra, in dB (negative). */
export function minHoldDriftDb(looks: number): number {
  assertLooks(looks);
  return -dbOfPower(looks);
}

/**
 * Threshold in dB over the mean of noise averaged over `looks` spectra that a bin exceeds with probability
 * `falseAlarm`: solves Q(looks, looks * T) = falseAlarm, the gamma distribution of averaged power.
 */
export function falseAlarmThresholdDb(falseAlarm: number, looks = 1): number {
  assertLooks(looks);
  if (!(falseAlarm > 0 && falseAlarm < 1)) {
    throw new AnalysisError("BAD_ARGUMENT", `a probability lies between 0 and 1, not ${falseAlarm}`);
  }
  let low = 0;
  let high = 1;
  while (tail(looks, looks * high) > falseAlarm) high *= 2;
  for (let step = 0; step < 100; step += 1) {
    const middle = (low + high) / 2;
    if (tail(looks, looks * middle) > falseAlarm) low = middle;
    else high = middle;
  }
  return dbOfPower(high);
}

/**
 * Power below which noise averaged over `looks` spectra stays with probability `share`, relative to its mean:
 * the quantile of a gamma distribution. For one look it is `-ln(1 - share)`.
 */
export function noiseQuantile(share: number, looks = 1): number {
  return powerOfDb(falseAlarmThresholdDb(1 - share, looks));
}

/** Q(n, x) for whole n: e^-x * sum over k < n of x^k / k!. */
function tail(n: number, x: number): number {
  let term = Math.exp(-x);
  let sum = term;
  for (let k = 1; k < n; k += 1) {
    term *= x / k;
    sum += term;
  }
  return sum;
}

function assertLooks(looks: number): void {
  if (!Number.isInteger(looks) || looks < 1) {
    throw new AnalysisError("BAD_ARGUMENT", `a number of spectra is a whole number from 1, not ${looks}`);
  }
}
