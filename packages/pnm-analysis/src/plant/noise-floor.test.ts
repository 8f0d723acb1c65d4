import { expect, test } from "vitest";
import { NoiseFloor } from "./noise-floor.ts";

const BINS = 200;
const FRAMES = 300;
const FLOOR_DBMV = -60;

/** Noise powers of one look, the same in every run (mulberry32). */
function noiseOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return -Math.log(1 - ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32);
  };
}

/** A floor that has seen noise, with the levels given in place of it in some bins, and the highest level of each bin. */
function seen(instead: (bin: number) => number | undefined): { floor: NoiseFloor; max: Float64Array } {
  const floor = new NoiseFloor(BINS);
  const noise = noiseOf(7);
  const max = new Float64Array(BINS).fill(Number.NEGATIVE_INFINITY);
  for (let frame = 0; frame < FRAMES; frame += 1) {
    const levels = Float64Array.from(
      { length: BINS },
      (_, bin) => instead(bin) ?? FLOOR_DBMV + 10 * Math.log10(noise()),
    );
    for (let bin = 0; bin < BINS; bin += 1) max[bin] = Math.max(max[bin]!, levels[bin]!);
    floor.add(levels);
  }
  return { floor, max };
}

test("under a steady carrier the floor is that of the bins beside it, below all that was measured", () => {
  const { floor, max } = seen((bin) => (bin >= 98 && bin <= 102 ? -30 - 3 * Math.abs(bin - 100) : undefined));
  const beside = floor.levelsBesideSignalsDbmv();
  expect(floor.levelsDbmv()[100]).toBeGreaterThan(max[100]!);
  for (let bin = 98; bin <= 102; bin += 1) expect(Math.abs(beside[bin]! - FLOOR_DBMV)).toBeLessThan(1);
  for (let bin = 0; bin < BINS; bin += 1) expect(beside[bin]!).toBeLessThan(max[bin]!);
});

test("bins of noise keep the floor of their own", () => {
  const { floor } = seen(() => undefined);
  expect(floor.levelsBesideSignalsDbmv()).toEqual(floor.levelsDbmv());
});

test("a carrier at the end of the axis takes the floor of its one side", () => {
  const { floor } = seen((bin) => (bin < 3 ? -30 : undefined));
  expect(Math.abs(floor.levelsBesideSignalsDbmv()[0]! - FLOOR_DBMV)).toBeLessThan(1);
});

test("no floor is made up across a wide steady signal, nor above one that lies lower", () => {
  const wide = seen((bin) => (bin >= 50 && bin < 120 ? -30 : undefined)).floor.levelsBesideSignalsDbmv();
  expect(wide.slice(50, 120).every(Number.isNaN)).toBe(true);
  expect(wide[130]).not.toBeNaN();
  const lower = seen((bin) => (bin === 100 ? -90 : undefined)).floor.levelsBesideSignalsDbmv();
  expect(lower[100]).toBeNaN();
  expect(
    seen(() => -50)
      .floor.levelsBesideSignalsDbmv()
      .every(Number.isNaN),
  ).toBe(true);
});
