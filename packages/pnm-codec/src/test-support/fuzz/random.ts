import { uniform } from "../noise.ts";

/** A whole number from 0 up to, but not including, the limit. */
export type Below = (limit: number) => number;

/** Numbers of one case of a run: any case can be made again from the seed of the run and its own number. */
export function caseRandom(seed: number, index: number): Below {
  // Neighbouring states of a shift register give similar numbers: spread them first (Knuth's multiplier).
  const state = Math.imul(Math.imul(index + 1, 2_654_435_761) ^ seed, 2_246_822_519);
  const random = uniform(state ^ (state >>> 15));
  random();
  return (limit) => Math.floor(random() * limit);
}
