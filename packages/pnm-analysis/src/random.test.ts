import { expect, test } from "vitest";
import { Random, SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB, seedFrom, splitMix64 } from "./index.ts";

const GOLDEN_GAMMA = 0x9e37_79b9_7f4a_7c15n;

test("SplitMix64 gives its published sequence", () => {
  let state = 1234567n;
  const values = Array.from({ length: 5 }, () => {
    const value = splitMix64(state);
    state += GOLDEN_GAMMA;
    return value;
  });
  expect(values).toEqual([
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ]);
});

test("xoshiro128** gives its published sequence", () => {
  const random = Random.fromState(1, 2, 3, 4);
  expect(Array.from({ length: 4 }, () => random.uint32())).toEqual([11520, 0, 5927040, 70819200]);
});

test("the same seed replays, another part of the seed does not", () => {
  const draw = (seed: bigint) =>
    Array.from(
      { length: 4 },
      (
        (random) => () =>
          random.uint32()
      )(new Random(seed)),
    );
  expect(draw(seedFrom("port", 3, 1000))).toEqual(draw(seedFrom("port", 3, 1000)));
  expect(draw(seedFrom("port", 3, 1000))).not.toEqual(draw(seedFrom("port", 3, 1001)));
  expect(seedFrom("ab", "c")).not.toEqual(seedFrom("a", "bc"));
});

test("normal, exponential and gamma deviates have their mean and variance", () => {
  const random = new Random(42);
  const moments = (draw: () => number) => {
    const values = Float64Array.from({ length: 100_000 }, draw);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length };
  };
  const normal = moments(() => random.normal());
  expect(normal.mean).toBeCloseTo(0, 1);
  expect(normal.variance).toBeCloseTo(1, 1);
  const exponential = moments(() => random.exponential());
  expect(exponential.mean).toBeCloseTo(1, 1);
  expect(exponential.variance).toBeCloseTo(1, 1);
  const gamma = moments(() => random.gamma(8));
  expect(Math.abs(gamma.mean - 8)).toBeLessThan(0.05);
  expect(Math.abs(gamma.variance - 8)).toBeLessThan(0.2);
});

test("exponential power shows the neighbour median of a single look", () => {
  const random = new Random(1);
  const levels = Float64Array.from({ length: 100_001 }, () => 10 * Math.log10(random.exponential()));
  const steps = levels
    .slice(1)
    .map((level, k) => Math.abs(level - levels[k]!))
    .sort();
  expect(steps[50_000]).toBeCloseTo(SINGLE_LOOK_NEIGHBOUR_MEDIAN_DB, 1);
});
