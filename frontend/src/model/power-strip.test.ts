import { expect, test } from "vitest";
import { lateBegin, levelPath, nearestMoment } from "./power-strip.ts";

const TIMES_MS = Float64Array.of(1000, 1100, 1200, 2000);

test("the nearest moment is found before, between and behind all of them", () => {
  expect([0, 1049, 1051, 1590, 1610, 9000].map((timeMs) => nearestMoment(TIMES_MS, timeMs))).toEqual([
    0, 0, 1, 2, 3, 3,
  ]);
  expect(nearestMoment(new Float64Array(0), 5)).toBe(-1);
  expect(nearestMoment(Float64Array.of(7), 5)).toBe(0);
});

test("the line of power breaks at a gap, and ends at the newest frame", () => {
  const path = levelPath(TIMES_MS, [0, -10, Number.NaN, -20], 0, 2000, { low: -20, high: 0 });
  expect(path).toBe("M0.5000 0.0000L0.5500 0.5000M1.0000 1.0000");
});

test("levels that begin within the time shown say from when on, and those that fill it do not", () => {
  expect(lateBegin(Float64Array.of(42_000, 42_100), 10_000)).toBe(42_000);
  expect(lateBegin(Float64Array.of(10_100, 10_200), 10_000)).toBeUndefined();
  expect(lateBegin(new Float64Array(0), 10_000)).toBeUndefined();
});
