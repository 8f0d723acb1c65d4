/**
 * One step of the exponential ("leaky") average of linear powers: `acc = a * acc + (1 - a) * x` with
 * `a = 1 - 1/n`; the first spectrum initialises the accumulator (DOCS-PNM-MIB). Average powers, never dB.
 */
export function leakyAverage(accumulator: number | undefined, power: number, n: number): number {
  if (accumulator === undefined) return power;
  const keep = 1 - 1 / n;
  return keep * accumulator + (1 - keep) * power;
}
